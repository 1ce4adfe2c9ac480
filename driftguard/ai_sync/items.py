"""What code asks of the people who run it: the things that documentation has to name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, Protocol


class ItemKind(StrEnum):
    ENV_VAR = "env_var"


@dataclass(frozen=True, slots=True)
class Item:
    """One of them, where it stands. ``line`` and ``column`` count from 1; ``text`` is the line of code."""

    kind: ItemKind
    name: str
    path: str
    line: int
    column: int
    text: str


class Detector(Protocol):
    """One language family, one file that exports one ``DETECTOR``."""

    kind: ClassVar[str]

    def claims(self, path: str) -> bool:
        """Whether a file of this name is of the family."""

    def might_hold(self, source: bytes) -> bool:
        """A quick look, so that most files are never parsed. May say yes for nothing, never no for something."""

    def extract(self, path: str, source: str) -> Iterator[Item]:
        """Every item of one whole file."""
