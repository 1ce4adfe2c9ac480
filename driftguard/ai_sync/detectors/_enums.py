"""Enumerations that hold the names of variables: ``enum EnvVars: string { case A_X = 'A_X'; }``."""

from __future__ import annotations

import re
from collections.abc import Iterator

from driftguard.ai_sync.items import ItemKind
from driftguard.ai_sync.rules import ENV_LIKE, Found, Source
from driftguard.ai_sync.spelling import Named
from driftguard.ai_sync.syntax import bracketed

_BRACED = re.compile(r"\benum\s+(?:class\s+)?\w*Env(?:ironment)?(?:Var\w*|Name\w*|Key\w*)?\b[^{;\n]*(?=\{)")
_CLASS = re.compile(
    r"\b(?:impl|object|interface|class|mod)\s+\w*Env(?:ironment)?(?:Var\w*|Names?|Keys?|Constants?|Variables?)\b[^{;\n]*\s*(?=\{)"
)
_ENUM = re.compile(r"\benum\s+(?:class\s+)?\w+[^{;\n]*(?=\{)")
_ASKS = re.compile(r"\bgetenv\(|\.environment\[|GetEnvironmentVariable\(|env::var\(")
_INDENTED = re.compile(
    r"^class\s+\w*Env(?:ironment)?(?:Var\w*|Name\w*|Key\w*)?\([^)]*Enum[^)]*\):[^\n]*\n"
    r"(?P<body>(?:[ \t]+[^\n]*\n?|\n)*)",
    re.MULTILINE,
)
_MEMBER = re.compile(rf"\b\w+\s*(?:=\s*|\(\s*)(?P<quote>[\"'])(?P<name>{ENV_LIKE})(?P=quote)")

_CONSTANT = re.compile(rf"\b\w+\s*=\s*(?P<quote>[\"'])(?P<name>{ENV_LIKE})(?P=quote)\s*[;,\n]")


def enumerated(source: Source) -> Iterator[Found]:
    yield from _asking(source.text)
    if "Env" not in source.text:
        return
    for match in _CLASS.finditer(source.text):
        inside = bracketed(source.text, match.end())
        yield from _members(source.text, match.end(), match.end() + len(inside), _CONSTANT)
    for match in _BRACED.finditer(source.text):
        yield from _members(source.text, match.end(), match.end() + len(bracketed(source.text, match.end())))
    for match in _INDENTED.finditer(source.text):
        yield from _members(source.text, *match.span("body"))


def _asking(text: str) -> Iterator[Found]:
    """Members of an enumeration that looks itself up: ``HOST("A_X") ... System.getenv(key)``."""
    for match in _ENUM.finditer(text) if "enum " in text and _ASKS.search(text) else ():
        inside = bracketed(text, match.end())
        if _ASKS.search(inside):
            yield from _members(text, match.end(), match.end() + len(inside))


def _members(text: str, start: int, end: int, pattern: re.Pattern[str] = _MEMBER) -> Iterator[Found]:
    for member in pattern.finditer(text, start, end):
        yield Found(ItemKind.ENV_VAR, Named(member["name"]), member.start())
