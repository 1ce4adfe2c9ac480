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
_JOIN = re.compile(r"\s*(?:\+|\.(?=\s*(?:[\"'$]|(?:mb_)?strtoupper|self::|static::))|\.\.|<>|&)\s*|\s+(?=\")")
_TAIL = re.compile(
    r"(?:\.value|\.name|\.to_string\(\)|\.into\(\)|\.freeze|\.as_str\(\)|\.to_owned\(\)|\.strip\(\)|\.trim\(\)"
    r"|\.to_s|\.key|\.encode\(\)|\.c_str\(\)|\.data\(\)|\.as_ref\(\)|\.rawValue|\.toString\(\)|\.String\(\)"
    r"|\s+as\s+\w+|!)$"
)
_CAST = re.compile(
    r"(?:(?:\w+\.)*[eE]nv(?:Name|Var|Key)|string|String\.valueOf|std::string|strings\.TrimSpace|toupper)\((?P<inner>.*)\)$",
    re.DOTALL,
)
_NAMEOF = re.compile(r"nameof\((?:\w+\.)*(?P<name>\w+)\)")
_REPLACED = re.compile(
    r"\.(?:replace|replaceAll|replace_all|Replace|gsub|tr)\(\s*(?P<old>[\"'/][^\"'\n]{1,8}?[\"'/])g?\s*,\s*[\"']_[\"']\s*\)$"
)
_REPLACE_CALL = re.compile(
    r"strings\.(?:ReplaceAll|Replace)\((?P<inner>.*?),\s*(?P<old>\"[^\"]{1,3}\"),\s*\"_\"\s*(?:,[^,()]*)?\)$", re.DOTALL
)
_CUT = re.compile(LITERAL + r"|[(\[{]|[)\]}]|(?<!\+)\+(?!\+)|<>", re.DOTALL)
_UPPER_TAIL = re.compile(
    r"\.(?:upper|toUpperCase|upcase|to_uppercase|to_ascii_uppercase|ToUpper|ToUpperInvariant|uppercase|uppercased)(?:\((?:(?:Locale|CultureInfo)\.\w+)?\))?$"
)
_UPPER_CALL = re.compile(r"(?:strings\.ToUpper|strtoupper|mb_strtoupper|upper)\((?P<inner>.*)\)$", re.DOTALL)
_UPPER_PART = re.compile(
    r"(?:strings\.ToUpper|strtoupper|mb_strtoupper)\([^()]*\)"
    r"|[A-Za-z_$@][\w$.]*?\.(?:upper|toUpperCase|upcase|to_uppercase|to_ascii_uppercase|ToUpper|ToUpperInvariant)\(\)"
    r"|[A-Za-z_@]\w*\.upcase\b"
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
_FORMATS = (
    _FORMAT,
    re.compile(rf"(?P<form>{LITERAL})\.format\(\s*(?P<args>(?:[^()]|\([^()]*\))*)\)", re.DOTALL),
    re.compile(
        rf"(?P<form>{LITERAL})\s*%\s*(?:\((?P<args>(?:[^()]|\([^()]*\))*)\)|(?P<one>{DOTTED}(?:\(\))?))", re.DOTALL
    ),
)
"""``fmt.Sprintf("A_%s", x)``, ``"A_{}".format(x)``, ``"A_%s" % x``."""
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
    parts = _cut(text)
    if parts is None and (called := _called(text, scope, depth)):
        return called[0]
    parts = parts or _parts(text)
    if parts is None:
        return None
    values = [_value(part, scope, depth) for part in parts]
    return None if None in values else "".join(value for value in values if value is not None)


def _called(text: str, scope: Scope, depth: int) -> list[str | None]:
    """The value of a call that changes a text in a way that is known; nothing for any other expression."""
    if inner := _raised(text):
        return [_upper(evaluate(inner, scope, depth - 1))]
    if formatted := next(filter(None, (form.fullmatch(text) for form in _FORMATS)), None):
        args = formatted["args"] or formatted.groupdict().get("one") or ""
        return [_format(formatted["form"], args, scope, depth)]
    if joined := _JOINED.fullmatch(text):
        return [_joined(joined["body"], joined["args"], scope, depth)]
    if nameof := _NAMEOF.fullmatch(text):
        return [nameof["name"]]
    if replaced := _REPLACED.search(text) or _REPLACE_CALL.fullmatch(text):
        within = replaced.groupdict().get("inner") or text[: replaced.start()]
        return [_replaced(evaluate(within, scope, depth - 1), replaced["old"])]
    return []


def _raised(text: str) -> str:
    """What a whole expression puts in capitals."""
    if called := _UPPER_CALL.fullmatch(text):
        return called["inner"]
    upper = _UPPER_TAIL.search(text)
    return text[: upper.start()] if upper and _balanced(text[: upper.start()]) else ""


def names(text: str) -> list[str]:
    """The identifiers of an expression outside its literals, dotted ones whole."""
    outside = _LITERAL.sub(" ", text)
    inside = [hole for found in _LITERAL.finditer(text) for hole in _holes(found[0]).findall(found["body"])]
    return [*_DOTTED.findall(outside), *inside]


def last(dotted: str) -> str:
    """``b`` of ``a.b``, ``a::b`` or ``a->b``, and of a name that a backslash parts."""
    return re.split(r"\.|::|->|\\", dotted)[-1].lstrip("$@")


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
        if (cast := _CAST.fullmatch(stripped)) and _balanced(cast["inner"]):
            stripped = cast["inner"].strip()
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


def _cut(text: str) -> list[str] | None:
    """At the joints of the first level, where some part is a call; ``None`` for an expression without any."""
    parts, depth, start = [], 0, 0
    for match in _CUT.finditer(text):
        depth += (match[0] in "([{") - (match[0] in ")]}")
        if depth == 0 and match[0] in ("+", "<>"):
            parts.append(text[start : match.start()].strip())
            start = match.end()
    return [*parts, text[start:].strip()] if parts else None


def _value(part: str, scope: Scope, depth: int) -> str | None:
    found = _LITERAL.fullmatch(part)
    if found is None:
        plain = _DOTTED.fullmatch(part) and not _UPPER_TAIL.search(part)
        return _lookup(part, scope, depth) if plain else evaluate(part, scope, depth - 1)
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


def _replaced(value: str | None, old: str) -> str | None:
    """With ``_`` for every sign that ``old``, a literal or a regex, names."""
    signs = "".join(set(".-:/ ") & set(old[1:-1]))
    return re.sub(rf"[{re.escape(signs)}]", "_", value) if value and signs else value


def _joined(between: str, args: str, scope: Scope, depth: int) -> str | None:
    texts = [evaluate(part, scope, depth - 1) for part in args.split(",") if part.strip()]
    return None if None in texts else between.join(text for text in texts if text is not None)


def _upper(value: str | None) -> str | None:
    return value.upper() if value is not None else None
