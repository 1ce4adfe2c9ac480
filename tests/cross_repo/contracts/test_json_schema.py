# ruff: noqa: E501 - tables read best with a pair in a row
"""JSON Schema: what each keyword's change does to those who produce and to those who consume."""

import json
from typing import Any

import pytest
from stage.contracts import diff, told, version, words

from driftguard.cross_repo.contracts.changes import Unreadable
from driftguard.cross_repo.contracts.json_schema import DIFFER


def obj(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties}


def told_of(old: Any, new: Any, role: str) -> set[str]:
    return told("json_schema", {"a.schema.json": json.dumps(old)}, {"a.schema.json": json.dumps(new)}, role)


# What narrows (hurts who must go on taking the old values) and, read backwards, what widens (hurts who reads).
NARROWING: list[tuple[str, Any, Any, str, str]] = [
    ("type", {"type": ["string", "null"]}, {"type": "string"}, "type-narrowed", "type-widened"),
    ("any type", {}, {"type": "string"}, "type-narrowed", "type-widened"),
    ("integers only", {"type": "number"}, {"type": "integer"}, "type-narrowed", "type-widened"),
    ("enum value", {"enum": ["a", "b"]}, {"enum": ["a"]}, "enum-value-removed", "enum-value-added"),
    ("enum", {"type": "string"}, {"type": "string", "enum": ["a"]}, "enum-added", "enum-removed"),
    ("const", {"type": "string"}, {"type": "string", "const": "a"}, "enum-added", "enum-removed"),
    ("enum to const", {"enum": ["a", "b"]}, {"const": "a"}, "enum-value-removed", "enum-value-added"),
    ("minimum", {"minimum": 1}, {"minimum": 2}, "minimum-increased", "minimum-decreased"),
    ("maximum", {"maximum": 9}, {"maximum": 8.5}, "maximum-decreased", "maximum-increased"),
    ("new maximum", {}, {"maximum": 8}, "maximum-decreased", "maximum-increased"),
    ("exclusive", {"minimum": 1}, {"exclusiveMinimum": 1}, "minimum-increased", "minimum-decreased"),
    ("draft 4", {"minimum": 1}, {"minimum": 1, "exclusiveMinimum": True}, "minimum-increased", "minimum-decreased"),
    ("exclusive top", {"maximum": 1}, {"exclusiveMaximum": 1}, "maximum-decreased", "maximum-increased"),
    ("minLength", {"minLength": 1}, {"minLength": 2}, "min-length-increased", "min-length-decreased"),
    ("maxLength", {"maxLength": 9}, {"maxLength": 8}, "max-length-decreased", "max-length-increased"),
    ("minItems", {}, {"minItems": 1}, "min-items-increased", "min-items-decreased"),
    ("maxItems", {"maxItems": 4}, {"maxItems": 3}, "max-items-decreased", "max-items-increased"),
    ("minProperties", {}, {"minProperties": 1}, "min-properties-increased", "min-properties-decreased"),
    ("maxProperties", {}, {"maxProperties": 1}, "max-properties-decreased", "max-properties-increased"),
    ("multipleOf", {"multipleOf": 2}, {"multipleOf": 4}, "multiple-of-changed", "multiple-of-changed"),
    ("new multipleOf", {}, {"multipleOf": 0.1}, "multiple-of-changed", "multiple-of-changed"),
    ("pattern", {}, {"pattern": "^a"}, "pattern-added", "pattern-removed"),
    ("format", {}, {"format": "date"}, "format-added", "format-removed"),
    ("wide format", {"format": "int64"}, {"format": "int32"}, "format-changed", "format-changed"),
    ("encoding", {}, {"contentEncoding": "base64"}, "content-encoding-added", "content-encoding-removed"),
    ("uniqueItems", {}, {"uniqueItems": True}, "unique-items-changed", "unique-items-changed"),
    ("required", obj(a={}), obj(a={}) | {"required": ["a"]}, "required-added", "required-removed"),
    ("items", {"items": {"type": "number"}}, {"items": {"type": "integer"}}, "type-narrowed", "type-widened"),
    ("no items", {"items": True}, {"items": False}, "schema-closed", "schema-opened"),
    ("prefix", {"prefixItems": [{"minimum": 1}]}, {"prefixItems": [{"minimum": 2}]}, "minimum-increased", "minimum-decreased"),
    ("old tuple", {"items": [{}]}, {"items": [{}], "additionalItems": False}, "schema-closed", "schema-opened"),
    ("contains", {}, {"contains": {"const": 1}}, "contains-added", "contains-removed"),
    ("maxContains", {"contains": {}}, {"contains": {}, "maxContains": 2}, "max-contains-decreased", "max-contains-increased"),
    ("closed", obj(a={}), obj(a={}) | {"additionalProperties": False}, "schema-closed", "schema-opened"),
    ("unevaluated", obj(a={}), obj(a={}) | {"unevaluatedProperties": False}, "schema-closed", "schema-opened"),
    ("typed rest", {}, {"additionalProperties": {"type": "string"}}, "type-narrowed", "type-widened"),
    ("propertyNames", {}, {"propertyNames": {"maxLength": 3}}, "max-length-decreased", "max-length-increased"),
    ("patternProperties", {}, {"patternProperties": {"^x": {"type": "string"}}}, "pattern-property-added", "pattern-property-removed"),
    ("dependentRequired", {}, {"dependentRequired": {"a": ["b"]}}, "dependent-required-added", "dependent-required-removed"),
    ("dependencies", {}, {"dependencies": {"a": ["b"]}}, "dependent-required-added", "dependent-required-removed"),
    ("dependentSchemas", {}, {"dependentSchemas": {"a": {"minProperties": 2}}}, "min-properties-increased", "min-properties-decreased"),
    ("not", {}, {"not": {"type": "null"}}, "not-added", "not-removed"),
    ("wider not", {"not": {"maximum": 1}}, {"not": {"maximum": 2}}, "maximum-increased", "maximum-decreased"),
    ("if", {}, {"if": {"required": ["a"]}, "then": {"required": ["b"]}}, "condition-added", "condition-removed"),
    ("then", {"if": {}, "then": {}}, {"if": {}, "then": {"maximum": 1}}, "maximum-decreased", "maximum-increased"),
    ("anyOf", {"anyOf": [{"type": "string"}, {"type": "null"}]}, {"anyOf": [{"type": "string"}]}, "alternative-removed", "alternative-added"),
    ("a branch", {"oneOf": [{"title": "A", "maximum": 3}, {"title": "B"}]}, {"oneOf": [{"title": "A", "maximum": 2}, {"title": "B"}]}, "maximum-decreased", "maximum-increased"),
    ("or null", {"anyOf": [{"type": "string"}, {"type": "null"}]}, {"type": "string"}, "alternative-removed", "alternative-added"),
    ("alternatives", {}, {"anyOf": [{"type": "string"}, {"type": "null"}]}, "alternatives-added", "alternatives-removed"),
    ("allOf", {"allOf": [{"maximum": 3}]}, {"allOf": [{"maximum": 3}, {"minimum": 1}]}, "minimum-increased", "minimum-decreased"),
    ("nullable", {"type": "string", "nullable": True}, {"type": "string"}, "type-narrowed", "type-widened"),
    ("false", {}, False, "schema-closed", "schema-opened"),
    ("contentSchema", {}, {"contentSchema": {"type": "string"}}, "type-narrowed", "type-widened"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "rule", "_back"), [row[1:] for row in NARROWING], ids=[r[0] for r in NARROWING])
