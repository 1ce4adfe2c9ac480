"""Avro schemas with their names resolved, over several files.

https://avro.apache.org/docs/1.12.0/specification/
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from driftguard.cross_repo.documents.library import Node

PRIMITIVES = frozenset({"null", "boolean", "int", "long", "float", "double", "bytes", "string"})
NAMED = frozenset({"record", "error", "enum", "fixed"})
_WORDS = PRIMITIVES | NAMED | {"array", "map"}
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*")


@dataclass
class Names:
    """Every named type of one version, by full name."""

    types: dict[str, Schema] = field(default_factory=dict)

    def declare(self, root: Node) -> None:
        """Take in what a file defines. Raises ``Unreadable`` where it is no Avro."""
        stack = [Schema(root, "", self)]
        while stack:
            schema = stack.pop()
            wrapped = schema._wrapped  # noqa: SLF001 - the same module
            if wrapped is not None:
                stack.append(wrapped)
            if wrapped is not None or schema.is_reference:
                continue
            if schema.kind in NAMED:
                self.types.setdefault(schema.name, schema)
            stack.extend(reversed(list(schema.inside())))


@dataclass(frozen=True, eq=False)
class Schema:
    """One schema as it is written; ``resolved`` is what a name stands for."""

    node: Node
    namespace: str
    names: Names

    @property
    def _wrapped(self) -> Schema | None:
        """``{"type": X}`` is X, where X isn't a plain word of Avro's."""
        value = self.node.value
        said = value.get("type") if isinstance(value, dict) else None
        wrapped = isinstance(said, (dict, list)) or (isinstance(said, str) and said not in _WORDS)
        return Schema(self.node.child("type"), self.namespace, self.names) if wrapped else None

    @property
    def is_reference(self) -> bool:
        value = self.node.value
        return isinstance(value, str) and value not in PRIMITIVES

    @property
    def resolved(self) -> Schema:
        """Raises ``Unreadable`` for a name that nobody defines."""
        wrapped = self._wrapped
        if wrapped is not None:
            return wrapped.resolved
        if not self.is_reference:
            return self
        name = self.node.value
        full = name if "." in name or not self.namespace else f"{self.namespace}.{name}"
        found = self.names.types.get(full) or self.names.types.get(name)
        if found is None:
            raise self.node.document.flaw(self.node.pointer, f"not Avro: nobody defines the type '{name}'")
        return found

    @cached_property
    def kind(self) -> str:
        """A primitive's name, ``record``, ``enum``, ``fixed``, ``array``, ``map`` or ``union``."""
        value = self.node.value
        if isinstance(value, list):
            return "union"
        said = value.get("type") if isinstance(value, dict) else value
        if said == "error":
            return "record"
        if isinstance(said, str) and said in _WORDS:
            return said
        raise self.node.document.flaw(self.node.pointer, f"not Avro: {said!r} is no type")

    @cached_property
    def name(self) -> str:
        """The full name of a named type, the kind of any other."""
        if self.kind not in NAMED:
            return self.kind
        name = self.node.value.get("name")
        if not isinstance(name, str) or not _NAME.fullmatch(name):
            raise self.node.document.flaw(self.node.pointer, f"not Avro: {name!r} is no name")
        return self._full(name)

    @property
    def simple_name(self) -> str:
        return self.name.rpartition(".")[2]

    @property
    def aliases(self) -> frozenset[str]:
        """Simple names that a reader answers to as well."""
        return frozenset(name.rpartition(".")[2] for name in _texts(self.node, "aliases"))

    def _full(self, name: str) -> str:
        return name if "." in name or not self._own_namespace else f"{self._own_namespace}.{name}"

    @cached_property
    def _own_namespace(self) -> str:
        value = self.node.value
        if not isinstance(value, dict) or self.kind not in NAMED:
            return self.namespace
        said, name = value.get("namespace"), value.get("name")
        if isinstance(name, str) and "." in name:
            return name.rpartition(".")[0]
        return said if isinstance(said, str) else self.namespace

    @property
    def logical(self) -> tuple[Any, ...]:
        """The logical type with what belongs to it."""
        value = self.node.value
        if not isinstance(value, dict) or not isinstance(value.get("logicalType"), str):
            return ()
        if value["logicalType"] == "decimal":
            return "decimal", value.get("precision"), value.get("scale", 0)
        return (value["logicalType"],)

    @cached_property
    def fields(self) -> list[Field]:
        found = self.node.child("fields").items()
        if not isinstance(self.node.value.get("fields"), list):
            raise self.node.document.flaw(self.node.pointer, f"not Avro: the record {self.name} has no fields")
        return [Field.of(node, self) for node in found]

    @property
    def symbols(self) -> list[str]:
        return _texts(self.node, "symbols")

    @property
    def size(self) -> Any:
        return self.node.value.get("size")

    @cached_property
    def branches(self) -> list[Schema]:
        """What a union may be; anything else is its own only branch."""
        if isinstance(self.node.value, list):
            return [Schema(node, self.namespace, self.names) for node in self.node.items()]
        return [self]

    @property
    def element(self) -> Schema:
        """What an array or a map holds."""
        return self._under("items" if self.kind == "array" else "values")

    def _under(self, name: str) -> Schema:
        if not isinstance(self.node.value, dict) or name not in self.node.value:
            raise self.node.document.flaw(self.node.pointer, f"not Avro: '{name}' is missing")
        return Schema(self.node.child(name), self._own_namespace, self.names)

    def inside(self) -> Iterator[Schema]:
        """The schemas written directly in this one."""
        if self.kind == "record":
            yield from (one.schema for one in self.fields)
        elif self.kind in ("array", "map"):
            yield self.element
        elif self.kind == "union":
            yield from self.branches


@dataclass(frozen=True, eq=False)
class Field:
    """One field of a record."""

    node: Node
    record: Schema

    @classmethod
    def of(cls, node: Node, record: Schema) -> Field:
        """Raises ``Unreadable`` where a name or a type is missing."""
        named = isinstance(node.value, dict) and isinstance(node.value.get("name"), str)
        if not named or "type" not in node.value:
            raise node.document.flaw(node.pointer, "not Avro: a field needs a name and a type")
        return cls(node, record)

    @property
    def name(self) -> str:
        return str(self.node.value["name"])

    @property
    def schema(self) -> Schema:
        own = self.record._own_namespace  # noqa: SLF001 - the same module
        return Schema(self.node.child("type"), own, self.record.names)

    @property
    def answers_to(self) -> frozenset[str]:
        """Its name and aliases."""
        return frozenset({self.name, *_texts(self.node, "aliases")})

    @property
    def has_default(self) -> bool:
        return "default" in self.node.value

    @property
    def default(self) -> Any:
        return self.node.value.get("default")


def _texts(node: Node, name: str) -> list[str]:
    found: Sequence[Any] = node.value.get(name, []) if isinstance(node.value, dict) else []
    if not isinstance(found, list) or not all(isinstance(text, str) for text in found):
        raise node.document.flaw((*node.pointer, name), f"not Avro: '{name}' must be a list of names")
    return found
