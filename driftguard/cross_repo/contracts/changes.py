"""The words that every differ answers in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, Protocol

from driftguard.ports import FileChange


class Level(StrEnum):
    """``DANGEROUS`` breaks some consumers, ``BREAKING`` those that did everything right."""

    BREAKING = "breaking"
    DANGEROUS = "dangerous"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Change:
    """One difference. ``location`` is a place inside the contract or its path."""

    rule: str
    level: Level
    location: str
    message: str


class Differ(Protocol):
    """One type of contract, one file that exports one ``DIFFER``."""

    kind: ClassVar[str]

    def diff(self, changed: Sequence[FileChange]) -> tuple[Change, ...]:
        """What the changed files of one contract mean to those who rely on it."""
