"""For every document: the same is no change, order doesn't matter, and nothing but ``Unreadable`` is raised."""

from __future__ import annotations

import contextlib
import json
from typing import Any

import pytest
from cross_repo.openapi.documents import BASE, at, changes
from cross_repo.openapi.drawn import DOCUMENTS, JSON
from hypothesis import given
from hypothesis import strategies as st

from driftguard.cross_repo.contracts.changes import Unreadable
from driftguard.cross_repo.openapi.places import places
from driftguard.cross_repo.openapi.rules import RULES

SORTED = frozenset(("enum", "required", "oneOf", "anyOf", "allOf", "parameters", "tags"))


NAMES = frozenset(("properties", "patternProperties", "dependentSchemas", "schemas", "dependentRequired", "headers",
                   "content", "mapping", "responses"))  # fmt: skip


def rewritten(value: Any, key: str = "") -> Any:
    """The same, with keys and lists without an order the other way round, and a note on everything but names."""
    if isinstance(value, dict):
        note = {} if key in NAMES else {"x-note": key}
        return {**{name: rewritten(value[name], "" if key in NAMES else name) for name in reversed(value)}, **note}
    if isinstance(value, list):
        return [rewritten(item) for item in (reversed(value) if key in SORTED else value)]
    return value


@given(DOCUMENTS)
def test_the_same_document_is_no_change(document: Any) -> None:
    assert changes(document, document) == ()


@given(DOCUMENTS)
def test_order_and_notes_are_no_change(document: Any) -> None:
    """Nothing is equal any more, so that every pair of schemas is walked."""
    with contextlib.suppress(Unreadable):
        assert changes(document, rewritten(document)) == ()


@given(DOCUMENTS, DOCUMENTS)
def test_two_documents_are_compared_or_unreadable_and_each_difference_is_said_once(old: Any, new: Any) -> None:
    with contextlib.suppress(Unreadable):
        found = changes(old, new)
        assert len(set(found)) == len(found)
        assert all(change.rule in RULES and change.message and change.line == 1 for change in found)


KEYS = ["paths", "components", "servers", "security", "webhooks", "info"]


@given(
    st.dictionaries(st.sampled_from(KEYS), JSON),
    st.dictionaries(st.sampled_from(["parameters", "requestBody", "responses", "callbacks", "security"]), JSON),
)
def test_anything_in_the_place_of_anything_is_compared_or_unreadable(top: Any, operation: Any) -> None:
    for new in ({**BASE, **top}, at("operation", operation), {"swagger": "2.0", **top}):
        with contextlib.suppress(Unreadable):
            changes(BASE, new)


@given(st.binary(max_size=60), st.text(max_size=60))
def test_any_bytes_are_unreadable_or_no_document(data: bytes, text: str) -> None:
    for new in (data, text.encode("utf-8", "surrogatepass"), b"openapi: 3.0.0\n" + data):
        with contextlib.suppress(Unreadable):
            changes(BASE, new)


@given(st.dictionaries(st.text(max_size=4), JSON, min_size=1, max_size=4), st.sampled_from([None, 1]))
def test_every_key_of_a_json_text_is_found_at_its_place(value: dict[str, Any], indent: int | None) -> None:
    text = json.dumps(value, indent=indent)
    found = places("a.json", text, [(key,) for key in value])
    for key in value:
        line, column = found[(key,)]
        assert text.splitlines()[line - 1][column - 1 :].startswith(json.dumps(key))


def test_schemas_that_contain_themselves_through_allof_come_to_an_end() -> None:
    """Each level of merging makes a schema of its own; the same ones must be recognised."""

    def document(kind: str) -> Any:
        to = {name: {"$ref": f"#/components/schemas/{name}"} for name in "AB"}
        parts = [{"p": to["A"], "x": {"type": kind}}, {"p": {**to["A"], "description": "again"}}, {"p": to["B"]}]
        components = {
            "A": {"allOf": [{"properties": part} for part in parts]},
            "B": {"allOf": [to["A"], {"properties": {"p": to["A"], "q": to["B"]}}]},
        }
        return {**at("response-property", to["A"]), "components": {"schemas": components}}

    assert [change.rule for change in changes(document("string"), document("integer"))] == [
        "response-property-type-changed"
    ]


def test_members_of_members_are_merged_once_however_many_ways_lead_there() -> None:
    """Each schema takes in the one before it twice: a hundred of them are 2 to the power of 100 ways."""

    def document(kind: str) -> Any:
        def to(number: int) -> Any:
            return {"$ref": f"#/components/schemas/A{number}"}

        links = {f"A{n}": {"allOf": [to(n - 1), {"title": "again", "allOf": [to(n - 1)]}]} for n in range(1, 100)}
        first = {"type": "object", "properties": {"z": {"type": kind}}}
        return {**at("response-body", to(99)), "components": {"schemas": {**links, "A0": first}}}

    assert [change.rule for change in changes(document("string"), document("integer"))] == [
        "response-property-type-changed"
    ]


def test_alternatives_in_alternatives_are_compared_in_bounded_time() -> None:
    def nested(depth: int, kind: str) -> Any:
        if not depth:
            return {"type": kind}
        return {"oneOf": [{"properties": {name: nested(depth - 1, kind)}} for name in "abc"]}

    found = changes(at("response-body", nested(6, "string")), at("response-body", nested(6, "integer")))
    assert {change.rule for change in found} == {"response-body-one-of-added", "response-body-one-of-removed"}


def test_alternatives_that_contain_themselves_come_to_an_end_where_there_were_none() -> None:
    """Each is tried against the schema that stood there before."""
    itself = {"anyOf": [{"$ref": "#/components/schemas/A"}, {"type": "array", "items": {"type": "string"}}]}
    old = at("request-body", {"type": "object", "required": ["a"]})
    new = {**at("request-body", {"$ref": "#/components/schemas/A"}), "components": {"schemas": {"A": itself}}}
    assert {change.rule for change in changes(old, new)} == {
        "request-body-type-generalized",
        "request-body-any-of-added",
    }


def test_a_chain_of_schemas_without_end_is_unreadable() -> None:
    def document(kind: str) -> Any:
        links = {f"A{n}": {"properties": {"next": {"$ref": f"#/components/schemas/A{n + 1}"}}} for n in range(1000)}
        return {
            **at("response-body", {"$ref": "#/components/schemas/A0"}),
            "components": {"schemas": {**links, "A1000": {"type": kind}}},
        }

    with pytest.raises(Unreadable, match="too deep"):
        changes(document("string"), document("integer"))
