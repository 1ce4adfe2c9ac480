"""The words that every differ answers in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from driftguard.errors import PermanentError


class Level(StrEnum):
    """``DANGEROUS`` breaks some consumers, ``BREAKING`` those that did everything right."""

    BREAKING = "breaking"
    DANGEROUS = "dangerous"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Change:
    """One difference. ``location`` is a place inside the contract (``GET /users, parameter limit``) or a path.

    ``path`` is the file of the new version (of the old one, if the file is gone) and ``line`` counts from 1; 0 where
    no line can be named.
    """

    rule: str
    level: Level
    location: str
    message: str
    path: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a contract: the paths that its globs match, in order, and a way to read any file beside them.

    ``read`` gives ``None`` for a file that this version doesn't have. It never leaves the repository or the directory.
    """

    paths: Sequence[str]
    read: Callable[[str], bytes | None]


class Unreadable(PermanentError):
    """A contract that can't be understood. That blocks: it is never 'no changes'."""

    def __init__(self, path: str, line: int, column: int, message: str) -> None:
        super().__init__(f"{path}:{line}:{column}: {message}")
        self.path, self.line, self.column, self.message = path, line, column, message


class Differ(Protocol):
    """One type of contract, one file that exports one ``DIFFER``."""

    @property
    def kind(self) -> str:
        """The word in the policy's ``type`` and the command line's ``--type``."""

    def claims(self, path: str, head: bytes) -> bool:
        """Whether a file of this name, beginning so (4 KiB), looks like this type of contract."""

    def diff(self, old: Version, new: Version) -> tuple[Change, ...]:
        """What changed, in a stable order, each difference once. Raises ``Unreadable``, ``MissingExtra``."""
