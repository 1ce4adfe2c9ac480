"""Cutting expressions apart by their brackets and literals, which a dozen languages have in common."""

from __future__ import annotations

import re

_SPACE = re.compile(r"\s+")
_TOKEN = re.compile(
    r"\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\\n])*'|`[^`]*`|//[^\n]*|/\*.*?\*/|(?<![\w&])#(?=\s)[^\n]*|[\[({<]|[\])}]|(?<![=-])>|,",
    re.DOTALL,
)
_BRACKET = re.compile(
    r"\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'|`[^`]*`|//[^\n]*|(?<![\w&])#(?=\s)[^\n]*|[\[({]|[\])}]"
)
_STRING = re.compile(r"\"[^\"\n]*\"|'[^'\n]*'|`[^`\n]*`")
_KEYWORD = re.compile(r"([A-Za-z_]\w*)\s*(?:=(?![=>~])|:(?!:))\s*(.+)", re.DOTALL)
_KEY = re.compile(r"\s*(?://[^\n]*\n|\#[^\n]*\n|/\*.*?\*/|\s)*[\"']?([\w.-]+)[\"']?\s*(?::|=>|=|,|$)", re.DOTALL)
_FAR = 40_000
"""Characters; no bracket that matters closes farther away."""


def tight(text: str) -> str:
    """Without any white space."""
    return _SPACE.sub("", text)


def strings(text: str) -> list[str]:
    """The literals of one line each, with their quotes."""
    return _STRING.findall(text)


def split(text: str) -> list[str]:
    """At the commas of the first level; literals and nested brackets stay whole, comments go."""
    parts, depth, start = [""], 0, 0
    for match in _TOKEN.finditer(text):
        mark = match[0]
        if mark in "[({<":
            depth += 1
        elif mark in "])}>":
            depth -= 1
        elif mark.startswith(("//", "/*", "#")):
            parts[-1] += text[start : match.start()]
            start = match.end()
        elif mark == "," and depth <= 0:
            parts[-1] += text[start : match.start()]
            parts.append("")
            start = match.end()
    parts[-1] += text[start:]
    return [part for part in parts if part.strip()]


def keys(text: str) -> list[str]:
    """The keys at the first level of a dictionary or an object, as literals."""
    return [f'"{match[1]}"' for part in entries(text) if (match := _KEY.match(part))]


def entries(text: str) -> list[str]:
    """The members at the first level of whatever is in the first brackets of ``text``."""
    opened = re.search(r"[{\[(]", text)
    if opened is None:
        return []
    return split(bracketed(text, opened.start())[1:-1])


def listed(text: str) -> list[str]:
    """The expressions of ``a, b`` and of ``{a, b}``, ``[a, b]`` and ``arrayOf(a, b)``."""
    return split(re.sub(r"^\s*\w*[\[({]|[\])}]\s*$", "", text))


def bracketed(text: str, start: int) -> str:
    """From the bracket at ``start`` to the one that closes it; ``""`` where none does."""
    depth = 0
    piece = text[start : start + _FAR]
    for match in _BRACKET.finditer(piece):
        mark = match[0]
        if len(mark) > 1:
            continue
        depth += (mark in "[({") - (mark in "])}")
        if depth == 0:
            return piece[: match.end()]
    return ""


def keyword(text: str) -> tuple[str, str]:
    """``name=value`` or ``name: value`` cut in two; the name is ``""`` for anything else."""
    match = _KEYWORD.match(text)
    return (match[1], match[2]) if match else ("", text)
