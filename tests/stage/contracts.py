"""Contracts written in tests: files of a version, and what a differ says of two versions, with the real tools."""

from collections.abc import Mapping

from driftguard.cross_repo.contracts.changes import Change, Setup, Version
from driftguard.cross_repo.diffing import differs
from driftguard.policy import ContractRole
from driftguard.wiring import tools

Files = Mapping[str, str | bytes]


def version(files: Files) -> Version:
    """Every file is one of the contract's own paths, except those below ``beside/``."""
    data = {path: text.encode() if isinstance(text, str) else text for path, text in files.items()}
    return Version(tuple(path for path in data if not path.startswith("beside/")), data.get)


def diff(kind: str, old: Files, new: Files, role: str = "") -> tuple[Change, ...]:
    setup = Setup(tools(), ContractRole(role) if role else None)
    return differs(setup)[kind].diff(version(old), version(new))


def told(kind: str, old: Files, new: Files, role: str = "") -> set[str]:
    """``{"breaking required-added", ...}``; each difference must be told once."""
    changes = diff(kind, old, new, role)
    assert len(set(changes)) == len(changes)
    return {f"{change.level} {change.rule}" for change in changes}


def words(text: str) -> set[str]:
    """``"breaking a, info b"`` as the set that ``told`` gives."""
    return {part.strip() for part in text.split(",") if part.strip()}
