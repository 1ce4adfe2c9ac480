"""Which values are allowed: null, enum, const, default, pattern, multipleOf, uniqueItems, x-extensible-enum."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from driftguard.cross_repo.openapi.bounds import number
from driftguard.cross_repo.openapi.equivalence import choices, spelled
from driftguard.cross_repo.openapi.facts import Fact
from driftguard.cross_repo.openapi.schemas import Schema

_ANYTHING = frozenset((".*", "^.*$", "^.*", ".*$", "(.*)", "[\\s\\S]*", "^[\\s\\S]*$"))


def facts(old: Schema, new: Schema) -> Iterator[Fact]:
    """Everything about single values that differs."""
    yield from _null(old, new)
    yield from _enum(old, new)
    yield from _const(old, new)
    yield from _changed("default-value", "default", old.get("default"), new.get("default"))
    yield from _pattern(old, new)
    yield from _multiple(old, new)
    if old.flag("uniqueItems") != new.flag("uniqueItems"):
        yield Fact(f"unique-items-{'added' if new.flag('uniqueItems') else 'removed'}", "uniqueItems")
    for word, key in (
        ("content-media-type-changed", "contentMediaType"),
        ("content-encoding-changed", "contentEncoding"),
    ):
        if old.get(key) != new.get(key):
            yield Fact(word, key, old=old.get(key), new=new.get(key))
    for value in _lost(old.get("x-extensible-enum"), new.get("x-extensible-enum")):
        yield Fact("x-extensible-enum-value-removed", "x-extensible-enum", old=value)


def _null(old: Schema, new: Schema) -> Iterator[Fact]:
    """A schema without a type took null before and takes it after, unless ``nullable`` says so."""
    if new.nullable and not old.nullable and (new.said_nullable or _restricts(old)):
        yield Fact("became-nullable", "nullable" if new.said_nullable else "type")
    elif old.nullable and not new.nullable and (old.said_nullable or _restricts(new)):
        yield Fact("became-not-nullable", "nullable" if old.said_nullable else "type")


def _restricts(schema: Schema) -> bool:
    return bool(schema.types) or any(key in schema.raw for key in ("oneOf", "anyOf", "allOf", "enum", "const"))


def _enum(old: Schema, new: Schema) -> Iterator[Fact]:
    before, after = old.get("enum"), new.get("enum")
    if choices(old) == choices(new):
        return
    if not isinstance(before, list):
        if isinstance(after, list) and "const" not in old.raw:
            yield Fact("became-enum", "enum", new=after)
        return
    if not isinstance(after, list):
        if "const" not in new.raw:
            yield Fact("enum-removed", "enum", old=before)
        return
    for value in _without(before, after, new):
        yield Fact("enum-value-removed", "enum", old=value)
    for value in _without(after, before, old):
        yield Fact("enum-value-added", "enum", new=value)


def _without(values: list[Any], others: list[Any], other: Schema) -> Iterator[Any]:
    """Values that aren't among the others; null is no value of its own where null is allowed anyway."""
    known = {spelled(value) for value in others}
    for value in values:
        if spelled(value) not in known and not (value is None and other.nullable):
            known.add(spelled(value))
            yield value


def _const(old: Schema, new: Schema) -> Iterator[Fact]:
    if choices(old) == choices(new):
        return
    if "const" in old.raw and "const" in new.raw:
        yield Fact("const-changed", "const", old=old.raw["const"], new=new.raw["const"])
    elif "const" in new.raw and spelled(new.raw["const"]) not in (choices(old) or ()):
        yield Fact("const-added", "const", new=new.raw["const"])
    elif "const" in new.raw:
        for value in _without(old.get("enum"), [new.raw["const"]], new):
            yield Fact("enum-value-removed", "const", old=value)
    elif "const" in old.raw and isinstance(new.get("enum"), list):
        yield from _const_to_enum(old.raw["const"], old, new)
    elif "const" in old.raw:
        yield Fact("const-removed", "const", old=old.raw["const"])


def _const_to_enum(value: Any, old: Schema, new: Schema) -> Iterator[Fact]:
    enum = new.get("enum")
    for lost in _without([value], enum, new):
        yield Fact("enum-value-removed", "enum", old=lost)
    for added in _without(enum, [value], old):
        yield Fact("enum-value-added", "enum", new=added)


def _changed(word: str, key: str, before: Any, after: Any) -> Iterator[Fact]:
    if spelled(before) == spelled(after):
        return
    how = "added" if before is None else "removed" if after is None else "changed"
    yield Fact(f"{word}-{how}", key, old=before, new=after)


def _pattern(old: Schema, new: Schema) -> Iterator[Fact]:
    before, after = old.get("pattern") or "", new.get("pattern") or ""
    if before == after:
        return
    if not before:
        yield Fact("pattern-added", "pattern", new=after)
    elif not after:
        yield Fact("pattern-removed", "pattern", old=before)
    else:
        word = "pattern-generalized" if after in _ANYTHING else "pattern-changed"
        yield Fact(word, "pattern", old=before, new=after)


def _multiple(old: Schema, new: Schema) -> Iterator[Fact]:
    before, after = number(old.get("multipleOf")), number(new.get("multipleOf"))
    if before == after:
        return
    if not after:
        yield Fact("multiple-of-removed", "multipleOf", old=before)
    elif not before:
        yield Fact("multiple-of-added", "multipleOf", new=after)
    else:
        word = "multiple-of-generalized" if (before / after).is_integer() else "multiple-of-changed"
        yield Fact(word, "multipleOf", old=before, new=after)


def _lost(before: Any, after: Any) -> Iterator[Any]:
    if isinstance(before, list) and isinstance(after, list):
        kept = {spelled(value) for value in after}
        yield from (value for value in before if spelled(value) not in kept)
