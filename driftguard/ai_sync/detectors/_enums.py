"""Enumerations that hold the names of variables: ``enum EnvVars: string { case A_X = 'A_X'; }``."""

from __future__ import annotations

import re
from collections.abc import Iterator

from driftguard.ai_sync.items import ItemKind
from driftguard.ai_sync.rules import ENV_LIKE, Found, Source
from driftguard.ai_sync.spelling import Named
from driftguard.ai_sync.syntax import bracketed

_BRACED = re.compile(r"\benum\s+(?:class\s+)?\w*Env(?:ironment)?(?:Var\w*|Name\w*|Key\w*)?\b[^{;\n]*(?=\{)")
_INDENTED = re.compile(
    r"^class\s+\w*Env(?:ironment)?(?:Var\w*|Name\w*|Key\w*)?\([^)]*Enum[^)]*\):[^\n]*\n"
    r"(?P<body>(?:[ \t]+[^\n]*\n?|\n)*)",
    re.MULTILINE,
)
_MEMBER = re.compile(rf"\b\w+\s*(?:=\s*|\(\s*)(?P<quote>[\"'])(?P<name>{ENV_LIKE})(?P=quote)")


def enumerated(source: Source) -> Iterator[Found]:
    if "Env" not in source.text:
        return
    for match in _BRACED.finditer(source.text):
        yield from _members(source.text, match.end(), match.end() + len(bracketed(source.text, match.end())))
    for match in _INDENTED.finditer(source.text):
        yield from _members(source.text, *match.span("body"))


def _members(text: str, start: int, end: int) -> Iterator[Found]:
    for member in _MEMBER.finditer(text, start, end):
        yield Found(ItemKind.ENV_VAR, Named(member["name"]), member.start())
