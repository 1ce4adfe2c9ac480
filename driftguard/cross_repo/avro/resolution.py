"""Schema resolution: what a reader can't make of a writer's data.

https://avro.apache.org/docs/1.12.0/specification/#schema-resolution
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from driftguard.cross_repo.avro.schema import Field, Schema
from driftguard.cross_repo.documents.library import Node

PROMOTIONS = frozenset(
    {("int", "long"), ("int", "float"), ("int", "double"), ("long", "float"), ("long", "double"), ("float", "double")}
    | {("string", "bytes"), ("bytes", "string")}
)
"""Writer's type, reader's type."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a reader fails. ``nodes`` are the reader's and the writer's place; ``where`` names it for people."""

    rule: str
    where: str
    message: str
    nodes: tuple[Node, Node]


@dataclass
class Resolution:
    """One reader, one writer. A pair of schemas that was looked at isn't looked at again, so recursion ends."""

    _seen: dict[tuple[int, int], tuple[Schema, Schema]] = field(default_factory=dict)

    def problems(self, reader: Schema, writer: Schema, where: str) -> Iterator[Problem]:
        """Everything that goes wrong, as far as each place can be reached."""
        reader, writer = reader.resolved, writer.resolved
        key = (id(reader.node.value), id(writer.node.value))
        if key in self._seen and reader.kind in ("record", "array", "map", "union"):
            return
        self._seen[key] = reader, writer
        if "union" in (reader.kind, writer.kind):
            yield from self._unions(reader, writer, where)
        elif reader.kind != writer.kind:
            if (writer.kind, reader.kind) not in PROMOTIONS:
                said = f"{writer.kind} is written, {reader.kind} is read"
                yield Problem("type-mismatch", where, said, (reader.node, writer.node))
            else:
                yield from _logical(reader, writer, where)
        else:
            yield from self._alike(reader, writer, where)
            yield from _logical(reader, writer, where)

    def _alike(self, reader: Schema, writer: Schema, where: str) -> Iterator[Problem]:
        """Two schemas of one kind."""
        nodes = reader.node, writer.node
        if reader.kind in ("array", "map"):
            yield from self.problems(reader.element, writer.element, f"{where}[]")
        elif reader.kind in ("record", "enum", "fixed"):
            if not _same_name(reader, writer):
                said = f"{writer.name} is written, {reader.name} is read, and no alias says they are the same"
                yield Problem("name-mismatch", where, said, nodes)
            elif reader.kind == "record":
                yield from self._fields(reader, writer)
            elif reader.kind == "enum":
                yield from _symbols(reader, writer)
            elif reader.size != writer.size:
                said = f"{writer.size} bytes are written, {reader.size} are read"
                yield Problem("fixed-size-mismatch", reader.simple_name, said, nodes)

    def _fields(self, reader: Schema, writer: Schema) -> Iterator[Problem]:
        for wanted in reader.fields:
            where = f"{reader.simple_name}.{wanted.name}"
            written = _written(wanted, writer)
            if written is not None:
                yield from self.problems(wanted.schema, written.schema, where)
            elif not wanted.has_default:
                said = f"the field {wanted.name} isn't written, and has no default to read instead"
                yield Problem("field-without-default", where, said, (wanted.node, writer.node))

    def _unions(self, reader: Schema, writer: Schema, where: str) -> Iterator[Problem]:
        """Each branch that may be written must be one that is read."""
        for written in writer.branches:
            read = _branch(reader, written)
            if read is None:
                name = written.resolved.name
                said = f"{name} may be written, {' or '.join(b.resolved.name for b in reader.branches)} is read"
                yield Problem("union-branch-mismatch", where, said, (reader.node, written.node))
            else:
                yield from self.problems(read, written, where)


def _branch(reader: Schema, written: Schema) -> Schema | None:
    """The first branch that matches exactly, else the first that the written type is promoted to."""
    writer = written.resolved
    choices = [branch.resolved for branch in reader.branches]
    same = (c for c in choices if c.kind == writer.kind and (c.name == c.kind or _same_name(c, writer)))
    promoted = (c for c in choices if (writer.kind, c.kind) in PROMOTIONS)
    return next(same, None) or next(promoted, None)


def _same_name(reader: Schema, writer: Schema) -> bool:
    """Simple names count, and the reader's aliases."""
    return writer.simple_name in {reader.simple_name, *reader.aliases}


def _written(wanted: Field, writer: Schema) -> Field | None:
    found = {one.name: one for one in writer.fields}
    return found.get(wanted.name) or next((found[name] for name in wanted.answers_to if name in found), None)


def _symbols(reader: Schema, writer: Schema) -> Iterator[Problem]:
    unknown = [symbol for symbol in writer.symbols if symbol not in reader.symbols]
    if unknown and "default" not in reader.node.value:
        said = f"the symbols {', '.join(unknown)} may be written, aren't known where they are read, and no default is"
        yield Problem("enum-symbol-mismatch", reader.simple_name, said, (reader.node, writer.node))


def _logical(reader: Schema, writer: Schema, where: str) -> Iterator[Problem]:
    if reader.logical == writer.logical:
        return
    said = f"{_said(writer)} is written, {_said(reader)} is read"
    decimals = "decimal" in reader.logical and "decimal" in writer.logical
    rule = "decimal-mismatch" if decimals else "logical-type-mismatch"
    yield Problem(rule, where, said, (reader.node, writer.node))


def _said(schema: Schema) -> str:
    if schema.logical[:1] == ("decimal",):
        return f"decimal({schema.logical[1]}, {schema.logical[2]})"
    return " ".join(schema.logical) or f"a plain {schema.kind}"