def test_what_narrows_breaks_consumers_and_no_producer(old: Any, new: Any, rule: str, _back: str) -> None:
    assert told_of(old, new, "consumer") == {f"breaking {rule}"}
    assert told_of(old, new, "producer") == {f"info {rule}"}
    assert told_of(old, new, "both") == {f"breaking {rule}"}


@pytest.mark.parametrize(
    ("new", "old", "_forth", "rule"), [row[1:] for row in NARROWING], ids=[r[0] for r in NARROWING]
)
def test_the_reverse_widens_and_breaks_producers_and_no_consumer(old: Any, new: Any, _forth: str, rule: str) -> None:
    assert told_of(old, new, "producer") == {f"breaking {rule}"}
    assert told_of(old, new, "consumer") == {f"info {rule}"}


# name, old, new, what producers are told, what consumers are told
OTHER: list[tuple[str, Any, Any, str, str]] = [
    ("other type", {"type": "string"}, {"type": "integer"}, "breaking type-replaced", "breaking type-replaced"),
    ("other format", {"format": "date"}, {"format": "uuid"}, "breaking format-changed", "breaking format-changed"),
    ("other pattern", {"pattern": "a"}, {"pattern": "b"}, "dangerous pattern-changed", "dangerous pattern-changed"),
    ("default", {"default": 1}, {"default": 2}, "dangerous default-changed", "dangerous default-changed"),
    ("new default", {}, {"default": 2}, "info default-changed", "info default-changed"),
    ("readOnly", {}, {"readOnly": True}, "dangerous read-only-changed", "dangerous read-only-changed"),
    ("deprecated", {}, {"deprecated": True}, "info deprecated-changed", "info deprecated-changed"),
    ("property", obj(a={}), obj(a={}, b={"type": "string"}), "info property-added", "info property-added"),
    ("into a closed object", obj(a={}) | {"additionalProperties": False}, obj(a={}, b={}) | {"additionalProperties": False}, "breaking property-added", "info property-added"),
    ("out of a closed object", obj(a={}, b={}) | {"additionalProperties": False}, obj(a={}) | {"additionalProperties": False}, "info property-removed", "breaking property-removed"),
    ("optional property gone", obj(a={}, b={}), obj(a={}), "dangerous property-removed", "dangerous property-removed"),
    ("only one of what overlaps", {"anyOf": [{"required": ["a"]}, {"required": ["b"]}]}, {"oneOf": [{"required": ["a"]}, {"required": ["b"]}]}, "dangerous alternatives-exclusive", "dangerous alternatives-exclusive"),
    ("any of what overlaps", {"oneOf": [{"required": ["a"]}, {"required": ["b"]}]}, {"anyOf": [{"required": ["a"]}, {"required": ["b"]}]}, "dangerous alternatives-inclusive", "dangerous alternatives-inclusive"),
    ("required property gone", obj(a={}) | {"required": ["a"]}, obj(), "breaking property-removed", "info property-removed"),
    ("required and new", obj(), obj(a={}) | {"required": ["a"]}, "info property-added, info required-added", "info property-added, breaking required-added"),
    ("if", {"if": {"minimum": 1}, "then": {}}, {"if": {"minimum": 2}, "then": {}}, "dangerous condition-changed", "dangerous condition-changed"),
    ("dialect", {"$schema": "http://json-schema.org/draft-07/schema#"}, {"$schema": "https://json-schema.org/draft/2020-12/schema"}, "dangerous dialect-changed", "dangerous dialect-changed"),
    ("new remote", {}, {"$ref": "https://example.com/x.json"}, "dangerous remote-ref-changed", "dangerous remote-ref-changed"),
    ("old remote", {"$ref": "https://example.com/x.json", "title": "a"}, {"$ref": "https://example.com/x.json", "title": "b"}, "info remote-ref-not-followed", "info remote-ref-not-followed"),
    ("same remote", {"items": {"$ref": "https://example.com/x.json"}}, {"items": {"$ref": "https://example.com/x.json"}}, "info remote-ref-not-followed", "info remote-ref-not-followed"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "producer", "consumer"), [row[1:] for row in OTHER], ids=[r[0] for r in OTHER])
