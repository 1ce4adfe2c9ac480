"""Two paths, files or directories, compared as two versions of one contract."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path

from driftguard.cross_repo.contracts.changes import Change, Differ, Level, Setup, Unreadable, Version
from driftguard.errors import UsageError
from driftguard.model import ContractDiff
from driftguard.registry import discover

HEAD = 4096
"""Bytes of a file that a differ may look at to claim it."""

_PASSED_OVER = frozenset({"__pycache__", "node_modules"})


def differs(setup: Setup) -> Mapping[str, Differ]:
    """Kind -> differ, each with what it needs."""
    found = discover("driftguard.cross_repo.contracts", "DIFFER")
    return {
        kind: differ.configured(setup) if hasattr(differ, "configured") else differ for kind, differ in found.items()
    }


def unreadable(error: Unreadable, path: str) -> Change:
    """What can't be read blocks, because nobody can say what it breaks."""
    message = f"the contract can't be read: {path}:{error.line}:{error.column}: {error.message}"
    return Change("contract-unreadable", Level.BREAKING, path, message, path, error.line)


def compare(old: Path, new: Path, kind: str | None, setup: Setup) -> ContractDiff:
    """What changed from ``old`` to ``new``; ``kind`` is guessed if ``None``. ``/dev/null`` stands for no contract.

    Raises ``UsageError`` for a path that isn't there, a kind that doesn't exist or can't be guessed.
    """
    known = differs(setup)
    before, after = _Side.at(old), _Side.at(new)
    differ = known[_known(kind, known)] if kind else _guessed(known, before, after)
    versions = before.version(differ), after.version(differ)
    if not versions[0].paths and not versions[1].paths:
        what = f"neither {old} nor {new} holds a contract of type '{differ.kind}'"
        raise UsageError(f"{what}; name the files themselves, or another --type")
    try:
        changes = differ.diff(*versions)
    except Unreadable as error:
        side = before if _at_fault(differ, versions[0]) else after
        changes = (unreadable(error, side.shown(error.path)),)
    else:
        changes = tuple(_shown(change, before, after) for change in changes)
    return ContractDiff(differ.kind, str(old), str(new), changes)


def _at_fault(differ: Differ, version: Version) -> bool:
    """Whether a version can't even be compared with itself."""
    try:
        differ.diff(version, version)
    except Unreadable:
        return True
    return False


def _shown(change: Change, before: _Side, after: _Side) -> Change:
    """A path as people typed it: the new version's, or the old one's for what is gone."""
    if not change.path:
        return change
    side = after if change.path in after.files else before
    return replace(change, path=side.shown(change.path))


@dataclass(frozen=True)
class _Side:
    """One path of the command line. ``files`` are relative to ``root``; ``lone`` if the path is one file."""

    root: Path
    files: Mapping[str, Path]
    lone: bool = False

    @classmethod
    def at(cls, path: Path) -> _Side:
        if path == Path(os.devnull):
            return cls(path.parent, {})
        if path.is_dir():
            return cls(path, {file.relative_to(path).as_posix(): file for file in _walk(path)})
        if path.is_file():
            return cls(path.parent, {path.name: path}, lone=True)
        raise UsageError(f"{path}: there is no such file or directory")

    def version(self, differ: Differ) -> Version:
        """A lone file is the contract whatever it is called; in a directory, what the differ claims."""
        if self.lone:
            return Version(tuple(self.files), self.read)
        everything = differ.kind == "files"
        return Version(tuple(p for p in self.files if everything or differ.claims(p, self.head(p))), self.read)

    def read(self, path: str) -> bytes | None:
        """Regular files inside the root only: neither a link nor ``..`` leads out."""
        if "\0" in path:
            return None
        try:
            file = (self.root / path).resolve()
            if not file.is_relative_to(self.root.resolve()) or not file.is_file():
                return None
            return file.read_bytes()
        except OSError:
            return None

    def head(self, path: str, size: int = HEAD) -> bytes:
        try:
            with self.files[path].open("rb") as file:
                return file.read(size)
        except OSError as error:
            raise UsageError(f"{self.files[path]}: {error.strerror}") from error

    def shown(self, path: str) -> str:
        return (self.root / path).as_posix()


def _walk(root: Path) -> Iterator[Path]:
    """Every regular file below, in order; hidden and generated directories passed over."""
    for folder, names, files in os.walk(root):
        names[:] = sorted(name for name in names if not name.startswith(".") and name not in _PASSED_OVER)
        for name in sorted(files):
            file = Path(folder, name)
            if file.is_file() and not file.is_symlink():
                yield file


def _known(kind: str, known: Mapping[str, Differ]) -> str:
    if kind in known:
        return kind
    close = get_close_matches(kind, known, n=1)
    hint = f"did you mean '{close[0]}'?" if close else f"there are {', '.join(sorted(known))}"
    raise UsageError(f"'{kind}' is no type of contract; {hint}")


def _guessed(known: Mapping[str, Differ], *sides: _Side) -> Differ:
    """By how the files begin; a lone file that says late what it is, by all of it."""
    lone = tuple(side for side in sides if side.lone)
    claimed = Counter(_claims(known.values(), sides, HEAD)) or Counter(_claims(known.values(), lone, -1))
    if len(claimed) == 1:
        return known[next(iter(claimed))]
    if not claimed:
        raise UsageError(f"no type of contract recognises these files; --type names one of {', '.join(sorted(known))}")
    counts = ", ".join(f"{kind} ({count} files)" for kind, count in sorted(claimed.items()))
    raise UsageError(f"these files could be several types of contract: {counts}; --type says which")


def _claims(known: Collection[Differ], sides: tuple[_Side, ...], size: int) -> Iterator[str]:
    for side in sides:
        for path in side.files:
            head = side.head(path, size)
            yield from (differ.kind for differ in known if differ.claims(path, head))
