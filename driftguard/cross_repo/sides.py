"""The two sides of a comparison: which file of the old version answers to which of the new one."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from driftguard.cross_repo.contracts.changes import Change, Level, Unreadable, Version


def paired(old: Version, new: Version) -> Iterator[tuple[str, str]]:
    """Old path and new path of each file, ``""`` where a side has none. Two lone files are one contract, renamed."""
    if len(old.paths) == 1 and len(new.paths) == 1:
        yield old.paths[0], new.paths[0]
        return
    before, after = set(old.paths), set(new.paths)
    for path in sorted(before | after):
        yield path if path in before else "", path if path in after else ""


def come_and_gone(old: Version, new: Version) -> Iterator[Change]:
    """The files that only one side has."""
    for before, after in paired(old, new):
        if not after:
            yield Change("contract-removed", Level.BREAKING, before, f"{before} was removed", before)
        elif not before:
            yield Change("contract-added", Level.INFO, after, f"{after} was added", after)


def kept(old: Version, new: Version) -> list[tuple[str, str]]:
    """The files that both sides have."""
    return [(before, after) for before, after in paired(old, new) if before and after]


def listed(version: Version, path: str) -> bytes:
    """The bytes of one of the version's own paths. That it can't be read is no reason to call it absent."""
    data = version.read(path)
    if data is None:
        raise Unreadable(path, 1, 1, "the file can't be read; it is too large, a link, or gone")
    return data


def text(path: str, data: bytes) -> str:
    """``data`` as text. Raises ``Unreadable`` at the first byte that isn't UTF-8."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start]
        line, column = before.count(b"\n") + 1, error.start - before.rfind(b"\n")
        raise Unreadable(path, line, column, f"not UTF-8: byte 0x{data[error.start]:02x}") from None


def read_text(version: Version, path: str) -> str:
    return text(path, listed(version, path))


def within_reach(path: str, work: Callable[[], tuple[Change, ...]]) -> tuple[Change, ...]:
    """What ``work`` gives. A contract nested beyond what can be followed is unreadable, not a crash."""
    try:
        return work()
    except (RecursionError, MemoryError):
        raise Unreadable(path, 1, 1, "nested too deeply to be compared") from None
