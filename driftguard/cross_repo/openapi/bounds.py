"""Numbers that bound: minimum, maxLength, minItems ..."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from driftguard.cross_repo.openapi.facts import Fact
from driftguard.cross_repo.openapi.schemas import Schema

# Keyword -> the word in rule ids. Lengths that aren't there are zero; other bounds that aren't there are none.
LOWER = {"minimum": "min", "exclusiveMinimum": "exclusive-min", "minLength": "min-length", "minItems": "min-items",
         "minProperties": "min-properties", "minContains": "min-contains"}  # fmt: skip
UPPER = {"maximum": "max", "exclusiveMaximum": "exclusive-max", "maxLength": "max-length", "maxItems": "max-items",
         "maxProperties": "max-properties", "maxContains": "max-contains"}  # fmt: skip
BOUNDS = (*LOWER, *UPPER)
_ZERO = frozenset(("minLength", "minItems", "minProperties"))
_INCLUSIVE = {"exclusiveMinimum": "minimum", "exclusiveMaximum": "maximum"}
_EXCLUSIVE = {inclusive: exclusive for exclusive, inclusive in _INCLUSIVE.items()}


def number(value: Any) -> float | None:
    """A JSON number, ``None`` for anything else."""
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def bound(schema: Schema, key: str) -> float | None:
    """The bound, with 3.0's ``exclusiveMinimum: true`` read as 3.1's number."""
    if key in _INCLUSIVE and schema.raw.get(key) is True:
        return number(schema.raw.get(_INCLUSIVE[key]))
    if key in _EXCLUSIVE and schema.raw.get(_EXCLUSIVE[key]) is True:
        return None
    value = number(schema.raw.get(key))
    return 0 if value is None and key in _ZERO else value


def facts(old: Schema, new: Schema) -> Iterator[Fact]:
    """Bounds that were set, unset, raised or lowered."""
    for key, word in {**LOWER, **UPPER}.items():
        before, after = bound(old, key), bound(new, key)
        if before == after:
            continue
        if before is None or after is None:
            yield from _appeared(old, new, key, word)
        else:
            moved = "increased" if after > before else "decreased"
            yield Fact(f"{word}-{moved}", key, old=before, new=after)


def _appeared(old: Schema, new: Schema, key: str, word: str) -> Iterator[Fact]:
    """Set or unset, unless the bound only changed between inclusive and exclusive and got no tighter by it."""
    before, after = bound(old, key), bound(new, key)
    twin = _EXCLUSIVE.get(key) or _INCLUSIVE.get(key)
    if after is None:
        if twin is None or bound(new, twin) is None:
            yield Fact(f"{word}-unset", key, old=before)
        return
    other = bound(old, twin) if twin else None
    tighter = other is None or (after > other if key in LOWER else after < other)
    if tighter or (key in _INCLUSIVE and after == other):
        yield Fact(f"{word}-set", key, new=after)
    elif key in _EXCLUSIVE or after != other:
        yield Fact(f"{word}-{'decreased' if key in LOWER else 'increased'}", key, old=other, new=after)
