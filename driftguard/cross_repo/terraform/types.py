"""Type constraints of variables, and whether a value for one type is a value for another.

https://developer.hashicorp.com/terraform/language/expressions/type-constraints
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

_TOKEN = re.compile(r"""[A-Za-z_][\w-]*|"(?:[^"\\]|\\.)*"|\d+(?:\.\d+)?|[(){}\[\]=:,]|\S""")
_CLOSED = {"(": ")", "{": "}", "[": "]"}
_CONVERTED = {("number", "string"), ("bool", "string"), ("list", "set"), ("list", "tuple"), ("map", "object")}
"""Terraform converts the first to the second by itself; for all but the first two it may fail or lose something."""
_COLLECTIONS = {"list", "map", "set"}
"""Without a type of their elements they take any."""

_SAFE = {("number", "string"), ("bool", "string")}


class Fit(StrEnum):
    """Whether what callers pass today still fits."""

    SAME = "same"
    WIDER = "wider"
    MAYBE = "maybe"
    NO = "no"


@dataclass(frozen=True, slots=True)
class Type:
    """``list(string)`` is ``Type("list", (Type("string"),))``; the attributes of an object have names."""

    name: str
    inside: tuple[Type, ...] = ()
    attributes: Mapping[str, Type] = field(default_factory=dict)
    optional: bool = False
    default: str = ""


ANY = Type("any")


def parse(text: str) -> Type:
    """The type that ``text`` writes; one named by the text itself where that isn't understood."""
    tokens = list(_TOKEN.findall(text))
    found = _parse(tokens)
    return Type(text) if tokens or found is None else found


def _parse(tokens: list[str]) -> Type | None:
    if not tokens:
        return None
    name = tokens.pop(0).strip('"')
    if not tokens or tokens[0] != "(":
        return Type(name, (ANY,)) if name in _COLLECTIONS else Type(name)
    tokens.pop(0)
    if name == "object":
        return _object(tokens)
    inside = _tuple(tokens) if name == "tuple" else [_parse(tokens)]
    default = _skip_default(tokens) if name == "optional" else ""
    if None in inside or not tokens or tokens.pop(0) != ")":
        return None
    parts = tuple(part for part in inside if part is not None)
    if name == "optional":
        return Type(parts[0].name, parts[0].inside, parts[0].attributes, optional=True, default=default)
    return Type(name, parts)


def _tuple(tokens: list[str]) -> list[Type | None]:
    found: list[Type | None] = []
    if tokens and tokens.pop(0) != "[":
        return [None]
    while tokens and tokens[0] != "]":
        found.append(_parse(tokens))
        if tokens and tokens[0] == ",":
            tokens.pop(0)
    return found if tokens and tokens.pop(0) == "]" else [None]


def _object(tokens: list[str]) -> Type | None:
    attributes: dict[str, Type] = {}
    if not tokens or tokens.pop(0) != "{":
        return None
    while tokens and tokens[0] != "}":
        name = tokens.pop(0).strip('"')
        if not tokens or tokens.pop(0) not in ("=", ":"):
            return None
        value = _parse(tokens)
        if value is None:
            return None
        attributes[name] = value
        if tokens and tokens[0] == ",":
            tokens.pop(0)
    if tokens[:2] != ["}", ")"]:
        return None
    del tokens[:2]
    return Type("object", attributes=attributes)


def _skip_default(tokens: list[str]) -> str:
    """The default of ``optional(type, default)``, up to the closing bracket; null is none."""
    depth = 0
    found: list[str] = []
    while tokens and (depth or tokens[0] != ")"):
        found.append(tokens.pop(0))
        depth += (found[-1] in _CLOSED) - (found[-1] in _CLOSED.values())
    said = " ".join(found[1:])
    return "" if said == "null" else said


@dataclass(frozen=True, slots=True)
class Misfit:
    """One reason why, and where: ``.tags[].name``."""

    fit: Fit
    where: str
    message: str


def misfits(old: Type, new: Type, where: str = "") -> Iterator[Misfit]:
    """Everything that a caller's value may stumble over, and what it needn't mind."""
    if new.name == "any" or old == new:
        if old != new:
            yield Misfit(Fit.WIDER, where, f"{old.name} became any")
    elif old.name == new.name == "object":
        yield from _attributes(old, new, where)
    elif old.name == new.name and len(old.inside) == len(new.inside) and old.inside:
        for index, (one, other) in enumerate(zip(old.inside, new.inside, strict=True)):
            yield from misfits(one, other, f"{where}[{index if new.name == 'tuple' else ''}]")
    elif (old.name, new.name) in _SAFE:
        yield Misfit(Fit.WIDER, where, f"{old.name} became {new.name}")
    else:
        maybe = old.name == "any" or (old.name, new.name) in _CONVERTED or (new.name, old.name) in _CONVERTED - _SAFE
        yield Misfit(Fit.MAYBE if maybe else Fit.NO, where, f"{old.name} became {new.name}")


def _attributes(old: Type, new: Type, where: str) -> Iterator[Misfit]:
    """Terraform drops attributes that a type doesn't name, and refuses a value without one that it needs."""
    for name, before in old.attributes.items():
        after = new.attributes.get(name)
        if after is None:
            yield Misfit(Fit.MAYBE, f"{where}.{name}", "was removed, and is ignored where it is passed")
            continue
        if before.optional and not after.optional:
            yield Misfit(Fit.NO, f"{where}.{name}", "became required")
        elif after.optional and not before.optional:
            yield Misfit(Fit.WIDER, f"{where}.{name}", "became optional")
        elif before.optional and before.default != after.default:
            said = f"is {after.default or 'null'} where it isn't passed, {before.default or 'null'} before"
            yield Misfit(Fit.MAYBE, f"{where}.{name}", said)
        yield from misfits(_needed(before), _needed(after), f"{where}.{name}")
    for name, after in new.attributes.items():
        if name not in old.attributes:
            fit, how = (Fit.WIDER, "as optional") if after.optional else (Fit.NO, "as required")
            yield Misfit(fit, f"{where}.{name}", f"was added {how}")


def _needed(kind: Type) -> Type:
    return Type(kind.name, kind.inside, kind.attributes)
