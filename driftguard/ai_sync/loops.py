"""Names that a loop takes from a list or a dictionary: ``for name in ("A", "B"): getenv(name)``."""

from __future__ import annotations

import re
from collections.abc import Iterator

from driftguard.ai_sync.expressions import last, literal, names
from driftguard.ai_sync.parsed import ParsedFile
from driftguard.ai_sync.rules import ENV_LIKE
from driftguard.ai_sync.syntax import bracketed, keys, strings

_VIEWS = re.compile(r"\.(?:items|keys|values|iter|each|iteritems|entries)\(\)$|\.freeze$|\s+as\s+const$")
_OBJECT = re.compile(r"Object\.(?:entries|keys|values)\((?P<name>[\w.]+)\)")
_WORDS = re.compile(r"%[wi]?[\[({<|](?P<words>[^\])}>|]*)")
"""Ruby's list of words without quotes."""
_KEYED = re.compile(r"[\"']?\s*(?::(?!:)|=>)\s*[\"'(\[{\w&]")
_OPENED = (
    r"(?<![\w.])NAME\s*(?:\[\w*\])?\s*(?::[^=\n]+)?:?=\s*(?:&|new\b)?\s*"
    r"(?:(?=%[wi]?[\[({<|])|(?:map\[[^\]\n]*\]|\[[\w.]*\])\s*(?:struct\s*\{[^{}]*\}|[\w.*]+)?\s*\{"
    r"|[\w.<>,]*!?\s*(?:\[\])?\s*[\[({])"
)
"""Where a name is bound to a list, a dictionary or a table, up to its first bracket."""
_ELEMENT = re.compile(r"(?P<table>[A-Za-z_]\w*)\[\w+\](?:(?:\.|->)\w+)?")
_FIELD = re.compile(r"(?:\.|->)[A-Za-z_]\w*$")
_BEFORE, _AFTER = 400, 4000
"""Characters around a loop's head that its variable may be used in."""


def values(file: ParsedFile, expression: str, start: int, like: str = ENV_LIKE) -> list[str]:
    """The literals and constants that ``expression``, a loop's variable at ``start``, goes through."""
    if table := _ELEMENT.fullmatch(expression.strip()):
        return _texts(_listed(file, table["table"], 0), like)
    for iterable, position in _loops(file, expression, start):
        return _texts(_listed(file, iterable, position), like)
    return []


def _texts(rows: list[str], like: str) -> list[str]:
    return [value for row in rows if (value := literal(row)) and re.fullmatch(like, value)]


def over(file: ParsedFile, expression: str, start: int) -> str:
    """The plain name that a loop's variable goes through."""
    return next((iterable.lstrip("$&*") for iterable, _ in _loops(file, expression, start)), "")


def _loops(file: ParsedFile, expression: str, start: int) -> Iterator[tuple[str, int]]:
    """What the loops around ``start`` take ``expression`` from, and its place among the names of each round."""
    variable = _FIELD.sub("", expression.strip().lstrip("&*$"))
    if not re.fullmatch(r"[A-Za-z_]\w*", variable):
        return
    for loop in file.family.loops:
        for match in re.finditer(loop, file.text):
            targets = [target.strip(" ()[]$&") for target in re.split(r",|=>", match["targets"])]
            if variable in targets and match.start() - _BEFORE < start < match.end() + _AFTER:
                yield match["iterable"], targets.index(variable)


def _listed(file: ParsedFile, iterable: str, position: int) -> list[str]:
    source = file.text
    text = _OBJECT.sub(r"\g<name>", _VIEWS.sub("", iterable.strip()))
    if re.fullmatch(r"[$\w.]+", text):
        found = re.search(_OPENED.replace("NAME", re.escape(last(text))), source)
        text = source[found.end() : found.end() + 2000] if found else ""
        if found and not text.startswith("%"):
            text = bracketed(source, found.end() - 1)
    words = _WORDS.match(text)
    if words:
        return [f'"{word}"' for word in words["words"].split()]
    constants = (file.constants.get(last(name)) for name in names(text))
    return _rows(text, position) + [f'"{value}"' for value in constants if value]


def _rows(text: str, position: int) -> list[str]:
    """A dictionary's keys, or what stands in its values; all the texts of anything else."""
    if not _KEYED.search(text):
        return strings(text)
    named = keys(text)
    return named if position == 0 and named else [row for row in strings(text) if row.replace("'", '"') not in named]
