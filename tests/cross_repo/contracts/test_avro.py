# ruff: noqa: E501 - tables read best with a pair in a row
"""Avro: who can't read whom, by the specification's rules of schema resolution, both directions told apart."""

import json
from typing import Any

import pytest
from stage.contracts import diff, told, words

from driftguard.cross_repo.contracts.changes import Unreadable


def record(*fields: Any, **more: Any) -> dict[str, Any]:
    return {"type": "record", "name": "R", "namespace": "acme", "fields": list(fields), **more}


def field(kind: Any, name: str = "f", **more: Any) -> dict[str, Any]:
    return {"name": name, "type": kind, **more}


def enum(*symbols: str, **more: Any) -> dict[str, Any]:
    return {"type": "enum", "name": "E", "symbols": list(symbols), **more}


def fixed(size: int, **more: Any) -> dict[str, Any]:
    return {"type": "fixed", "name": "F", "size": size, **more}


def decimal(precision: int, scale: int) -> dict[str, Any]:
    return {"type": "bytes", "logicalType": "decimal", "precision": precision, "scale": scale}


DATE = {"type": "int", "logicalType": "date"}

# name, old, new, what is told
PAIRS: list[tuple[str, Any, Any, str]] = [
    ("promotion", record(field("int")), record(field("long")), "breaking forward-type-mismatch"),
    ("demotion", record(field("double")), record(field("float")), "breaking backward-type-mismatch"),
    (
        "other type",
        record(field("int")),
        record(field("string")),
        "breaking backward-type-mismatch, breaking forward-type-mismatch",
    ),
    (
        "field without default",
        record(),
        record(field("int")),
        "breaking backward-field-without-default, info field-added",
    ),
    (
        "removed without default",
        record(field("int")),
        record(),
        "breaking forward-field-without-default, info field-removed",
    ),
    (
        "renamed",
        record(field("int", "a")),
        record(field("int", "b")),
        "breaking backward-field-without-default, breaking forward-field-without-default, info field-added, info field-removed",
    ),
    (
        "renamed with an alias",
        record(field("int", "a")),
        record(field("int", "b", aliases=["a"])),
        "breaking forward-field-without-default, info field-added, info field-removed",
    ),
    ("enum symbol added", enum("A"), enum("A", "B"), "breaking forward-enum-symbol-mismatch"),
    ("enum symbol removed", enum("A", "B"), enum("A"), "breaking backward-enum-symbol-mismatch"),
    ("fixed size", fixed(4), fixed(8), "breaking backward-fixed-size-mismatch, breaking forward-fixed-size-mismatch"),
    (
        "record name",
        record(),
        record() | {"name": "S"},
        "breaking backward-name-mismatch, breaking forward-name-mismatch",
    ),
    ("record alias", record(), record(aliases=["R"]) | {"name": "S"}, "breaking forward-name-mismatch"),
    ("into a union", "int", ["null", "int"], "breaking forward-union-branch-mismatch"),
    ("out of a union", ["null", "int"], "int", "breaking backward-union-branch-mismatch"),
    ("union branch added", ["null", "int"], ["null", "int", "string"], "breaking forward-union-branch-mismatch"),
    ("array", {"type": "array", "items": "int"}, {"type": "array", "items": "long"}, "breaking forward-type-mismatch"),
    ("map", {"type": "map", "values": "long"}, {"type": "map", "values": "int"}, "breaking backward-type-mismatch"),
    (
        "decimal scale",
        decimal(9, 2),
        decimal(9, 3),
        "breaking backward-decimal-mismatch, breaking forward-decimal-mismatch",
    ),
    ("logical type", "int", DATE, "dangerous logical-type-changed"),
    ("default", record(field("int", default=1)), record(field("int", default=2)), "info default-changed"),
    (
        "nested in a union",
        ["null", record(field("int"))],
        ["null", record(field("long"))],
        "breaking forward-type-mismatch",
    ),
]

HARMLESS: list[tuple[str, Any, Any]] = [
    ("words", record(field("int", doc="a")), record(field("int", doc="b"), doc="c")),
    (
        "the order of fields",
        record(field("int", "a"), field("long", "b")),
        record(field("long", "b"), field("int", "a")),
    ),
    ("the order of symbols", enum("A", "B"), enum("B", "A")),
    ("text and bytes", record(field("string")), record(field("bytes"))),
    ("symbols with defaults", enum("A", "B", default="A"), enum("A", "C", default="A")),
    ("the namespace", record(), record() | {"namespace": "other"}),
    ("a primitive in a mapping", "int", {"type": "int"}),
    ("union order", ["null", "int"], ["int", "null"]),
    ("a full name", record(field(enum("A"))), record(field(enum("A") | {"name": "acme.E"}))),
]


def avsc(schema: Any) -> dict[str, str]:
    return {"a.avsc": json.dumps(schema)}


