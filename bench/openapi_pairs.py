"""How often the OpenAPI differ is right on pairs that others judged: `python bench/openapi_pairs.py FOLDER`.

FOLDER holds NAME.0.json and NAME.1.json (old and new) and verdicts.json, a mapping of each NAME to "breaking" or
"harmless". Prints what was missed and what was called breaking and isn't, then both shares. Targets: at least 0.98 of
the breaking pairs are found, at most 0.02 of the harmless ones are called breaking.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from driftguard.cross_repo.contracts.changes import Level, Unreadable, Version
from driftguard.cross_repo.contracts.openapi import DIFFER

FOUND, FALSE = 0.98, 0.02


def breaks(folder: Path, name: str) -> set[str]:
    """The breaking rules that the differ finds in one pair."""

    def version(path: str) -> Version:
        def read(name: str) -> bytes | None:
            return (folder / name).read_bytes() if (folder / name).is_file() else None

        return Version((path,), read)

    try:
        changes = DIFFER.diff(version(f"{name}.0.json"), version(f"{name}.1.json"))
    except Unreadable as error:
        return {f"unreadable: {error}"}
    return {change.rule for change in changes if change.level is Level.BREAKING}


def main(arguments: list[str]) -> int:
    folder = Path(arguments[0])
    verdicts: dict[str, str] = json.loads((folder / "verdicts.json").read_text("utf-8"))
    counts = {"breaking": 0, "harmless": 0}
    wrong = {"breaking": 0, "harmless": 0}
    for name, verdict in sorted(verdicts.items()):
        counts[verdict] += 1
        found = breaks(folder, name)
        if bool(found) != (verdict == "breaking"):
            wrong[verdict] += 1
            print(f"{name}: {verdict}, found {', '.join(sorted(found)) or 'nothing'}")
    found_share = 1 - wrong["breaking"] / max(counts["breaking"], 1)
    false_share = wrong["harmless"] / max(counts["harmless"], 1)
    print(f"{counts['breaking']} breaking, {found_share:.3f} found; target {FOUND}")
    print(f"{counts['harmless']} harmless, {false_share:.3f} called breaking; target {FALSE}")
    return 0 if found_share >= FOUND and false_share <= FALSE else 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
