"""The value of a short expression, where it can be known: literals, constants, joined and interpolated texts.

Works on the text of an expression, because the literals of a dozen languages differ less than their syntax trees.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

LITERAL = (
    r"""(?:[bBuUrRfFL@$c]{0,2}\#{0,3}(?P<quote>"{3}|'{3}|"|'|`)(?P<body>(?:\\.|(?!(?P=quote)).)*?)(?P=quote)\#{0,3})"""
)
DOTTED = r"(?:[A-Za-z_$@][\w$]*(?:(?:\.|::|->|\?\.)[A-Za-z_$][\w$]*)*)"

_LITERAL = re.compile(LITERAL, re.DOTALL)
_DOTTED = re.compile(DOTTED)
_JOIN = re.compile(r"\s*(?:\+|\.(?=\s*(?:[\"'$]|(?:mb_)?strtoupper|self::|static::))|\.\.|<>|&)\s*")
_TAIL = re.compile(
    r"(?:\.value|\.name|\.to_string\(\)|\.into\(\)|\.freeze|\.as_str\(\)|\.to_owned\(\)|\.strip\(\)|\.trim\(\)"
    r"|\.to_s|\.key|\.encode\(\)|\s+as\s+\w+|!)$"
)
_UPPER_TAIL = re.compile(
    r"\.(?:upper|toUpperCase|upcase|to_uppercase|to_ascii_uppercase|ToUpper|ToUpperInvariant|uppercase)(?:\(\w*\))?$"
)
_UPPER_CALL = re.compile(r"(?:strings\.ToUpper|strtoupper|mb_strtoupper|upper)\((?P<inner>.*)\)$", re.DOTALL)
_UPPER_PART = re.compile(
    r"(?:strings\.ToUpper|strtoupper|mb_strtoupper)\([^()]*\)"
    r"|[A-Za-z_$@][\w$.]*?\.(?:upper|toUpperCase|upcase|to_uppercase|to_ascii_uppercase|ToUpper|ToUpperInvariant)\(\)"
)
"""One part of a joined text that is put in capitals."""
_IDENT = r"[A-Za-z_$@][\w.$]*(?:\.\w+\(\))?"
_BRACES = re.compile(r"\{\s*(" + _IDENT + r")\s*(?:!\w)?\}")
_DOLLAR = re.compile(r"(?:\$\{|\#\{|\{(?=\$)|\$)\s*(" + _IDENT + r")\}?")
_NOTHING = re.compile(r"(?!)()")
_FORMAT = re.compile(
    r"(?:fmt\.Sprintf|format!|String\.format|sprintf|string\.Format)\(\s*(?P<form>"
    + LITERAL
    + r")\s*,\s*(?P<args>[^()]*)\)$",
    re.DOTALL,
)
_JOINED = re.compile(LITERAL + r"\.join\(\s*[\[(](?P<args>[^()\[\]]*)[\])]\s*\)")
"""``"_".join((prefix, name))``."""
_VERB = re.compile(r"%[sv]|\{\d*\}")
_DEPTH = 4
_TWICE = 2
"""``key = name``, and then ``key = prefix + name``."""
_HEAD = 600
"""Characters of a function that its parameters stand in."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What identifiers stand for: ``constants`` are known texts, ``local`` are expressions not yet evaluated."""

    constants: Mapping[str, str]
    local: Mapping[str, str] = field(default_factory=dict)


def literal(text: str) -> str | None:
    """The text of a plain string literal; ``None`` for anything else, an interpolated one included."""
    found = _LITERAL.fullmatch(text.strip())
    if found is None or _holes(text.strip()).search(found["body"]):
        return None
    return found["body"]


def evaluate(text: str, scope: Scope, depth: int = _DEPTH) -> str | None:
    """The text that an expression stands for, or ``None`` where that can't be known."""
    text = _bare(text)
    if not text or depth == 0 or len(text) > 300:  # noqa: PLR2004 - no name is built by a longer expression
        return None
    called = _UPPER_CALL.fullmatch(text)
    if called:
        return _upper(evaluate(called["inner"], scope, depth - 1))
    upper = _UPPER_TAIL.search(text)
    if upper and _balanced(text[: upper.start()]):
        return _upper(evaluate(text[: upper.start()], scope, depth - 1))
    formatted = _FORMAT.fullmatch(text)
    if formatted:
        return _format(formatted["form"], formatted["args"], scope, depth)
    joined = _JOINED.fullmatch(text)
    parts = joined["args"].split(",") if joined else _parts(text)
    if parts is None:
        return None
    values = [_value(part.strip(), scope, depth) for part in parts]
    between = joined["body"] if joined else ""
    return None if None in values else between.join(value for value in values if value is not None)


