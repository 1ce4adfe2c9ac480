"""What is wrong with a policy, where, and how it is written: a line for people, an annotation for Actions."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from driftguard.errors import PolicyError

_LONGEST = 300


@dataclass(frozen=True, slots=True, order=True)
class Defect:
    """One defect. ``line`` and ``col`` count from 1; ``path`` is ``rules[0].mode`` or ``file``."""

    file: str
    line: int
    col: int
    path: str
    message: str

    def __str__(self) -> str:
        return _one_line(f"{self.file}:{self.line}:{self.col}: {self.path}: {self.message}")

    def annotation(self) -> str:
        """As a workflow command. Escaping: actions/toolkit, packages/core/src/command.ts."""
        text = _one_line(f"{self.path}: {self.message}").replace("%", "%25")
        file = _one_line(self.file).replace("%", "%25").replace(":", "%3A").replace(",", "%2C")
        return f"::error file={file},line={self.line},col={self.col}::{text}"


def _one_line(text: str) -> str:
    shown = re.sub(
        r"[^\x20-\x7e\u00a0-\u200a\u2010-\u2027\u2030-\u205f\u2070-\uffef]", lambda m: ascii(m[0])[1:-1], text
    )
    return shown if len(shown) <= _LONGEST else f"{shown[:_LONGEST]}…"


class PolicyDefects(PolicyError):
    """Every defect of one policy, in the order of its lines."""

    def __init__(self, defects: Iterable[Defect]) -> None:
        self.defects = tuple(sorted(set(defects)))
        super().__init__("\n".join(map(str, self.defects)))
