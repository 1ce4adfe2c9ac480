"""buf's rules in three levels, and several that say the same of one element told as one.

https://buf.build/docs/breaking/rules/; ``buf config ls-breaking-rules`` lists each rule's categories.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from driftguard.model import Level
from driftguard.ports import BufSays

FILE_ONLY = frozenset(
    {"ENUM_NO_DELETE", "EXTENSION_NO_DELETE", "FILE_NO_DELETE", "MESSAGE_NO_DELETE", "SERVICE_NO_DELETE"}
)
"""Rules of the category FILE alone: what moved to another file of its package breaks some languages' imports."""

GENERATED = re.compile(
    r"FILE_SAME_(CC|CSHARP|GO|JAVA|OBJC|OPTIMIZE|PHP|PY|RUBY|SWIFT)_\w+|FILE_SAME_OPTIMIZE_FOR|FIELD_SAME_JSTYPE"
    r"|FIELD_SAME_(CPP_STRING_TYPE|JAVA_UTF8_VALIDATION)"
)
"""Options of one language's generated code: nothing on the wire changes, and who uses that language is hit."""

WIRE = re.compile(r"\w*_WIRE_COMPATIBLE_\w+|\w+_UNLESS_NUMBER_RESERVED|RESERVED_\w+|RPC_SAME_\w+")
_BASES = (
    (re.compile(r"FIELD_WIRE_(JSON_)?COMPATIBLE_(TYPE|CARDINALITY)"), r"FIELD_SAME_\2"),
    (re.compile(r"(\w+_NO_DELETE)_UNLESS_(NAME|NUMBER)_RESERVED"), r"\1"),
    (re.compile(r"PACKAGE_(\w+_NO_DELETE)"), r"\1"),
)
_QUOTED = re.compile(r'"([^"]*)"')


def base(rule: str) -> str:
    """The rule that stands for a family: ``FIELD_NO_DELETE`` for ``FIELD_NO_DELETE_UNLESS_NAME_RESERVED``."""
    for pattern, replacement in _BASES:
        if pattern.fullmatch(rule):
            return pattern.sub(replacement, rule)
    return rule


def level(rules: Iterable[str]) -> Level:
    """What breaks the wire, JSON or a package is breaking; what only moves source around is dangerous."""
    mild = all(rule in FILE_ONLY or GENERATED.fullmatch(rule) for rule in rules)
    return Level.DANGEROUS if mild else Level.BREAKING


def families(said: Iterable[BufSays]) -> Iterator[tuple[BufSays, list[str]]]:
    """Each element once: what was said of it in the family's own words, and every rule that it broke."""
    groups: dict[tuple[object, ...], list[BufSays]] = {}
    for one in said:
        groups.setdefault((base(one.rule), *_element(one)), []).append(one)
    for (rule, *_), ones in groups.items():
        told = next((one for one in ones if one.rule == rule), ones[0])
        yield told, [one.rule for one in ones]


def _element(said: BufSays) -> tuple[object, ...]:
    """What a message is about. A deleted element has no place of its own, so its names tell it apart."""
    quoted = tuple(_QUOTED.findall(said.message.partition(" was deleted")[0]))
    return quoted or (said.path, said.line, said.column)


def consequence(rules: Iterable[str]) -> str:
    if any(WIRE.fullmatch(rule) for rule in rules):
        return "; old and new can't read each other's bytes, or misread them"
    if any("JSON" in rule or "NAME_RESERVED" in rule for rule in rules):
        return "; breaks JSON and generated code"
    return ""
