"""``allOf`` merged into one schema, so that a description that is only written differently is the same."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from driftguard.cross_repo.openapi.nodes import Node
from driftguard.cross_repo.openapi.schemas import ANNOTATIONS, CHILDREN, Schema, Schemas

_LOWER = frozenset(("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties", "minContains"))
_UPPER = frozenset(("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties", "maxContains"))


def flat(schemas: Schemas, schema: Schema) -> Schema:
    """The schema with its ``allOf`` merged in; what can't be merged stays in an ``allOf``."""
    if not schema.raw.get("allOf"):
        return schema
    key = (id(schema.raw), schema.nullable)
    if key not in schemas.flattened:
        schemas.flattened[key] = (schema, _flat(schemas, schema))
    return schemas.flattened[key][1]


def _flat(schemas: Schemas, schema: Schema) -> Schema:
    parts = list(_parts(schemas, schema, set()))
    raw: dict[str, Any] = {}
    for part in parts:
        raw = _combined(schemas, raw, part)
    types = _types([part.types for part in parts if part.types])
    typed = [part for part in parts if part.types]
    nullable = schema.said_nullable or (bool(typed) and all(part.nullable for part in typed))
    node = Node(schema.node.file, schema.node.pointer, raw)
    return Schema(node, raw, schema.ref, types, nullable, nullable, any(part.remote for part in parts))


def _parts(schemas: Schemas, schema: Schema, seen: set[int]) -> Iterator[Schema]:
    """The schema itself without its ``allOf``, then each member's parts; what applies twice says nothing new."""
    own = {key: value for key, value in schema.raw.items() if key != "allOf"}
    yield Schema(schema.node, own, schema.ref, schema.types, schema.nullable, schema.said_nullable, schema.remote)
    for member in schemas.members(schema, "allOf"):
        view = schemas.view(member)
        if id(view) not in seen:
            seen.add(id(view))
            yield from _parts(schemas, view, seen)


def _with_nodes(schema: Schema) -> dict[str, Any]:
    """Children as nodes, since the merged schema has parts of several places."""
    raw: dict[str, Any] = {}
    for key, value in schema.raw.items():
        if key == "properties" and isinstance(value, dict):
            raw[key] = {name: _node(schema, value[name], key, name) for name in value}
        elif key in CHILDREN and isinstance(value, dict | list):
            raw[key] = _node(schema, value, key)
        else:
            raw[key] = value
    return raw


def _node(schema: Schema, value: Any, *steps: str) -> Node:
    return value if isinstance(value, Node) else Node(schema.node.file, (*schema.node.pointer, *steps), value)


def _combined(schemas: Schemas, left: dict[str, Any], part: Schema) -> dict[str, Any]:
    merged = dict(left)
    beside: dict[str, Any] = {}
    for key, value in _with_nodes(part).items():
        if key not in merged or key in ANNOTATIONS or key.startswith("x-"):
            merged.setdefault(key, value)
        elif key == "properties" and isinstance(value, dict) and isinstance(merged[key], dict):
            merged[key] = _properties(schemas, merged[key], value)
        else:
            settled = _settled(key, merged[key], value)
            if settled is None:
                beside[key] = value
            else:
                merged[key] = settled
    if beside:
        merged["allOf"] = [*merged.get("allOf", []), Node(part.node.file, part.node.pointer, beside)]
    return merged


def _properties(schemas: Schemas, left: dict[str, Node], right: dict[str, Node]) -> dict[str, Node]:
    merged = dict(left)
    for name, node in right.items():
        first = merged.get(name)
        if first is None or first.value == node.value:
            merged[name] = node
        else:
            merged[name] = schemas.joint(first, node)
    return merged


def _settled(key: str, left: Any, right: Any) -> Any:  # noqa: PLR0911 - one line a keyword
    """The keyword's value for both, or ``None`` where only both together say it."""
    if left == right or key == "type":
        return left
    if key == "required" and isinstance(left, list) and isinstance(right, list):
        return [*left, *(word for word in right if word not in left)]
    if key == "enum" and isinstance(left, list) and isinstance(right, list):
        return [value for value in left if value in right]
    if key in _LOWER and _numbers(left, right):
        return max(left, right)
    if key in _UPPER and _numbers(left, right):
        return min(left, right)
    if key == "additionalProperties" and False in (left, right):
        return False
    if key == "uniqueItems":
        return left or right
    return None


def _numbers(*values: Any) -> bool:
    return all(isinstance(value, int | float) and not isinstance(value, bool) for value in values)


def _types(lists: list[tuple[str, ...]]) -> tuple[str, ...]:
    if not lists:
        return ()
    kept = lists[0]
    for words in lists[1:]:
        both = tuple(word for word in kept if word in words or (word == "integer" and "number" in words))
        kept = both or tuple(word for word in words if word == "integer" and "number" in kept) or kept
    return kept
