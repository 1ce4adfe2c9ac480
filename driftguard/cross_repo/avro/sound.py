"""Whether a schema is one that every Avro library takes: what they refuse when they load it is refused here.

https://avro.apache.org/docs/1.12.0/specification/
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from driftguard.cross_repo.avro.schema import NAMED, Field, Names, Schema
from driftguard.cross_repo.contracts.changes import Unreadable

_PLAIN: dict[str, type | tuple[type, ...]] = {
    "null": type(None), "boolean": bool, "int": int, "long": int, "float": (int, float), "double": (int, float),
    "bytes": str, "string": str, "fixed": str, "array": list, "map": dict, "record": dict,
}  # fmt: skip


def examine(root: Schema) -> None:
    """Raises ``Unreadable`` at the first flaw."""
    stack, seen = [root], set[int]()
    while stack:
        schema = stack.pop()
        if schema.is_reference or id(schema.node.value) in seen:
            continue
        seen.add(id(schema.node.value))
        plain = schema.resolved
        if plain.kind == "record":
            _fields(plain)
        elif plain.kind == "enum":
            _enum(plain)
        elif plain.kind == "union":
            _union(plain)
        _once(plain, schema.names)
        stack.extend(reversed(list(plain.inside())))


def _once(schema: Schema, names: Names) -> None:
    """A name is defined once; ``names`` holds where it was first."""
    if schema.kind in NAMED and names.types[schema.name].node.value is not schema.node.value:
        raise _flaw(schema, f"the type '{schema.name}' is already defined")


def _fields(record: Schema) -> None:
    if again := _repeated(field.name for field in record.fields):
        raise _flaw(record, f"the record {record.name} has two fields '{again}'")
    for field in record.fields:
        if field.has_default and not _fits(field.default, field.schema):
            raise _default(field)


def _default(field: Field) -> Unreadable:
    place = (*field.node.pointer, "default")
    return field.node.document.flaw(place, f"not Avro: the default of '{field.name}' is no value of its type")


def _enum(enum: Schema) -> None:
    if again := _repeated(enum.symbols):
        raise _flaw(enum, f"the enum {enum.name} has the symbol '{again}' twice")
    default = enum.node.value.get("default")
    if default is not None and default not in enum.symbols:
        raise _flaw(enum, f"the default of the enum {enum.name} is none of its symbols")


def _union(union: Schema) -> None:
    kinds = [branch.resolved for branch in union.branches]
    if any(kind.kind == "union" for kind in kinds):
        raise _flaw(union, "a union stands directly in a union")
    if again := _repeated(kind.name for kind in kinds):
        raise _flaw(union, f"a union has '{again}' twice")


def _fits(value: Any, schema: Schema) -> bool:
    """Whether a default may be of the type: of any branch of a union, since the specification changed its mind."""
    plain = schema.resolved
    if plain.kind == "union":
        return any(_fits(value, branch) for branch in plain.branches)
    if plain.kind == "enum":
        return value in plain.symbols
    if isinstance(value, bool) and plain.kind != "boolean":
        return False
    return isinstance(value, _PLAIN[plain.kind])


def _repeated(words: Iterable[str]) -> str:
    return next((word for word, times in Counter(words).items() if times > 1), "")


def _flaw(schema: Schema, message: str) -> Unreadable:
    return schema.node.document.flaw(schema.node.pointer, f"not Avro: {message}")