def names(text: str) -> list[str]:
    """The identifiers of an expression outside its literals, dotted ones whole."""
    outside = _LITERAL.sub(" ", text)
    inside = [hole for found in _LITERAL.finditer(text) for hole in _holes(found[0]).findall(found["body"])]
    return [*_DOTTED.findall(outside), *inside]


def last(dotted: str) -> str:
    """``b`` of ``a.b``, ``a::b`` or ``a->b``."""
    return re.split(r"\.|::|->", dotted)[-1].lstrip("$@")


def bound(name: str, text: str) -> str:
    """The one expression that ``text`` binds a local name to, or ``""``."""
    if not re.fullmatch(r"\$?[A-Za-z_]\w*", name):
        return ""
    found = re.findall(rf"(?<![\w.$]){re.escape(name)}\s*(?::\s*[\w.<>]+\s*)?:?=(?![=>])[ \t]*([^\n;]+)", text)
    found = [text.strip() for text in found]
    if len(found) == _TWICE and re.fullmatch(r"\w+", found[0]) and re.search(rf"\b{found[0]}\b", found[1]):
        return str(found[1])
    return found[0] if len(found) == 1 else ""


def defaults(parameters: Sequence[str], text: str) -> dict[str, str]:
    """The literal texts that a function's parameters have where a caller gives none."""
    head = text[:_HEAD]
    found = ((name, re.search(rf"\b{re.escape(name)}\s*(?::[^=,()]+)?=\s*({LITERAL})", head)) for name in parameters)
    return {name: value for name, match in found if match and (value := literal(match[1]))}


def _bare(text: str) -> str:
    text = text.strip()
    while True:
        stripped = _TAIL.sub("", text).strip().lstrip("&*").strip()
        if stripped.startswith("(") and stripped.endswith(")") and _balanced(stripped[1:-1]):
            stripped = stripped[1:-1].strip()
        if stripped == text:
            return text
        text = stripped


def _balanced(text: str) -> bool:
    depth = 0
    for char in text:
        depth += (char in "([{") - (char in ")]}")
        if depth < 0:
            return False
    return depth == 0


def _parts(text: str) -> list[str] | None:
    found, at = [], 0
    while True:
        match = _LITERAL.match(text, at) or _UPPER_PART.match(text, at) or _DOTTED.match(text, at)
        if match is None:
            return None
        found.append(match[0])
        if match.end() == len(text):
            return found
        join = _JOIN.match(text, match.end())
        if join is None:
            return None
        at = join.end()


def _value(part: str, scope: Scope, depth: int) -> str | None:
    found = _LITERAL.fullmatch(part)
    if found is None:
        return evaluate(part, scope, depth - 1) if part.endswith(")") else _lookup(part, scope, depth)
    pieces = _holes(part).split(found["body"])
    filled = [evaluate(piece, scope, depth - 1) if odd % 2 else piece for odd, piece in enumerate(pieces)]
    return None if None in filled else "".join(piece for piece in filled if piece is not None)


def _holes(part: str) -> re.Pattern[str]:
    """Python's f and C#'s $ take ``{x}``; backticks and double quotes take ``${x}``, ``#{x}`` and ``{$x}``."""
    head = re.match(r"[A-Za-z@$]*", part)
    assert head is not None
    if "f" in head[0].lower() or "$" in head[0]:
        return _BRACES
    return _DOLLAR if part[head.end() :][:1] in ("`", '"') else _NOTHING


def _lookup(dotted: str, scope: Scope, depth: int) -> str | None:
    for name in (dotted, dotted.lstrip("$"), last(dotted)):
        if name in scope.constants:
            return scope.constants[name]
    expression = scope.local.get(dotted.lstrip("$"))
    return evaluate(expression, scope, depth - 1) if expression is not None else None


def _format(form: str, args: str, scope: Scope, depth: int) -> str | None:
    filled = literal(form) or ""
    for arg in args.split(","):
        value = evaluate(arg, scope, depth - 1)
        if value is None:
            return None
        filled = _VERB.sub(lambda _, value=value: value, filled, count=1)  # type: ignore[misc]
    return filled


def _upper(value: str | None) -> str | None:
    return value.upper() if value is not None else None
