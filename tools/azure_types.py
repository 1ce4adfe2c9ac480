"""Write docs/azure.md's table and the write role's actions: `python tools/azure_types.py`. A test compares both."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from driftguard.janitor.resources.azure.catalogue import AzureTypes
from driftguard.janitor.resources.azure.resource import AzureType, Recovery

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "azure.md"
DELETES = ROOT / "terraform" / "modules" / "oidc" / "azure" / "deletes.json"
BEGIN, END = "<!-- types: written by tools/azure_types.py -->\n", "<!-- /types -->"


def rows() -> Iterator[str]:
    yield "| Type | What | Goes after | Azure protects by | Kept after deletion |"
    yield "|---|---|---|---|---|"
    for each in known():
        after = " ".join(f"`{name}`" for name in each.after)
        protects = ", ".join(each.protects.values())
        yield f"| `{each.name}` | {each.what} | {after} | {protects} | {kept(each.recovery)} |"


def known() -> list[AzureType]:
    return sorted(AzureTypes().by_kind.values(), key=lambda each: each.kind)


def kept(recovery: Recovery | None) -> str:
    if recovery is None:
        return ""
    days = f"{recovery.days} days" if isinstance(recovery.days, int) else "as long as it says"
    return f"{days}, can be purged" if recovery.purge[0] else days


def page(text: str) -> str:
    """``text`` with its table written anew."""
    before, _, rest = text.partition(BEGIN)
    return before + BEGIN + "\n" + "\n".join(rows()) + "\n\n" + END + rest.partition(END)[2]


def deletes() -> str:
    """The actions that delete each known type, and what is in it and must go first."""
    inside = (f"{each.name}/{collection}/delete" for each in known() for collection in each.contents)
    groups = {"Microsoft.Resources/resourceGroups": "Microsoft.Resources/subscriptions/resourceGroups"}
    actions = {*inside, *(f"{groups.get(each.name, each.name)}/delete" for each in known())}
    return json.dumps(sorted(actions), indent=2) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    DELETES.write_text(deletes(), encoding="utf-8")
