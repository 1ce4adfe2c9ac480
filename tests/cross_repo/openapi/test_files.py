"""References across files and to the network, places in the text, and documents that can't be read."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml
from cross_repo.openapi.documents import BASE, LENIENT, at, changes, merged, verdicts, version

from driftguard.cross_repo.contracts.changes import Unreadable
from driftguard.cross_repo.contracts.openapi import DIFFER
from driftguard.cross_repo.openapi.compare import compare


def split(schema: Any, ref: str = "schemas/pet.yaml#/Pet") -> dict[str, Any]:
    """A document in ``api/`` whose response lies in another file, which refers on to a third."""
    root = at("response-body", {"$ref": ref})
    return {
        "api/openapi.json": root,
        "api/schemas/pet.yaml": yaml.safe_dump(
            {"Pet": {"type": "object", "properties": {"tag": {"$ref": "../tag.json"}}}}
        ),
        "api/tag.json": schema,
    }


def test_a_change_two_files_away_is_found_at_its_place_there() -> None:
    text = '{\n  "type": "integer"\n}'
    found = compare(version(split({"type": "string"})), version(split(text)), LENIENT)
    assert [(change.rule, change.path, change.line) for change in found] == [
        ("response-property-type-changed", "api/tag.json", 2)
    ]


def test_the_same_in_one_file_and_in_three_is_no_change_wherever_they_lie() -> None:
    one = at("response-body", {"type": "object", "properties": {"tag": {"type": "string"}}})
    three = version(split({"type": "string"}))
    assert compare(version({"old.json": one}), three, LENIENT) == ()
    assert compare(three, version({"new.json": one}), LENIENT) == ()


def test_the_same_files_in_another_folder_are_no_change() -> None:
    files = split({"type": "string"})
    moved = {f"v2/{name}": value for name, value in files.items()}
    assert compare(version(files), version(moved), LENIENT) == ()


def test_files_refer_to_each_other_in_a_circle() -> None:
    def files(kind: str) -> dict[str, Any]:
        return {
            "a.json": at("response-body", {"$ref": "b.json"}),
            "b.json": {"properties": {"back": {"$ref": "c.json#/One"}}},
            "c.json": {"One": {"properties": {"forth": {"$ref": "b.json"}, "name": {"type": kind}}}},
        }

    assert compare(version(files("string")), version(files("string")), LENIENT) == ()
    found = compare(version(files("string")), version(files("integer")), LENIENT)
    assert verdicts(found) == {"response-property-type-changed": "breaking"}


def test_parts_among_the_contract_s_paths_are_no_documents_of_their_own() -> None:
    files = split({"type": "string"})
    assert compare(version(files, *files), version(split({"type": "integer"}), *files), LENIENT) != ()


def test_two_documents_are_compared_each_with_its_own() -> None:
    old = {"a.json": at("document", {}), "b.json": at("document", {})}
    new = {"b.json": at("path", {"get": None}), "c.json": at("document", {})}
    found = compare(version(old, *old), version(new, *new), LENIENT)
    assert [(change.rule, change.path) for change in found] == [
        ("api-removed-without-deprecation", "b.json"),
        ("contract-added", "c.json"),
        ("contract-removed", "a.json"),
    ]


@pytest.mark.parametrize("ref", ["https://example.com/pet.json", "http://localhost/pet.yaml#/Pet", "//example.com/pet"])
def test_a_reference_to_the_network_is_not_followed_and_that_is_said_even_if_it_stands_there_unchanged(
    ref: str,
) -> None:
    document = at("request-property", {"$ref": ref})
    (change,) = changes(document, document)
    assert (change.rule, change.level) == ("remote-ref-not-followed", "dangerous")
    assert ref in change.message


def test_a_reference_to_the_network_in_another_file_is_said_there() -> None:
    files = split({"$ref": "https://example.com/tag.json"})
    (change,) = compare(version(files), version(files), LENIENT)
    assert (change.rule, change.path) == ("remote-ref-not-followed", "api/tag.json")


def test_json_with_tabs_under_a_yaml_name_has_its_lines() -> None:
    old, new = at("request-property", {"type": "string"}), at("request-property", {"type": "integer"})
    text = json.dumps(new, indent="\t")
    (change,) = compare(version({"api.yaml": json.dumps(old)}), version({"api.yaml": text}), LENIENT)
    assert '"type": "integer"' in text.splitlines()[change.line - 1]


def test_a_percent_encoded_reference_is_followed() -> None:
    document = merged(
        at("request-body", {"$ref": "#/components/schemas/A%20b~1c"}), {"components": {"schemas": {"A b/c": {}}}}
    )
    assert changes(document, document) == ()


@pytest.mark.parametrize(
    ("ref", "says"),
    [
        ("#/components/schemas/Nobody", "leads nowhere"),
        ("gone.yaml#/Pet", "isn't there: gone.yaml"),
        ("#nobody", "leads nowhere"),
    ],
)
def test_a_reference_that_leads_nowhere_is_unreadable_at_its_place(ref: str, says: str) -> None:
    text = json.dumps(at("request-property", {"$ref": ref}), indent=1)
    line = next(number for number, row in enumerate(text.splitlines(), 1) if '"it"' in row)
    with pytest.raises(Unreadable, match=says) as raised:
        changes(at("document", {}), text)
    assert (raised.value.path, raised.value.line) == ("api.json", line)


def test_a_reference_to_itself_is_unreadable() -> None:
    document = merged(
        at("request-body", {"$ref": "#/components/schemas/A"}),
        {"components": {"schemas": {"A": {"$ref": "#/components/schemas/A"}}}},
    )
    with pytest.raises(Unreadable, match="in a circle"):
        changes(at("document", {}), document)


@pytest.mark.parametrize(
    ("name", "text", "line", "column", "says"),
    [
        ("api.json", '{"openapi": "3.0.0",\n "paths": {]}', 2, 12, "not JSON"),
        ("api.yaml", "openapi: 3.0.0\npaths:\n  - a\n b: 1\n", 4, 2, "not YAML"),
        ("api.yaml", "openapi: 3.0.0\npaths: {}\npaths: {}\n", 3, 1, "'paths' is already there"),
        ("api.yaml", b"openapi: 3.0.0\ninfo: \xff\n", 2, 7, "not UTF-8"),
        ("api.yaml", "a: 1\n", 1, 1, "neither 'openapi' nor 'swagger'"),
        ("api.yaml", "- a\n", 1, 1, "neither 'openapi' nor 'swagger'"),
        ("api.yaml", "", 1, 1, "neither 'openapi' nor 'swagger'"),
        ("api.yaml", "openapi: 4.0.0\n", 1, 1, "OpenAPI 4.0.0 is none of"),
        ("api.yaml", "swagger: '1.2'\n", 1, 1, "OpenAPI 1.2 is none of"),
        ("api.yaml", "openapi: 3.0.0\npaths:\n  /a:\n    get: []\n", 4, 5, "a mapping belongs here, not a list"),
        ("api.yaml", "openapi: 3.0.0\npaths: none\n", 2, 1, "a mapping belongs here, not a text"),
        ("api.yaml", "openapi: 3.0.0\nx: &a [*a]\n", 2, 4, "an alias that contains itself"),
        ("api.yaml", "openapi: 3.0.0\nx: " + "[" * 5000, 2, 1, "nested deeper"),
        ("api.json", '{"openapi": ' * 100_000, 1, 1, "nested deeper"),
        ("api.yaml", "openapi: 3.0.0\n? [a]\n: b\n", 2, 3, "a key must be a word"),
    ],
)
def test_what_is_no_document_blocks_with_its_place(
    name: str, text: str | bytes, line: int, column: int, says: str
) -> None:
    before = version({name: json.dumps({"openapi": "3.0.0", "paths": {"/a": {"get": {}}}})})
    with pytest.raises(Unreadable, match=says) as raised:
        compare(before, version({name: text}), LENIENT)
    assert (raised.value.path, raised.value.line, raised.value.column) == (name, line, column)


def test_aliases_that_expand_without_end_are_refused() -> None:
    rows = ["openapi: 3.0.0", "a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    rows += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    with pytest.raises(Unreadable, match="once its aliases are expanded"):
        compare(version({"a.yaml": "openapi: 3.0.0"}), version({"a.yaml": "\n".join(rows)}), LENIENT)


def test_an_anchor_that_is_given_again_means_the_last_one() -> None:
    """As YAML 1.2 says; generated descriptions have thousands of &id001."""
    rows = ["openapi: 3.0.0", "x: [&a {type: string}, *a]", "paths:", " /a:", "  get:", "   responses:", "    '200':",
            "     headers: {A: {schema: &a {type: integer}}, B: {schema: *a}}"]  # fmt: skip
    twice = "\n".join(rows)
    plain = twice.replace("&a ", "").replace("[{type: string}, *a]", "1").replace("*a", "{type: integer}")
    assert compare(version({"a.yaml": plain}), version({"a.yaml": twice}), LENIENT) == ()
    (change,) = compare(version({"a.yaml": twice}), version({"a.yaml": twice.replace("integer", "number")}), LENIENT)[
        :1
    ]
    assert (change.rule, change.line) == ("response-header-type-generalized", 8)


def test_a_file_that_is_not_there_is_unreadable() -> None:
    with pytest.raises(Unreadable, match="isn't there"):
        compare(version({"a.json": BASE}), version({}, "a.json"), LENIENT)


def test_yaml_and_json_of_the_same_are_no_change() -> None:
    assert compare(version({"a.json": BASE}), version({"a.yaml": yaml.safe_dump(BASE)}), LENIENT) == ()


def test_anchors_merge_keys_and_words_that_look_like_something_else_are_read_as_yaml_1_2_says() -> None:
    text = """