def test_what_hurts_both_or_nobody_or_only_some(old: Any, new: Any, producer: str, consumer: str) -> None:
    assert told_of(old, new, "producer") == words(producer)
    assert told_of(old, new, "consumer") == words(consumer)


HARMLESS: list[tuple[str, Any, Any]] = [
    ("words", {"title": "a", "description": "b", "examples": [1]}, {"title": "c", "description": "d", "$comment": "e"}),
    ("order", {"enum": ["a", "b"], "required": ["x", "y"]}, {"required": ["y", "x"], "enum": ["b", "a"]}),
    ("1.0 is 1", {"const": 1, "minimum": 2}, {"const": 1.0, "minimum": 2.0}),
    ("type list", {"type": "string"}, {"type": ["string"]}),
    ("list or anyOf", {"type": ["string", "null"], "maxLength": 3}, {"anyOf": [{"type": "string", "maxLength": 3}, {"type": "null"}]}),
    ("branches in another order", {"oneOf": [{"type": "string"}, {"type": "null"}]}, {"oneOf": [{"type": "null"}, {"type": "string"}]}),
    ("only one of what never overlaps", {"anyOf": [{"type": "string"}, {"type": "null"}]}, {"oneOf": [{"type": "string"}, {"type": "null"}]}),
    ("integers above", {"type": "integer", "exclusiveMinimum": 0}, {"type": "integer", "minimum": 1}),
    ("integers below", {"type": "integer", "maximum": 9.5}, {"type": "integer", "exclusiveMaximum": 10}),
    ("one branch", {"oneOf": [{"type": "string"}]}, {"type": "string"}),
    ("into allOf", obj(a={"maximum": 3}), {"allOf": [{"type": "object"}, {"properties": {"a": {"maximum": 3}}}]}),
    ("into $defs", obj(a={"maximum": 3}), obj(a={"$ref": "#/$defs/A"}) | {"$defs": {"A": {"maximum": 3}}}),
    ("unused $defs", {"$defs": {"A": {"maximum": 3}}}, {"$defs": {"A": {"maximum": 1}}}),
    ("redundant enum", {"type": "boolean"}, {"type": "boolean", "enum": [True, False]}),
    ("nothing said of strings", {"type": "integer", "maxLength": 3}, {"type": "integer", "maxLength": 1}),
    ("empty schemas", {"items": {}}, {"items": True}),
    ("const", {"enum": ["a"]}, {"const": "a"}),
    ("both bounds", {"minimum": 3, "exclusiveMinimum": 1}, {"minimum": 3}),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new"), [row[1:] for row in HARMLESS], ids=[row[0] for row in HARMLESS])
def test_what_means_the_same_is_no_change(old: Any, new: Any) -> None:
    assert told_of(old, new, "both") == set()
    assert told_of(new, old, "both") == set()


def test_true_is_not_one() -> None:
    assert told_of({"const": 1}, {"const": True}, "both") == {"breaking type-replaced"}
    assert told_of({"enum": [0, "a"]}, {"enum": [False, "a"]}, "consumer") == {
        "breaking type-replaced",
        "breaking enum-value-removed",
        "info enum-value-added",
    }


def test_a_change_stands_at_its_definition_once_however_often_it_is_used() -> None:
    def schema(limit: int) -> str:
        address = {"type": "object", "properties": {"zip": {"type": "string", "maxLength": limit}}}
        return json.dumps(
            {
                "properties": {"a": {"$ref": "#/$defs/Address"}, "b": {"$ref": "#/$defs/Address"}},
                "$defs": {"Address": address},
            },
            indent=1,
        )

    (change,) = diff("json_schema", {"x.schema.json": schema(9)}, {"x.schema.json": schema(5)})
    assert change.location == "#/$defs/Address/properties/zip"
    assert change.message == "Address.zip: maxLength fell from 9 to 5"
    assert schema(5).splitlines()[change.line - 1].strip() == '"maxLength": 5'


def test_references_are_followed_across_files_and_by_their_id() -> None:
    order = {"$id": "https://acme.test/s/order.json", "properties": {"a": {"$ref": "address.json#/properties/zip"}}}
    old = {"type": "object", "$id": "https://acme.test/s/address.json", "properties": {"zip": {"maxLength": 9}}}
    new = {"type": "object", "$id": "https://acme.test/s/address.json", "properties": {"zip": {"maxLength": 5}}}
    for name in ("address.json", "other/a.json"):
        changes = diff(
            "json_schema",
            {"order.json": json.dumps(order), name: json.dumps(old)},
            {"order.json": json.dumps(order), name: json.dumps(new)},
        )
        assert [(change.rule, change.path) for change in changes] == [("max-length-decreased", name)]
    one, other = ({"order.json": '{"$ref": "beside/a.json"}', "beside/a.json": json.dumps(s)} for s in (old, new))
    assert [change.path for change in diff("json_schema", one, other)] == ["beside/a.json"]


def test_anchors_and_embedded_resources_are_found() -> None:
    def schema(limit: int) -> dict[str, Any]:
        inner = {
            "$id": "inner.json",
            "$defs": {"x": {"$anchor": "there", "maximum": limit}},
            "items": {"$ref": "#/$defs/x"},
        }
        return {
            "$id": "https://acme.test/o.json",
            "properties": {"a": {"$ref": "inner.json"}, "b": {"$ref": "inner.json#there"}},
            "$defs": {"inner": inner},
        }

    assert told_of(schema(3), schema(2), "both") == {"breaking maximum-decreased"}


def test_a_schema_that_contains_itself_ends() -> None:
    def node(limit: int) -> dict[str, Any]:
        return {
            "properties": {"value": {"maximum": limit}, "next": {"anyOf": [{"$ref": "#"}, {"type": "null"}]}},
            "allOf": [{"$ref": "#/$defs/loop"}],
            "$defs": {"loop": {"allOf": [{"$ref": "#/$defs/loop"}]}},
        }

    assert told_of(node(3), node(2), "both") == {"breaking maximum-decreased"}
    assert told_of(node(3), node(3), "both") == set()


def test_the_role_is_the_policy_s_then_the_old_file_s_and_a_pull_request_can_t_change_it() -> None:
    narrow, wide = {"maximum": 1}, {"maximum": 2}
    producer, consumer = {"x-driftguard-role": "producer"}, {"x-driftguard-role": "consumer"}
    assert told_of(producer | wide, producer | narrow, "") == {"info maximum-decreased"}
    assert told_of(consumer | wide, consumer | narrow, "") == {"breaking maximum-decreased"}
    assert told_of(producer | wide, producer | narrow, "consumer") == {"breaking maximum-decreased"}
    assert told_of(consumer | wide, producer | narrow, "") == {"breaking maximum-decreased", "dangerous role-changed"}


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ('{"type": "object",}', (1, 19), "not JSON"),
        ('{\n "a": NaN}', (2, 7), "NaN"),
        ("[1]", (1, 1), "not a schema"),
        ('{"properties": []}', (1, 2), "'properties' must be a mapping"),
        ('{"properties": {"a":\n {"type": 5}}}', (2, 3), "'type' must be"),
        ('{"items": {"$ref": "#/nowhere"}}', (1, 2), "leads to nothing"),
        ('{"$ref": "gone.json"}', (1, 1), "a file that isn't there"),
        ('{"$ref": "../../etc/passwd"}', (1, 1), "a file that isn't there"),
        ("[" * 100_000, (1, 1), "nested too deeply"),
        (b"\xff\xfe", (1, 1), "not UTF-8"),
        ('{"x-driftguard-role": "boss"}', (1, 2), "producer, consumer or both"),
    ],
)
def test_what_is_no_schema_is_refused_at_its_place(text: str | bytes, place: tuple[int, int], words: str) -> None:
    with pytest.raises(Unreadable) as refused:
        diff("json_schema", {"a.json": '{"title": "x"}'}, {"a.json": text})
    assert words in refused.value.message
    assert (refused.value.line, refused.value.column) == place


