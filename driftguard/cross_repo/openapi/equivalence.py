"""Whether two schemas accept the same, however they are written: names, order, ``allOf`` and annotations aside.

``False`` may be wrong (two patterns may mean the same); ``True`` never is, as far as JSON Schema's keywords go.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from driftguard.cross_repo.openapi.bounds import BOUNDS, bound
from driftguard.cross_repo.openapi.flatten import flat
from driftguard.cross_repo.openapi.nodes import Node
from driftguard.cross_repo.openapi.schemas import ANNOTATIONS, MANY, NAMED, ONE, Schema, Schemas
from driftguard.cross_repo.openapi.versions import Versions

_HANDLED = frozenset((*ONE, *MANY, *NAMED, *BOUNDS, "type", "required", "enum", "const", "exclusiveMinimum",
                      "exclusiveMaximum", "dependentRequired", "nullable"))  # fmt: skip
_LIMIT = 50_000


@dataclass(slots=True)
class Budget:
    """How many pairs may still be looked at: what would take longer counts as different."""

    left: int = _LIMIT


@dataclass(slots=True)
class Equivalence:
    """One question between an old and a new schema. Pairs under way count as equal, so circles end."""

    versions: Versions
    old: Schemas
    new: Schemas
    seen: set[tuple[int, int]] = field(default_factory=set)
    keep: list[object] = field(default_factory=list)
    budget: Budget = field(default_factory=Budget)

    def nodes(self, old: Node, new: Node) -> bool:
        return self.versions.same(old, new) or self.schemas(self.old.view(old), self.new.view(new))

    def schemas(self, old: Schema, new: Schema) -> bool:
        if old.remote or new.remote:
            return False
        pair = (id(old.raw), id(new.raw))
        if pair in self.seen:
            return True
        self.seen.add(pair)
        self.keep += (old, new)
        self.budget.left -= 1
        if self.budget.left < 0:
            return False
        left, right = unwrapped(self.old, flat(self.old, old)), unwrapped(self.new, flat(self.new, new))
        return self._values(left, right) and self._children(left, right)

    def _values(self, old: Schema, new: Schema) -> bool:
        if (old.types, old.nullable, _names(old)) != (new.types, new.nullable, _names(new)):
            return False
        if choices(old) != choices(new):
            return False
        if set(old.words("required")) != set(new.words("required")) or old.flag("readOnly") != new.flag("readOnly"):
            return False
        if old.flag("writeOnly") != new.flag("writeOnly") or any(bound(old, key) != bound(new, key) for key in BOUNDS):
            return False
        return _rest(old) == _rest(new) and old.get("dependentRequired") == new.get("dependentRequired")

    def _children(self, old: Schema, new: Schema) -> bool:
        return (
            all(self._one(old, new, key) for key in ONE)
            and all(self._named(old, new, key) for key in NAMED)
            and self._ordered(old, new, "prefixItems")
            and all(self._unordered(old, new, key) for key in ("allOf", "anyOf", "oneOf"))
        )

    def _one(self, old: Schema, new: Schema, key: str) -> bool:
        left, right = self.old.child(old, key), self.new.child(new, key)
        if left is None or right is None:
            return left is right and (old.get(key) is False) == (new.get(key) is False)
        return self.nodes(left, right)

    def _named(self, old: Schema, new: Schema, key: str) -> bool:
        left, right = self.old.named(old, key), self.new.named(new, key)
        return left.keys() == right.keys() and all(self.nodes(left[name], right[name]) for name in left)

    def _ordered(self, old: Schema, new: Schema, key: str) -> bool:
        left, right = self.old.members(old, key), self.new.members(new, key)
        return len(left) == len(right) and all(self.nodes(*pair) for pair in zip(left, right, strict=True))

    def _unordered(self, old: Schema, new: Schema, key: str) -> bool:
        left, right = self.old.members(old, key), self.new.members(new, key)
        if len(left) != len(right):
            return False
        for member in left:
            match = next((other for other in right if self._apart(member, other)), None)
            if match is None:
                return False
            right.remove(match)
        return True

    def _apart(self, old: Node, new: Node) -> bool:
        """A trial: what a failed one assumed must not count afterwards."""
        trial = Equivalence(self.versions, self.old, self.new, set(self.seen), budget=self.budget)
        return trial.nodes(old, new)


def _names(schema: Schema) -> frozenset[str]:
    """What the properties are called: most schemas differ in that, and it is soon seen."""
    value = schema.raw.get("properties")
    value = value.value if isinstance(value, Node) else value
    return frozenset(value) if isinstance(value, dict) else frozenset()


def unwrapped(schemas: Schemas, schema: Schema) -> Schema:
    """The one member of a composition that says nothing else."""
    for key in MANY[:3]:
        if key not in schema.raw or any(_validates(word) for word in schema.raw if word != key) or schema.types:
            continue
        members = schemas.members(schema, key)
        if len(members) == 1:
            only = flat(schemas, schemas.view(members[0]))
            nullable = only.nullable or schema.nullable
            return Schema(only.node, only.raw, only.ref, only.types, nullable, nullable, only.remote)
    return schema


def _validates(key: str) -> bool:
    return key not in ANNOTATIONS and not key.startswith("x-")


def choices(schema: Schema) -> set[str] | None:
    """The values that enum or const leave, as text that tells 1 from true; ``None`` for any."""
    if "const" in schema.raw:
        return {spelled(schema.raw["const"])}
    enum = schema.raw.get("enum")
    return {spelled(value) for value in enum if value is not None} if isinstance(enum, list) else None


def spelled(value: Any) -> str:
    return f"{type(value).__name__ if isinstance(value, bool) else ''}{value!r}"


def _rest(schema: Schema) -> dict[str, Any]:
    """Keywords that count and have no case of their own: format, pattern, uniqueItems ..."""
    return {
        key: value
        for key, value in schema.raw.items()
        if key not in _HANDLED and _validates(key) and value not in (None, False, "")
    }