openapi: 3.0.0
paths:
  /a:
    get:
      parameters:
        - &limit {name: on, in: query, schema: &text {type: string, default: 12:30, enum: [no, 12:30, 2024-01-01]}}
      responses: {200: {description: fine, content: {a/b: {schema: {<<: *text, maxLength: 0x10}}}}}
"""
    written = {
        "openapi": "3.0.0",
        "paths": {
            "/a": {
                "get": {
                    "parameters": [
                        {
                            "name": "on",
                            "in": "query",
                            "schema": {"type": "string", "default": "12:30", "enum": ["no", "12:30", "2024-01-01"]},
                        }
                    ],
                    "responses": {
                        "200": {
                            "description": "fine",
                            "content": {
                                "a/b": {
                                    "schema": {
                                        "type": "string",
                                        "default": "12:30",
                                        "enum": ["no", "12:30", "2024-01-01"],
                                        "maxLength": "0x10",
                                    }
                                }
                            },
                        }
                    },
                }
            }
        },
    }
    assert compare(version({"a.yaml": text}), version({"a.json": written}), LENIENT) == ()


@pytest.mark.parametrize("indent", [None, 1])
@pytest.mark.parametrize("name", ["api.json", "api.yaml"])
def test_a_change_names_the_line_that_it_stands_on(name: str, indent: int | None) -> None:
    old, new = at("request-property", {"type": "string"}), at("request-property", {"type": "string", "maxLength": 3})
    text = json.dumps(new, indent=indent)
    (change,) = compare(version({name: old}), version({name: text}), LENIENT)
    rows = [number for number, row in enumerate(text.splitlines(), 1) if "maxLength" in row]
    assert [change.line] == rows


def test_what_was_removed_is_shown_where_it_is_missing() -> None:
    text = "openapi: 3.0.0\ninfo: {}\npaths:\n  /b: {}\n"
    old = {"openapi": "3.0.0", "paths": {"/a": {"get": {}}, "/b": {}}}
    (change,) = compare(version({"a.yaml": json.dumps(old)}), version({"a.yaml": text}), LENIENT)
    assert (change.location, change.line) == ("GET /a", 3)


def test_swagger_2_and_what_it_was_converted_to_are_no_change() -> None:
    """One description by hand in both versions: body and form parameters, consumes, produces, collectionFormat."""
    old = {
        "swagger": "2.0",
        "info": {"title": "Pets", "version": "1"},
        "produces": ["application/json"],
        "paths": {
            "/pets/{id}": {
                "post": {
                    "parameters": [
                        {"name": "id", "in": "path", "required": True, "type": "string", "maxLength": 9},
                        {"name": "tags", "in": "query", "type": "array", "items": {"type": "string"}},
                        {"name": "pet", "in": "body", "required": True, "schema": {"$ref": "#/definitions/Pet"}},
                    ],
                    "responses": {"200": {"description": "fine", "schema": {"$ref": "#/definitions/Pet"}}},
                },
                "put": {
                    "consumes": ["multipart/form-data"],
                    "parameters": [
                        {"name": "id", "in": "path", "required": True, "type": "string", "maxLength": 9},
                        {"name": "photo", "in": "formData", "type": "file", "required": True},
                        {"name": "note", "in": "formData", "type": "string"},
                    ],
                    "responses": {"204": {"description": "fine", "headers": {"X-Count": {"type": "integer"}}}},
                },
            }
        },
        "definitions": {"Pet": {"type": "object", "properties": {"tag": {"type": "string", "x-nullable": True}}}},
    }
    path = {"name": "id", "in": "path", "required": True, "schema": {"type": "string", "maxLength": 9}}
    body = {"application/json": {"schema": {"$ref": "#/components/schemas/Pet"}}}
    form = {
        "type": "object",
        "properties": {"photo": {"type": "string"}, "note": {"type": "string"}},
        "required": ["photo"],
    }
    new = {
        "openapi": "3.0.3",
        "info": {"title": "Pets", "version": "1"},
        "paths": {
            "/pets/{id}": {
                "post": {
                    "parameters": [
                        path,
                        {"name": "tags", "in": "query", "schema": {"type": "array", "items": {"type": "string"}}},
                    ],
                    "requestBody": {"required": True, "content": body},
                    "responses": {"200": {"description": "fine", "content": body}},
                },
                "put": {
                    "parameters": [path],
                    "requestBody": {"required": True, "content": {"multipart/form-data": {"schema": form}}},
                    "responses": {
                        "204": {"description": "fine", "headers": {"X-Count": {"schema": {"type": "integer"}}}}
                    },
                },
            }
        },
        "components": {
            "schemas": {"Pet": {"type": "object", "properties": {"tag": {"type": "string", "nullable": True}}}}
        },
    }
    assert [change for change in changes(old, new) if change.level != "info"] == []


SWAGGER = {
    "swagger": "2.0",
    "basePath": "/v1",
    "paths": {
        "/a": {
            "post": {
                "parameters": [{"name": "q", "in": "query", "type": "array", "items": {"type": "string"}}],
                "responses": {"200": {"description": "fine", "schema": {"properties": {"b": {"type": "string"}}}}},
            }
        }
    },
}


@pytest.mark.parametrize(
    ("patch", "finds"),
    [
        ({"basePath": "/v2"}, {"api-base-path-changed": "breaking"}),
        ({"basePath": None, "paths": {"/a": None, "/v1/a": SWAGGER["paths"]["/a"]}}, {}),  # type: ignore[index]
        (
            {"produces": ["application/xml"]},
            {"response-media-type-removed": "breaking", "response-media-type-added": "info"},
        ),
        (
            {"paths": {"/a": {"post": {"parameters": [{"name": "q", "in": "query", "type": "integer"}]}}}},
            {"request-parameter-type-changed": "breaking"},
        ),
        (
            {
                "paths": {
                    "/a": {
                        "post": {
                            "parameters": [
                                {
                                    "name": "q",
                                    "in": "query",
                                    "type": "array",
                                    "items": {"type": "string"},
                                    "collectionFormat": "multi",
                                }
                            ]
                        }
                    }
                }
            },
            {"request-parameter-style-changed": "breaking"},
        ),
        (
            {"paths": {"/a": {"post": {"responses": {"200": {"schema": {"properties": {"b": {"type": "integer"}}}}}}}}},
            {"response-property-type-changed": "breaking"},
        ),
    ],
)
def test_changes_of_a_swagger_2_document_are_found(patch: Any, finds: dict[str, str]) -> None:
    assert verdicts(changes(SWAGGER, merged(SWAGGER, patch))) == finds


def test_the_differ_claims_what_begins_like_openapi() -> None:
    assert DIFFER.claims("api/openapi.yaml", b"# ours\nopenapi: 3.0.0\n")
    assert DIFFER.claims("api.json", b'{"swagger": "2.0"')
    assert DIFFER.claims("api.json", b'{\n  "info": {},\n  "openapi": "3.1.0"')
    assert not DIFFER.claims("openapi.md", b"openapi: 3.0.0\n")
    assert not DIFFER.claims("asyncapi.yaml", b"asyncapi: 3.0.0\n")
    assert not DIFFER.claims("values.yaml", b"openapi: enabled\n")


def test_the_differ_counts_sunset_dates_from_today() -> None:
    """A sunset in the past is over, one in a thousand years isn't."""
    new = version({"a.json": at("path", {"get": None})})
    over = version({"a.json": at("path", {"get": {"deprecated": True, "x-sunset": "2020-01-01"}})})
    ahead = version({"a.json": at("path", {"get": {"deprecated": True, "x-sunset": "2999-01-01"}})})
    assert DIFFER.diff(over, new) == ()
    assert verdicts(DIFFER.diff(ahead, new)) == {"api-removed-before-sunset": "breaking"}
