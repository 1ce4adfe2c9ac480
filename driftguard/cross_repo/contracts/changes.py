"""The words that every differ answers in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from driftguard.errors import PermanentError
from driftguard.model import Change, Level
from driftguard.policy import ContractRole
from driftguard.ports import Tools

__all__ = ["Change", "Configurable", "Differ", "Level", "Setup", "Unreadable", "Version"]


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


@dataclass(frozen=True, slots=True)
class Setup:
    """What a differ can't find in the contract. ``role`` is the policy's word; ``None`` leaves it to the file."""

    tools: Tools
    role: ContractRole | None = None


class Configurable(Protocol):
    """A ``DIFFER`` that needs a ``Setup`` before it can compare (or compares better with one)."""

    def configured(self, setup: Setup) -> Differ: ...
