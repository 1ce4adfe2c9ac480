"""A contract that is just files: any change may matter, and nobody can say how much."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from driftguard.cross_repo.contracts.changes import Change, Level, Version


class FilesDiffer:
    """Removing (or renaming) what others read breaks them; changing it may."""

    kind: ClassVar[str] = "files"

    def claims(self, path: str, head: bytes) -> bool:  # noqa: ARG002 - the last resort, asked for by name only
        return False

    def diff(self, old: Version, new: Version) -> tuple[Change, ...]:
        return tuple(_changes(old, new))


def _changes(old: Version, new: Version) -> Iterator[Change]:
    for path in sorted({*old.paths, *new.paths}):
        before, after = old.read(path), new.read(path)
        if after is None and before is not None:
            yield Change("file-removed", Level.BREAKING, path, f"{path} was removed", path)
        elif before is None and after is not None:
            yield Change("file-added", Level.INFO, path, f"{path} was added", path)
        elif before != after:
            yield Change("file-changed", Level.DANGEROUS, path, f"{path} was changed", path)


DIFFER = FilesDiffer()