@pytest.mark.parametrize("text", ["{", "[1]", b"\xff", '{"$ref": "gone.json"}'])
def test_an_old_version_that_can_t_be_compared_is_refused_too(text: str | bytes) -> None:
    with pytest.raises(Unreadable):
        diff("json_schema", {"a.json": text}, {"a.json": '{"title": "x"}'})


def test_a_listed_file_that_can_t_be_read_is_not_called_absent() -> None:
    good = version({"a.json": "{}"})
    with pytest.raises(Unreadable, match="too large, a link, or gone"):
        DIFFER.diff(good, type(good)(("a.json",), lambda path: None))


def test_a_file_that_comes_is_harmless_and_one_that_goes_breaks() -> None:
    both, one = {"a.json": "{}", "b.json": "{}"}, {"a.json": "{}"}
    assert told("json_schema", one, both) == {"info contract-added"}
    assert told("json_schema", both, one) == {"breaking contract-removed"}
    assert told("json_schema", {}, one) == {"info contract-added"}


def test_yaml_is_read_too_with_its_lines() -> None:
    old = {"a.schema.yaml": "type: object\nproperties:\n  on: {type: string, maxLength: 4}\n"}
    new = {"a.schema.yaml": "type: object\nproperties:\n  on:\n    type: string\n    maxLength: 3\n"}
    (change,) = diff("json_schema", old, new)
    assert (change.line, change.message) == (5, "on: maxLength fell from 4 to 3")


def test_ten_megabytes_in_a_circle_are_compared() -> None:
    """6,000 types, each leading to the next and the last to the first; one of them differs."""

    def big(limit: int) -> str:
        types = {
            f"T{n}": {
                "type": "object",
                "description": "x" * 1400,
                "properties": {
                    "id": {"type": "string", "maxLength": limit if n == 2_000 else 20},
                    "next": {"$ref": f"#/$defs/T{(n + 1) % 6_000}"},
                    "tags": {"type": "array", "items": {"$ref": f"#/$defs/T{n * 7 % 6_000}"}},
                },
            }
            for n in range(6_000)
        }
        return json.dumps({"$ref": "#/$defs/T0", "$defs": types})

    old, new = big(20), big(15)
    assert len(old) > 9_500_000
    (change,) = diff("json_schema", {"a.json": old}, {"a.json": new})
    assert change.location == "#/$defs/T2000/properties/id"
