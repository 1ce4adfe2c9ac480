"""Names that a loop takes from a list or a dictionary: ``for name in ("A", "B"): getenv(name)``."""

from __future__ import annotations

import re

from driftguard.ai_sync.expressions import last, literal
from driftguard.ai_sync.parsed import ParsedFile
from driftguard.ai_sync.rules import ENV_LIKE
from driftguard.ai_sync.syntax import bracketed, keys, strings

_PAIR = re.compile(r"[\"']([^\"'\n]*)[\"']\s*(?::|=>)\s*[\"']([^\"'\n]*)[\"']")
_VIEWS = re.compile(r"\.(?:items|keys|values|iter|each|iteritems)\(\)$")
_OPENED = (
    r"(?<![\w.])NAME\s*(?:\[\w*\])?\s*(?::[^=\n]+)?:?=\s*(?:&|new\b)?\s*"
    r"(?:(?:map\[[^\]\n]*\]|\[[\w.]*\])\s*(?:struct\s*\{[^{}]*\}|[\w.*]+)?\s*\{|[\w.<>,]*!?\s*(?:\[\])?\s*[\[({])"
)
"""Where a name is bound to a list, a dictionary or a table, up to its first bracket."""
_ELEMENT = re.compile(r"(?P<table>[A-Za-z_]\w*)\[\w+\](?:(?:\.|->)\w+)?")
_FIELD = re.compile(r"(?:\.|->)[A-Za-z_]\w*$")
_BEFORE, _AFTER = 400, 4000
"""Characters around a loop's head that its variable may be used in."""


def values(file: ParsedFile, expression: str, start: int) -> list[str]:
    """The literals that ``expression``, a loop's variable at ``start``, goes through."""
    if table := _ELEMENT.fullmatch(expression.strip()):
        return _listed(file.text, table["table"], 0, 1)
    variable = _FIELD.sub("", expression.strip().lstrip("&*$"))
    if not re.fullmatch(r"[A-Za-z_]\w*", variable):
        return []
    for loop in file.family.loops:
        for match in re.finditer(loop, file.text):
            targets = [target.strip(" ()$&") for target in match["targets"].split(",")]
            if variable in targets and match.start() - _BEFORE < start < match.end() + _AFTER:
                return _listed(file.text, match["iterable"], targets.index(variable), len(targets))
    return []


def _listed(source: str, iterable: str, position: int, targets: int) -> list[str]:
    text = _VIEWS.sub("", iterable.strip())
    if re.fullmatch(r"[$\w.]+", text):
        found = re.search(_OPENED.replace("NAME", re.escape(last(text))), source)
        text = bracketed(source, found.end() - 1) if found else ""
    pairs = _PAIR.findall(text)
    if pairs:
        rows = [f'"{pair[min(position, 1) if targets > 1 else 0]}"' for pair in pairs]
    else:
        named = keys(text) if position == 0 and re.search(r"[\"']\s*(?::|=>)", text) else []
        rows = named or strings(text)
    return [value for row in rows if (value := literal(row)) and re.fullmatch(ENV_LIKE, value)]
