"""Documentation that gives a name a line of its own and tells of it below: definition lists, directives, headings."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_HEADING = re.compile(r"(?P<level>#{1,6})\s")
_INDENT = re.compile(r"[ \t]*")
_MARK = re.compile(r"[ \t]*(?::[ \t]+)?")
"""Markdown's definitions begin with a colon; those of reStructuredText and AsciiDoc are only indented."""


@dataclass(frozen=True, slots=True)
class Block:
    """Ends with line ``last``, from 1. ``before`` parts it from its neighbours, ``between`` leads to what is told."""

    last: int
    before: str
    between: str

    def text(self, term: str, told: str) -> str:
        return f"{self.before}{term}{self.between}{told}"


def block(lines: Sequence[str], line: int) -> Block | None:
    """The block that ``line`` (from 1) begins; ``None`` where nothing below belongs to it alone."""
    term = lines[line - 1] if 0 < line <= len(lines) else ""
    heading = _HEADING.match(term)
    if heading:
        return Block(_section_end(lines, line, len(heading["level"])), "\n", "\n\n")
    told = next((at for at in range(line, min(line + 2, len(lines))) if lines[at].strip()), None)
    if told is None or not _belongs(lines[told], term):
        return None
    mark = _MARK.match(lines[told])
    assert mark is not None  # every part of it may be empty
    apart = line > 1 and not lines[line - 2].strip()
    gap = "\n" * (1 + told - line)
    return Block(_definition_end(lines, told, term), "\n" if apart else "", f"{gap}{mark[0]}")


def _belongs(line: str, term: str) -> bool:
    return line.lstrip().startswith(": ") or _depth(line) > _depth(term)


def _depth(line: str) -> int:
    indent = _INDENT.match(line)
    assert indent is not None  # it may be empty
    return len(indent[0].expandtabs(4))


def _section_end(lines: Sequence[str], line: int, level: int) -> int:
    """Before the next heading of this level or above it, white space left out; code blocks hold no headings."""
    fenced, last = False, line
    for at in range(line, len(lines)):
        fenced ^= lines[at].lstrip().startswith(("```", "~~~"))
        heading = None if fenced else _HEADING.match(lines[at])
        if heading and len(heading["level"]) <= level:
            break
        last = at + 1 if lines[at].strip() else last
    return last


def _definition_end(lines: Sequence[str], told: int, term: str) -> int:
    last = told + 1
    for at in range(told + 1, len(lines)):
        if not lines[at].strip():
            continue
        if not _belongs(lines[at], term):
            break
        last = at + 1
    return last
