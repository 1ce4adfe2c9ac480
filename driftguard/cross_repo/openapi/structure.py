"""Subschemas that came or went as a whole: if/then/else, contains, dependent, unevaluated, additional ones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from driftguard.cross_repo.openapi.equivalence import Equivalence
from driftguard.cross_repo.openapi.facts import Fact
from driftguard.cross_repo.openapi.schemas import Schema

_ONE = {"if": "if", "then": "then", "else": "else", "contains": "contains", "propertyNames": "property-names",
        "unevaluatedItems": "unevaluated-items", "unevaluatedProperties": "unevaluated-properties",
        "contentSchema": "content-schema", "not": "not"}  # fmt: skip
_NAMED = {"patternProperties": "pattern-property", "dependentSchemas": "dependent-schema"}


def facts(same: Equivalence, old: Schema, new: Schema) -> Iterator[Fact]:
    """Everything that one side has and the other hasn't."""
    for key, word in _ONE.items():
        before, after = _there(same, old, key, 0), _there(same, new, key, 1)
        if before != after:
            yield Fact(f"{word}-{'added' if after else 'removed'}", key)
    for key, word in _NAMED.items():
        yield from _names(word, key, same.old.named(old, key), same.new.named(new, key))
    yield from _items(same, old, new)
    yield from _dependent(old.get("dependentRequired"), new.get("dependentRequired"))
    yield from _additional(same, old, new)
    yield from _discriminator(old.get("discriminator"), new.get("discriminator"))


def _there(same: Equivalence, schema: Schema, key: str, side: int) -> bool:
    schemas = (same.old, same.new)[side]
    return schemas.child(schema, key) is not None or (key.startswith("unevaluated") and schema.get(key) is False)


def _items(same: Equivalence, old: Schema, new: Schema) -> Iterator[Fact]:
    """Lists of anything that became lists of something, or back; what became a list at all has a rule of its own."""
    before, after = _there(same, old, "items", 0), _there(same, new, "items", 1)
    if before != after and ("array" in old.types) == ("array" in new.types):
        yield Fact(f"items-{'added' if after else 'removed'}", "items")


def _names(word: str, key: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Fact]:
    for name in before:
        if name not in after:
            yield Fact(f"{word}-removed", key, old=name)
    for name in after:
        if name not in before:
            yield Fact(f"{word}-added", key, new=name, at=after[name])


def _dependent(before: Any, after: Any) -> Iterator[Fact]:
    left = before if isinstance(before, dict) else {}
    right = after if isinstance(after, dict) else {}
    for name in {**left, **right}:
        words, others = left.get(name), right.get(name)
        if words is None:
            yield Fact("dependent-required-added", "dependentRequired", old=name, new=others)
        elif others is None:
            yield Fact("dependent-required-removed", "dependentRequired", old=name, new=words)
        elif sorted(map(str, words)) != sorted(map(str, others)):
            yield Fact("dependent-required-changed", "dependentRequired", old=name, new=others)


def _additional(same: Equivalence, old: Schema, new: Schema) -> Iterator[Fact]:
    """Objects that took any other property and take none, or only some."""
    key = "additionalProperties"
    before, after = old.get(key), new.get(key)
    left, right = same.old.child(old, key), same.new.child(new, key)
    open_before = before in (None, True) or (left is not None and not same.old.view(left).validates())
    if after is False and before is not False and (_object(old) or _object(new)):
        yield Fact("additional-properties-forbidden" if open_before else "additional-properties-removed", key)
    elif before is False and after is not False and _object(old):
        yield Fact("additional-properties-allowed", key)
    elif right is not None and open_before and same.new.view(right).validates() and _object(old):
        yield Fact("additional-properties-restricted", key)


def _object(schema: Schema) -> bool:
    return "object" in schema.types or "properties" in schema.raw


def _discriminator(before: Any, after: Any) -> Iterator[Fact]:
    left, right = _as_object(before), _as_object(after)
    if left is None or right is None:
        if left is not right:
            yield Fact(f"discriminator-{'added' if left is None else 'removed'}", "discriminator")
        return
    if left.get("propertyName") != right.get("propertyName"):
        yield Fact(
            "discriminator-property-name-changed",
            "discriminator",
            old=left.get("propertyName"),
            new=right.get("propertyName"),
        )
    yield from _mapping(left.get("mapping") or {}, right.get("mapping") or {})


def _mapping(left: Any, right: Any) -> Iterator[Fact]:
    if not isinstance(left, dict) or not isinstance(right, dict):
        return
    if lost := [name for name in left if name not in right]:
        yield Fact("discriminator-mapping-deleted", "discriminator", old=", ".join(lost))
    if added := [name for name in right if name not in left]:
        yield Fact("discriminator-mapping-added", "discriminator", new=", ".join(added))
    for name in left:
        if name in right and left[name] != right[name]:
            yield Fact("discriminator-mapping-changed", "discriminator", old=left[name], new=right[name])


def _as_object(value: Any) -> dict[str, Any] | None:
    """Swagger 2.0 names the property and nothing else."""
    if isinstance(value, str):
        return {"propertyName": value}
    return value if isinstance(value, dict) else None
