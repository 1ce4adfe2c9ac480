"""What must hold between comparisons: another spelling, a looser request, one more change, a validator's verdict."""

from __future__ import annotations

import copy
import json
import re
from typing import Any

import pytest
import yaml
from cross_repo.openapi.documents import LENIENT, at, changes, merged, version
from cross_repo.openapi.drawn import DOCUMENTS, PLACES, TIDY, Edit, loosened
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from driftguard.cross_repo.contracts.changes import Change, Level, Unreadable
from driftguard.cross_repo.openapi.compare import compare

FEW = settings(max_examples=settings().max_examples * 2 // 5)  # so that another profile still counts
SPELLINGS = ("reference", "file", "yaml", "wrapped", "path")


def breaking(found: tuple[Change, ...]) -> set[str]:
    return {change.rule for change in found if change.level is Level.BREAKING}


def spelled(how: str, place: str, schema: Any) -> dict[str, Any]:
    """The files of a document with ``schema`` at ``place``, written in another way."""
    plain = at(place, schema)
    if how == "reference":
        return {
            "api.json": {**at(place, {"$ref": "#/components/schemas/It"}), "components": {"schemas": {"It": schema}}}
        }
    if how == "file":
        return {"api.json": at(place, {"$ref": "parts/it.yaml#/It"}), "parts/it.yaml": yaml.safe_dump({"It": schema})}
    if how == "yaml":
        return {"api.yaml": yaml.safe_dump(plain, sort_keys=True)}
    if how == "wrapped":
        return {"api.json": at(place, {"allOf": [schema]})}
    item = plain["paths"]["/pets/{id}"]
    shared = [part for part in item["post"]["parameters"] if part["name"] == "id"]
    if shared:
        item["post"]["parameters"] = [part for part in item["post"]["parameters"] if part["name"] != "id"]
        item["get"]["parameters"] = []
        item["parameters"] = shared
    return {"api.json": plain}


@pytest.mark.parametrize("how", SPELLINGS)
@FEW
@given(place=st.sampled_from(PLACES), schema=TIDY)
def test_another_spelling_breaks_nobody_either_way(how: str, place: str, schema: Any) -> None:
    one, other = version({"api.json": at(place, schema)}), version(spelled(how, place, schema))
    for found in (compare(one, other, LENIENT), compare(other, one, LENIENT)):
        assert [change for change in found if change.level is not Level.INFO] == []


def as_3_0(schema: Any) -> Any:
    """The same for OpenAPI 3.0: nullable, and exclusive bounds as flags beside the bound."""
    if isinstance(schema, list):
        return [as_3_0(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    old = {key: as_3_0(value) for key, value in schema.items()}
    declared = old.get("type")
    if isinstance(declared, list) and "null" in declared and len(declared) == len(("one", "null")):
        old |= {"type": next(word for word in declared if word != "null"), "nullable": True}
    for exclusive, inclusive in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
        if exclusive in old and inclusive not in old:
            old |= {inclusive: old[exclusive], exclusive: True}
    if "const" in old:
        old["enum"] = [old.pop("const")]
    return old


@FEW
@given(place=st.sampled_from(PLACES), schema=TIDY)
def test_what_3_0_and_3_1_write_differently_breaks_nobody(place: str, schema: Any) -> None:
    new, old = at(place, schema), {**at(place, as_3_0(schema)), "openapi": "3.0.3"}
    assert [change for change in (*changes(old, new), *changes(new, old)) if change.level is not Level.INFO] == []


@FEW
@given(edit=loosened())
def test_a_looser_request_is_never_breaking_and_a_looser_response_always_said(edit: Edit) -> None:
    for place in ("request-body", "request-property", "request-parameter"):
        assert breaking(changes(at(place, edit.old), at(place, edit.new))) == set()
    for place in ("response-body", "response-property"):
        found = changes(at(place, edit.old), at(place, edit.new))
        assert any(change.level is not Level.INFO for change in found), "a consumer may get what it never got"


@FEW
@given(edit=loosened())
def test_a_tighter_request_is_always_said_and_a_tighter_response_never_breaking(edit: Edit) -> None:
    for place in ("request-body", "request-property"):
        found = changes(at(place, edit.new), at(place, edit.old))
        assert any(change.level is not Level.INFO for change in found), "a server may refuse what it always took"
    for place in ("response-body", "response-property"):
        assert breaking(changes(at(place, edit.new), at(place, edit.old))) == set()


HARMLESS = {
    "info": {"title": "Another title"},
    "tags": [{"name": "pets"}],
    "paths": {
        "/new": {"get": {"responses": {"200": {"description": "fine"}}}},
        "/pets/{id}": {
            "post": {"summary": "again", "x-note": 1, "responses": {"418": {"description": "a teapot"}}},
            "put": {"responses": {"200": {"description": "fine"}}},
        },
    },
    "components": {"schemas": {"Unused": {"type": "string"}}},
}


@FEW
@given(old=DOCUMENTS, new=DOCUMENTS)
def test_what_breaks_still_breaks_beside_harmless_changes(old: Any, new: Any) -> None:
    try:
        alone = changes(old, new)
    except Unreadable:
        assume(False)
    both = changes(old, merged(copy.deepcopy(new), HARMLESS))
    assert breaking(alone) <= breaking(both)


DESCRIBED = re.compile(r"^new-\w+-request-property|property-(added|removed)$|^response-.*-pattern-")
ANY: list[Any] = [None, 1, 2, 1.5, "a", "aa", True, [], {}]
VALUES: list[Any] = json.loads("""
[null, true, false, 0, 1, 2, 3, 4, 5, 6, -1, 1.5, "", "a", "b", "c", "aa", "aaa", "ab", [], [1], ["a"], [1, 1], [1, 2],
 ["a", "b"], [1, 2, 3], [null], {}, {"a": {"a": "a"}}, {"a": [1]}, {"a": ["a"]}, [{"a": 1}]]
""")
VALUES += [{name: value} for name in ("a", "b", "c") for value in ANY]
VALUES += [{"a": value, "b": other} for value in (1, "a", None, True) for other in (1, "a", None, True)]


def taken(schema: Any) -> set[int]:
    validator = Draft202012Validator(schema)
    return {number for number, value in enumerate(VALUES) if validator.is_valid(value)}


@FEW
@given(old=TIDY, new=TIDY)
def test_what_a_validator_refuses_now_is_said(old: Any, new: Any) -> None:
    """Dangerous at least, but for a property that was described (what had its name may have been anything before)
    and the pattern of a response, which the list of rules takes for information.
    """
    lost = taken(old) - taken(new)
    assume(lost)
    for place, (before, after) in {"request-body": (old, new), "response-body": (new, old)}.items():
        found = changes(at(place, before), at(place, after))
        described = any(DESCRIBED.search(change.rule) for change in found)
        said = any(change.level is not Level.INFO for change in found)
        assert said or described, json.dumps(VALUES[min(lost)])
