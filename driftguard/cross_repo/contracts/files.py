"""A contract that is just files: any change may matter, and nobody can say how much."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from driftguard.cross_repo.contracts.changes import Change, Level
from driftguard.ports import FileChange

_SAID = {
    "A": ("file-added", Level.INFO, "was added"),
    "D": ("file-removed", Level.BREAKING, "was removed"),
    "R": ("file-renamed", Level.BREAKING, "was renamed"),
}


class FilesDiffer:
    """Removing or renaming what others read breaks them; changing it may."""

    kind: ClassVar[str] = "files"

    def diff(self, changed: Sequence[FileChange]) -> tuple[Change, ...]:
        return tuple(map(_change, changed))


def _change(change: FileChange) -> Change:
    rule, level, said = _SAID.get(change.status, ("file-changed", Level.DANGEROUS, "was changed"))
    return Change(rule, level, change.old_path, f"{change.old_path} {said}")


DIFFER = FilesDiffer()
