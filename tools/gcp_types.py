"""Write the table in docs/gcp.md: `python tools/gcp_types.py`. A test compares it with the kinds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from driftguard.janitor.resources.gcp.catalogue import single_kinds
from driftguard.janitor.resources.gcp.rest import DESCRIPTION, PROJECT

PAGE = Path(__file__).parent.parent / "docs" / "gcp.md"
BEGIN, END = "<!-- types: written by tools/gcp_types.py -->\n", "<!-- /types -->"
WORDS = {DESCRIPTION: "description", PROJECT: "its project's labels"}


def rows() -> Iterator[str]:
    yield "| Kind | In Cloud Asset | Its words stand in | Has an age | Google protects | Goes after |"
    yield "|---|---|---|---|---|---|"
    for name, kind in sorted(single_kinds().items()):
        assets = " ".join(f"`{asset}`" for asset in kind.assets)
        after = " ".join(f"`{before}`" for before in kind.after)
        aged, guarded = "yes" if kind.created else "", "yes" if kind.guarded else ""
        yield f"| `{name}` | {assets} | {WORDS.get(kind.tags, 'labels')} | {aged} | {guarded} | {after} |"


def page(text: str) -> str:
    """``text`` with its table written anew."""
    before, _, rest = text.partition(BEGIN)
    return before + BEGIN + "\n" + "\n".join(rows()) + "\n\n" + END + rest.partition(END)[2]


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
