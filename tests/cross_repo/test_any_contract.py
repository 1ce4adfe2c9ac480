"""What holds for every type of contract, whatever the files hold."""

import json
import string
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stage.contracts import Files, diff

from driftguard.cross_repo.contracts.changes import Unreadable

SAMPLES: dict[str, tuple[str, str]] = {
    "asyncapi": ("a.yaml", "asyncapi: 3.0.0\nchannels: {c: {messages: {M: {payload: {type: string}}}}}\n"),
    "avro": ("a.avsc", '{"type": "record", "name": "R", "fields": [{"name": "a", "type": ["null", "R"]}]}'),
    "files": ("a.txt", "words"),
    "graphql": ("a.graphql", "type Query { a(b: Int = 1): String }"),
    "helm": ("values.yaml", "a: {b: [1, 2]}\nc: null\n"),
    "json_schema": ("a.json", '{"properties": {"a": {"$ref": "#"}}, "anyOf": [{"type": "object"}, {"not": {}}]}'),
    "python": ("a.py", "class A:\n    def f(self, a, *, b=1): ...\n"),
    "terraform": ("a.tf", 'variable "a" {\n  type = list(string)\n}\noutput "b" {\n  value = var.a\n}\n'),
}
ALPHABET = string.ascii_letters + string.digits + ' \n\t{}[]():=,."$#@!|&*<>-_/\\é\0'


def survives(kind: str, old: Files, new: Files) -> None:
    """Any other exception fails the test."""
    try:
        changes = diff(kind, old, new)
    except Unreadable as refused:
        places = refused.line, refused.column
    else:
        places = 1, 1
        assert len(set(changes)) == len(changes)
        assert all(change.message and change.rule and change.line >= 0 for change in changes)
    assert min(places) >= 1


@pytest.mark.parametrize("kind", SAMPLES)
@settings(max_examples=40)
@given(st.one_of(st.binary(max_size=60), st.text(ALPHABET, max_size=60).map(str.encode)))
def test_any_bytes_are_compared_or_refused(kind: str, data: bytes) -> None:
    path, text = SAMPLES[kind]
    survives(kind, {path: text}, {path: data})
    survives(kind, {path: data}, {path: data + b" "})


@pytest.mark.parametrize("kind", SAMPLES)
@settings(max_examples=60)
@given(data=st.data())
def test_any_mutilation_of_a_contract_is_compared_or_refused(kind: str, data: st.DataObject) -> None:
    """Cut out, doubled or overwritten: what people do to files by mistake."""
    path, text = SAMPLES[kind]
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 12)))
    middle = data.draw(st.sampled_from(["", text[start:end] * 2, "{", "}", '"', "null", "0", ":", "\n"]))
    survives(kind, {path: text}, {path: text[:start] + middle + text[end:]})


def test_any_bytes_of_protobuf_are_compared_or_refused() -> None:
    """Buf is started each time, so these few were chosen."""
    good = 'syntax = "proto3"; package a; message M { string a = 1; }'
    for data in (b"", b"\0", b"\xff\xfe\0x{", b"message", b'syntax = "proto9";', b"{}" * 50, good.encode()[:-5], b"//"):
        survives("protobuf", {"a.proto": good}, {"a.proto": data})


WORDS = st.sampled_from(["type", "properties", "items", "anyOf", "allOf", "not", "enum", "required", "$ref", "a", "#"])
VALUES = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-3, 3),
        st.sampled_from(["string", "object", "null", "#", "#/a", "#/properties/a", "integer"]),
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(WORDS, inner, max_size=4)),
    max_leaves=12,
)


@settings(max_examples=300)
@given(VALUES, VALUES)
def test_any_two_json_values_are_compared_as_schemas_or_refused(old: Any, new: Any) -> None:
    survives("json_schema", {"a.json": json.dumps(old)}, {"a.json": json.dumps(new)})


@settings(max_examples=150)
@given(VALUES)
def test_a_schema_never_differs_from_itself(value: Any) -> None:
    text = json.dumps(value)
    try:
        changes = diff("json_schema", {"a.json": text}, {"a.json": json.dumps(value, indent=1)})
    except Unreadable:
        return
    assert changes == ()


@settings(max_examples=100)
@given(VALUES)
def test_any_json_value_is_compared_as_avro_and_as_values_or_refused(value: Any) -> None:
    survives("avro", {"a.avsc": SAMPLES["avro"][1]}, {"a.avsc": json.dumps(value)})
    survives("helm", {"values.yaml": SAMPLES["helm"][1]}, {"values.yaml": json.dumps(value)})
    survives(
        "asyncapi", {"a.yaml": SAMPLES["asyncapi"][1]}, {"a.yaml": json.dumps({"asyncapi": "3.0.0", "channels": value})}
    )


@pytest.mark.parametrize("kind", SAMPLES)
def test_identical_versions_have_no_changes(kind: str) -> None:
    path, text = SAMPLES[kind]
    assert diff(kind, {path: text}, {path: text}) == ()


@pytest.mark.parametrize("kind", SAMPLES)
def test_the_order_of_changes_is_stable(kind: str) -> None:
    path, text = SAMPLES[kind]
    other = text.replace("a", "z")
    try:
        assert diff(kind, {path: text}, {path: other}) == diff(kind, {path: text}, {path: other})
    except Unreadable:
        assert kind in ("asyncapi", "avro", "python", "terraform", "graphql", "json_schema")
