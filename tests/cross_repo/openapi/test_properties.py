"""For every document: the same is no change, order doesn't matter, and nothing but ``Unreadable`` is raised."""

from __future__ import annotations

import contextlib
import json
from typing import Any

import pytest
from cross_repo.openapi.documents import BASE, at, changes
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from driftguard.cross_repo.contracts.changes import Unreadable
from driftguard.cross_repo.openapi.places import places
from driftguard.cross_repo.openapi.rules import RULES
from driftguard.cross_repo.openapi.schemas import CHILDREN, MANY, NAMED

PLACES = (
    "request-body",
    "request-property",
    "response-body",
    "response-property",
    "request-parameter",
    "response-header",
)
WORDS = st.sampled_from(["a", "b", "c", "$ref", "é~/"])
SCALARS = st.none() | st.booleans() | st.integers(-9, 9) | st.sampled_from([1.5, "a", "b", ""])
NUMBERS = st.integers(-3, 9)
KEYWORDS: dict[str, st.SearchStrategy[Any]] = {
    "type": st.sampled_from(["string", "integer", "number", "object", "array", ["string", "null"], ["a", "integer"]]),
    "nullable": st.booleans(),
    "enum": st.lists(SCALARS, max_size=3),
    "const": SCALARS,
    "default": SCALARS,
    "format": st.sampled_from(["int32", "int64", "date", "date-time"]),
    "pattern": st.sampled_from(["^a", ".*", ""]),
    "maxLength": NUMBERS,
    "minLength": NUMBERS,
    "minimum": NUMBERS,
    "exclusiveMinimum": NUMBERS | st.booleans(),
    "required": st.lists(WORDS, max_size=2),
    "readOnly": st.booleans(),
    "deprecated": st.booleans(),
    "x-sunset": st.sampled_from(["2999-01-01", "soon", 5]),
    "x-stability-level": st.sampled_from(["alpha", "beta", "golden"]),
    "discriminator": st.sampled_from([{"propertyName": "a", "mapping": {"x": "#/y"}}, "a", 5]),
    "additionalProperties": st.booleans(),
    "dependentRequired": st.dictionaries(WORDS, st.lists(WORDS, max_size=2), max_size=2),
}
REFS = st.sampled_from(["A", "B", "C"]).map(lambda name: {"$ref": f"#/components/schemas/{name}"})


def _schema(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    children: dict[str, st.SearchStrategy[Any]] = {}
    for key in CHILDREN:
        if key in MANY:
            children[key] = st.lists(inner, min_size=1, max_size=3)
        elif key in NAMED:
            children[key] = st.dictionaries(WORDS, inner, max_size=3)
        elif key != "additionalProperties":
            children[key] = inner
    return st.fixed_dictionaries({}, optional={**KEYWORDS, **children})


def _sparse(value: Any) -> Any:
    """At most six keywords, or nothing would ever be equal."""
    return dict(list(value.items())[:6]) if isinstance(value, dict) else value


SCHEMAS = st.recursive(
    REFS | st.booleans() | st.fixed_dictionaries({}, optional=KEYWORDS).map(_sparse),
    lambda inner: _schema(inner).map(_sparse),
    max_leaves=6,
)
DOCUMENTS = st.builds(
    lambda place, schema, components: {
        **at(place, schema),
        "components": {"schemas": dict(zip("ABC", components, strict=True))},
    },
    st.sampled_from(PLACES),
    SCHEMAS,
    st.lists(SCHEMAS, min_size=3, max_size=3),
)
QUICK = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


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


@QUICK
@pytest.mark.long
@given(DOCUMENTS)
def test_the_same_document_is_no_change(document: Any) -> None:
    assert changes(document, document) == ()


@QUICK
@pytest.mark.long
@given(DOCUMENTS)
def test_order_and_notes_are_no_change(document: Any) -> None:
    """Nothing is equal any more, so that every pair of schemas is walked."""
    with contextlib.suppress(Unreadable):
        assert changes(document, rewritten(document)) == ()


@QUICK
@pytest.mark.long
@given(DOCUMENTS, DOCUMENTS)
def test_two_documents_are_compared_or_unreadable_and_each_difference_is_said_once(old: Any, new: Any) -> None:
    with contextlib.suppress(Unreadable):
        found = changes(old, new)
        assert len(set(found)) == len(found)
        assert all(change.rule in RULES and change.message and change.line == 1 for change in found)


JSON = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=4)
)
KEYS = ["paths", "components", "servers", "security", "webhooks", "info"]


@QUICK
@given(
    st.dictionaries(st.sampled_from(KEYS), JSON),
    st.dictionaries(st.sampled_from(["parameters", "requestBody", "responses", "callbacks", "security"]), JSON),
)
def test_anything_in_the_place_of_anything_is_compared_or_unreadable(top: Any, operation: Any) -> None:
    for new in ({**BASE, **top}, at("operation", operation), {"swagger": "2.0", **top}):
        with contextlib.suppress(Unreadable):
            changes(BASE, new)


@QUICK
@given(st.binary(max_size=60), st.text(max_size=60))
def test_any_bytes_are_unreadable_or_no_document(data: bytes, text: str) -> None:
    for new in (data, text.encode("utf-8", "surrogatepass"), b"openapi: 3.0.0\n" + data):
        with contextlib.suppress(Unreadable):
            changes(BASE, new)


@QUICK
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


def test_alternatives_in_alternatives_are_compared_in_bounded_time() -> None:
    def nested(depth: int, kind: str) -> Any:
        if not depth:
            return {"type": kind}
        return {"oneOf": [{"properties": {name: nested(depth - 1, kind)}} for name in "abc"]}

    found = changes(at("response-body", nested(6, "string")), at("response-body", nested(6, "integer")))
    assert {change.rule for change in found} == {"response-body-one-of-added", "response-body-one-of-removed"}


def test_a_chain_of_schemas_without_end_is_unreadable() -> None:
    def document(kind: str) -> Any:
        links = {f"A{n}": {"properties": {"next": {"$ref": f"#/components/schemas/A{n + 1}"}}} for n in range(1000)}
        return {
            **at("response-body", {"$ref": "#/components/schemas/A0"}),
            "components": {"schemas": {**links, "A1000": {"type": kind}}},
        }

    with pytest.raises(Unreadable, match="too deep"):
        changes(document("string"), document("integer"))
