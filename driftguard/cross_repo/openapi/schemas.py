"""A schema as validation sees it: references followed, the three ways to allow null made one, booleans made schemas."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from driftguard.cross_repo.openapi.nodes import Documents, Node, reference
from driftguard.cross_repo.openapi.places import Pointer

ANNOTATIONS = frozenset(
    """title description default example examples externalDocs $comment deprecated readOnly writeOnly xml $id $schema
    $anchor $defs definitions discriminator""".split()  # noqa: SIM905 - a page of words reads better
)
ONE = ("items", "additionalProperties", "contains", "propertyNames", "unevaluatedItems", "unevaluatedProperties", "if",
       "then", "else", "not", "contentSchema")  # fmt: skip
MANY = ("allOf", "anyOf", "oneOf", "prefixItems")
NAMED = ("properties", "patternProperties", "dependentSchemas")
CHILDREN = frozenset((*ONE, *MANY, *NAMED))


@dataclass(frozen=True, slots=True, eq=False)
class Schema:
    """``raw`` has no ``$ref`` and no null branch; ``ref`` is the name that it was referred to by.

    ``types`` has null only where it is the only one: beside others, ``nullable`` says it.
    """

    node: Node
    raw: Mapping[str, Any]
    ref: str = ""
    types: tuple[str, ...] = ()
    nullable: bool = False
    said_nullable: bool = False
    remote: bool = False

    def get(self, key: str) -> Any:
        return self.raw.get(key)

    def flag(self, key: str) -> bool:
        return self.raw.get(key) is True

    def words(self, key: str) -> tuple[str, ...]:
        """A list of strings, without what is none."""
        value = self.raw.get(key)
        return tuple(word for word in value if isinstance(word, str)) if isinstance(value, list) else ()

    def validates(self) -> bool:
        """Whether it refuses anything at all."""
        return any(key not in ANNOTATIONS and not key.startswith("x-") for key in self.raw)


@dataclass(slots=True)
class Schemas:
    """The schemas of one version, each looked at once. ``dialect`` is the document's: ``2.0``, ``3.0``, ``3.1``."""

    documents: Documents
    dialect: str
    known: dict[int, tuple[Node, Schema]] = field(default_factory=dict)
    flattened: dict[tuple[int, bool], tuple[Schema, Schema]] = field(default_factory=dict)
    joints: dict[tuple[tuple[str, Pointer, int], ...], Node] = field(default_factory=dict)
    joined: dict[int, list[Node]] = field(default_factory=dict)

    def view(self, node: Node) -> Schema:
        """Raises ``Unreadable`` where no schema stands."""
        found = self.known.get(id(node.value)) if isinstance(node.value, dict) else None
        if found is not None and found[0].file == node.file:
            return found[1]
        schema = self._view(node)
        if isinstance(node.value, dict):
            self.known[id(node.value)] = (node, schema)
        return schema

    def joint(self, *nodes: Node) -> Node:
        """All of them at once; the same node for the same ones, so that what contains itself comes to an end."""
        parts: list[Node] = []
        for node in nodes:
            inside = self.joined.get(id(node.value))
            parts += [part for part in (inside or [node]) if part.value not in [known.value for known in parts]]
        key = tuple((part.file, part.pointer, id(part.value)) for part in parts)
        if key not in self.joints:
            self.joints[key] = Node(nodes[-1].file, nodes[-1].pointer, {"allOf": parts})
            self.joined[id(self.joints[key].value)] = parts
        return self.joints[key]

    def child(self, schema: Schema, key: str) -> Node | None:
        """The subschema under ``key``; a boolean ``additionalProperties`` is none."""
        value = schema.raw.get(key)
        if value is None or isinstance(value, bool):
            return None
        return value if isinstance(value, Node) else self._below(schema, key, value)

    def named(self, schema: Schema, key: str) -> dict[str, Node]:
        value = schema.raw.get(key)
        if isinstance(value, Node):
            return self.documents.mapping(value)
        return self.documents.mapping(self._below(schema, key, value))

    def members(self, schema: Schema, key: str) -> list[Node]:
        value = schema.raw.get(key)
        if isinstance(value, Node):
            return self.documents.sequence(value)
        return self.documents.sequence(self._below(schema, key, value))

    @staticmethod
    def _below(schema: Schema, key: str, value: Any) -> Node:
        return Node(schema.node.file, (*schema.node.pointer, key), value)

    def _view(self, node: Node) -> Schema:
        ref = reference(node)
        target = self.documents.follow(node)
        name = (ref or "").rsplit("/", 1)[-1]
        if reference(target) is not None:
            return Schema(target, {}, name, remote=True)
        if isinstance(target.value, bool):
            target = target._replace(value={} if target.value else {"not": {}})
        self.documents.mapping(target)
        raw: dict[str, Any] = target.value or {}
        if ref is not None and (beside := self._beside(node)):
            raw = {"allOf": [Node(target.file, target.pointer, target.value), Node(node.file, node.pointer, beside)]}
            target = Node(node.file, node.pointer, raw)
        return self._normal(Schema(target, raw, name))

    def _beside(self, node: Node) -> dict[str, Any]:
        """What stands beside a ``$ref`` and counts: only OpenAPI 3.1 reads it."""
        if self.dialect != "3.1":
            return {}
        beside = {key: value for key, value in node.value.items() if key != "$ref"}
        return beside if Schema(node, beside).validates() else {}

    def _normal(self, schema: Schema) -> Schema:
        raw = dict(schema.raw)
        declared = raw.get("type")
        listed = declared if isinstance(declared, list) else [declared]
        types = sorted({"string" if word == "file" else word for word in listed if isinstance(word, str)})
        said = raw.pop("nullable", None) is True or (self.dialect == "2.0" and raw.get("x-nullable") is True)
        nullable = said or "null" in types
        for key in ("oneOf", "anyOf"):
            if key in raw and (kept := self._without_null(schema, key)) is not None:
                raw[key], nullable = kept, True
        kept_types = tuple(word for word in types if word != "null") or tuple(types)
        return Schema(schema.node, raw, schema.ref, kept_types, nullable, said)

    def _without_null(self, schema: Schema, key: str) -> list[Node] | None:
        """The members without ``type: null``, if there is such a one and another."""
        members = self.members(schema, key)
        kept = [member for member in members if not _is_null(member.value)]
        return kept if kept and len(kept) < len(members) else None


def _is_null(value: Any) -> bool:
    if not isinstance(value, dict):
        return False
    words = {key: entry for key, entry in value.items() if key not in ANNOTATIONS and not key.startswith("x-")}
    return words in ({"type": "null"}, {"type": ["null"]}, {"const": None}, {"enum": [None]})