@pytest.mark.parametrize(("old", "new", "expected"), [row[1:] for row in PAIRS], ids=[row[0] for row in PAIRS])
def test_each_rule_of_resolution(old: Any, new: Any, expected: str) -> None:
    assert told("avro", avsc(old), avsc(new)) == words(expected)


@pytest.mark.parametrize(("old", "new"), [row[1:] for row in HARMLESS], ids=[row[0] for row in HARMLESS])
def test_what_both_read_is_no_change(old: Any, new: Any) -> None:
    assert told("avro", avsc(old), avsc(new)) == set()


UNSOUND: list[tuple[str, Any, str]] = [
    ("a default of another type", record(field("int", default="x")), "the default of 'f' is no value of its type"),
    ("true is no number", record(field("long", default=True)), "the default of 'f' is no value of its type"),
    ("a default of no branch", record(field(["null", "int"], default="x")), "is no value of its type"),
    ("a field twice", record(field("int", "a"), field("int", "a")), "two fields 'a'"),
    ("a union in a union", ["null", ["int", "string"]], "a union stands directly in a union"),
    ("a branch twice", ["null", "int", "int"], "a union has 'int' twice"),
    ("a symbol twice", enum("A", "A"), "the symbol 'A' twice"),
    ("a default that is no symbol", enum("A", default="Z"), "is none of its symbols"),
    ("a name twice", record(field(fixed(4), "a"), field(fixed(8), "b")), "is already defined"),
]


@pytest.mark.parametrize(("schema", "says"), [row[1:] for row in UNSOUND], ids=[row[0] for row in UNSOUND])
def test_what_an_avro_library_refuses_is_unreadable(schema: Any, says: str) -> None:
    with pytest.raises(Unreadable, match=says):
        diff("avro", avsc("int"), avsc(schema))


def test_a_flaw_of_the_old_version_stands_in_nobody_s_way() -> None:
    assert told("avro", avsc(record(field("int", default="x"))), avsc(record(field("int", default=1)))) == {
        "info default-changed"
    }


def test_a_field_with_a_default_comes_and_goes_without_harm() -> None:
    one, two = record(), record(field(["null", "int"], default=None))
    assert told("avro", avsc(one), avsc(two)) == {"info field-added"}
    assert told("avro", avsc(two), avsc(one)) == {"info field-removed"}


def test_each_role_minds_one_direction() -> None:
    old, new = avsc(record(field("int"))), avsc(record(field("long")))
    assert told("avro", old, new, "producer") == {"breaking forward-type-mismatch"}
    assert told("avro", old, new, "consumer") == {"info forward-type-mismatch"}
    own = avsc(record(field("long")) | {"x-driftguard-role": "consumer"})
    assert told("avro", old, own) == {"info forward-type-mismatch"}


def test_recursive_types_end_and_a_place_is_named() -> None:
    def tree(kind: str) -> str:
        return json.dumps(record(field(kind, "value"), field(["null", "R"], "next")), indent=1)

    (change,) = diff("avro", {"a.avsc": tree("long")}, {"a.avsc": tree("int")})
    assert (change.location, change.rule) == ("R.value", "backward-type-mismatch")
    assert tree("int").splitlines()[change.line - 1].strip().startswith('"type": "int"')


def test_names_lead_to_other_files_of_the_contract() -> None:
    order = json.dumps(
        {"type": "record", "name": "Order", "namespace": "acme", "fields": [field("acme.E"), field({"type": "E"}, "g")]}
    )
    old = {"order.avsc": order, "e.avsc": json.dumps(enum("A", "B") | {"namespace": "acme"})}
    new = {"order.avsc": order, "e.avsc": json.dumps(enum("A") | {"namespace": "acme"})}
    changes = diff("avro", old, new)
    assert {change.path for change in changes} == {"e.avsc"}
    assert {change.rule for change in changes} == {"backward-enum-symbol-mismatch"}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "not JSON"),
        ('{"type": "wat"}', "nobody defines the type 'wat'"),
        ('{"type": "record", "name": "R"}', "has no fields"),
        ('{"type": "record", "fields": []}', "is no name"),
        ('{"type": "array"}', "'items' is missing"),
        ('{"type": "record", "name": "R", "fields": [{"name": "a"}]}', "needs a name and a type"),
        ('{"type": "enum", "name": "E", "symbols": 3}', "list of names"),
        ('{"type": 5}', "is no type"),
        ("5", "is no type"),
    ],
)
def test_what_is_no_avro_is_refused(text: str, words: str) -> None:
    good = json.dumps(enum("A"))
    for old, new in ((good, text), (text, good)):
        with pytest.raises(Unreadable) as refused:
            diff("avro", {"a.avsc": old}, {"a.avsc": new})
        assert words in refused.value.message
        assert refused.value.line == 1
