"""Whether another type or format still takes what the old one took.

A request may take more, a response may give less. Where the text on the wire has no types (a query string, plain text),
a number is a text too; in JSON it isn't.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from driftguard.cross_repo.openapi.equivalence import Equivalence
from driftguard.cross_repo.openapi.facts import Fact
from driftguard.cross_repo.openapi.schemas import Schema, Schemas

Types = tuple[str, ...]

# Format -> the formats whose values are all among its own, by type.
_WIDER = {
    "number": {"double": {"float"}},
    "integer": {"int64": {"int32"}, "bigint": {"int32", "int64"}},
    "string": {"date-time": {"date", "time"}},
}


@dataclass(frozen=True, slots=True)
class Turn:
    """A change of type and format as the receiver sees it: it knew ``known`` and now gets ``given``.

    For a request the server is the receiver: it knew what it takes *now*. So ``taken`` is the type that must hold all
    values of ``given``.
    """

    given: Types
    given_format: str
    taken: Types
    taken_format: str
    strong: bool

    def type_holds(self) -> bool:
        """Whether every value of the ``given`` type is one of the ``taken``."""
        if self.given == self.taken or not self.taken or covered(self.given, self.taken):
            return True
        extra, lost = set(self.taken) - set(self.given), set(self.given) - set(self.taken)
        if len(extra) == 1 == len(lost) and covered(tuple(lost), tuple(extra)):
            return True
        return not self.strong and "string" in self.taken and extra <= {"string"}

    def format_holds(self) -> bool:
        """Whether every value of the ``given`` format is one of the ``taken``."""
        if self.given_format == self.taken_format or not self.taken_format:
            return True
        wider = _WIDER.get(self.taken[0], {}) if len(self.taken) == 1 else {}
        return self.given_format in wider.get(self.taken_format, set())

    def holds(self) -> bool:
        return self.type_holds() and self.format_holds()


def covered(types: Types, among: Types) -> bool:
    """Whether each is there, integers among numbers. No types are never covered."""
    return bool(types) and all(word in among or (word == "integer" and "number" in among) for word in types)


def typed(old: Schema, new: Schema) -> tuple[Schema, Schema]:
    """Both, with the types that an enum or a const leaves where only the other one says any."""
    if bool(old.types) == bool(new.types):
        return old, new
    return replace(old, types=old.types or _implied(old)), replace(new, types=new.types or _implied(new))


def _implied(schema: Schema) -> Types:
    listed = [schema.raw["const"]] if "const" in schema.raw else schema.get("enum")
    values = listed if isinstance(listed, list) else []
    return tuple(sorted({_type_of(value) for value in values if value is not None}))


def _type_of(value: object) -> str:
    names = {bool: "boolean", int: "integer", str: "string", list: "array", dict: "object"}
    whole = isinstance(value, float) and value.is_integer()
    return "integer" if whole else names.get(type(value), "number")


def changed(old: Schema, new: Schema) -> bool:
    return set(old.types) != set(new.types) or _format(old) != _format(new)


def _format(schema: Schema) -> str:
    value = schema.get("format")
    return value if isinstance(value, str) else ""


def request_facts(old: Schema, new: Schema, media: str) -> Iterator[Fact]:
    """For a request body and its properties; ``media`` is its media type."""
    if not changed(old, new):
        return
    turn = Turn(old.types, _format(old), new.types, _format(new), strong=is_json(media))
    swapped = bool(old.types and new.types) and old.types != new.types and not covered(old.types, new.types)
    yield _fact("type-changed" if not turn.holds() else "type-compatible" if swapped else "type-generalized", old, new)


def response_facts(old: Schema, new: Schema, media: str) -> Iterator[Fact]:
    """For a response body, its properties, and headers (no ``media``)."""
    if not changed(old, new):
        return
    turn = Turn(new.types, _format(new), old.types, _format(old), strong=is_json(media))
    swapped = bool(old.types and new.types) and old.types != new.types and not covered(new.types, old.types)
    if turn.holds():
        word = "type-compatible" if swapped else "type-specialized"
    else:
        word = "type-generalized" if old.types != new.types and covered(old.types, new.types) else "type-changed"
    yield _fact(word, old, new)


def parameter_facts(old: Schema, new: Schema, same: Equivalence, *, form: bool) -> Iterator[Fact]:
    """For a parameter itself; in ``form`` style with explode, one value and a list of one look the same."""
    if not changed(old, new):
        return
    turn = Turn(old.types, _format(old), new.types, _format(new), strong=False)
    holds = turn.holds() or (form and _list_of(old, new, same))
    yield _fact("type-generalized" if holds else "type-changed", old, new)


def parameter_property_facts(old: Schema, new: Schema) -> Iterator[Fact]:
    """For a property of an object parameter, whose spelling on the wire nobody says."""
    if not changed(old, new):
        return
    verdicts = {
        Turn(old.types, _format(old), new.types, _format(new), strong=strong).holds() for strong in (True, False)
    }
    words = {frozenset((True,)): "type-generalized", frozenset((False,)): "type-specialized"}
    yield _fact(words.get(frozenset(verdicts), "type-changed"), old, new)


def _list_of(old: Schema, new: Schema, same: Equivalence) -> bool:
    """Whether ``new`` is a list whose items take what ``old`` took."""
    items = same.new.child(new, "items")
    if set(new.types) - set(old.types) != {"array"} or not old.types or items is None:
        return False
    inner = same.new.view(items)
    turn = Turn(old.types, "", inner.types, "", strong=False)
    return turn.type_holds() and same.schemas(_untyped(old), _untyped(inner))


def _untyped(schema: Schema) -> Schema:
    raw = {key: value for key, value in schema.raw.items() if key != "type"}
    return Schema(schema.node, raw, schema.ref)


def _fact(word: str, old: Schema, new: Schema) -> Fact:
    key = "type" if set(old.types) != set(new.types) else "format"
    return Fact(word, key, old=spelled(old), new=spelled(new))


def spelled(schema: Schema) -> str:
    """``string/date-time``, ``any``."""
    words = " or ".join(schema.types) or "any"
    return f"{words}/{_format(schema)}" if _format(schema) else words


def is_json(media: str) -> bool:
    name = media.partition(";")[0].strip().lower()
    return name == "application/json" or name.endswith("+json")


def types_of(schemas: Schemas, schema: Schema) -> frozenset[str] | None:
    """What ``schema`` takes if it says nothing but types: one, several, or a oneOf/anyOf of such; else ``None``."""
    if any(key in schema.raw for key in ("not", "allOf", "properties")):
        return None
    if schema.types:
        return frozenset(schema.types)
    for key in ("oneOf", "anyOf"):
        views = [schemas.view(member) for member in schemas.members(schema, key)]
        if views:
            return frozenset(view.types[0] for view in views) if all(map(_simple, views)) else None
    return None


def _simple(schema: Schema) -> bool:
    nested = any(key in schema.raw for key in ("properties", "oneOf", "anyOf", "allOf"))
    return len(schema.types) == 1 and not nested


def list_facts(same: Equivalence, old: Schema, new: Schema) -> Iterator[Fact]:
    """One type became a list of alternatives, or back, or the list changed."""
    if old.types and new.types:
        return
    before, after = types_of(same.old, old), types_of(same.new, new)
    if before is None or after is None or before == after:
        return
    if before - after:
        yield Fact("list-of-types-narrowed", "oneOf", old=", ".join(sorted(before)), new=", ".join(sorted(after)))
    if after - before:
        yield Fact("list-of-types-widened", "oneOf", old=", ".join(sorted(before)), new=", ".join(sorted(after)))
