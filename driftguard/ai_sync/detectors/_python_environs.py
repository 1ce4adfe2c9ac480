"""Blocks of environs, https://github.com/sloria/environs#handling-prefixes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from driftguard.ai_sync.expressions import Scope, evaluate
from driftguard.ai_sync.rules import Source

_WITH = re.compile(
    r"^(?P<indent>[ \t]*)with\s+[\w.]+\.prefixed\((?P<prefix>[^)\n]+)\)[^\n]*:[^\n]*\n"
    r"(?P<body>(?:(?P=indent)[ \t]+[^\n]*\n?|[ \t]*\n)*)",
    re.MULTILINE,
)


def prefixed(source: Source) -> Iterator[tuple[range, str]]:
    """``with env.prefixed("APP_"):`` puts ``APP_`` before the names in its block; blocks in blocks add up."""
    yield from _within(source, 0, len(source.text))


def _within(source: Source, start: int, end: int) -> Iterator[tuple[range, str]]:
    for block in _WITH.finditer(source.text, start, end):
        prefix = evaluate(block["prefix"], Scope(source.constants))
        if prefix:
            yield range(*block.span("body")), prefix
        yield from _within(source, *block.span("body"))
