"""Small documents for tests: one schema in a place of one operation, and how to compare two of them."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from driftguard.cross_repo.contracts.changes import Change, Version
from driftguard.cross_repo.openapi.compare import compare
from driftguard.cross_repo.openapi.lifecycle import Calendar

HERE = Path(__file__).parent
TODAY = date(2026, 1, 1)
STRICT = Calendar(TODAY, beta_days=30, stable_days=90)
LENIENT = Calendar(TODAY)

BASE: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "Pets", "version": "one"},
    "paths": {
        "/pets/{id}": {
            "post": {
                "operationId": "update",
                "tags": ["pets"],
                "parameters": [
                    {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}},
                    {"name": "limit", "in": "query", "schema": {"type": "integer"}},
                ],
                "requestBody": {"content": {"application/json": {"schema": {"type": "object"}}}},
                "responses": {
                    "200": {
                        "description": "fine",
                        "headers": {"X-Count": {"schema": {"type": "integer"}}},
                        "content": {"application/json": {"schema": {"type": "object"}}},
                    },
                    "404": {"description": "none"},
                },
            },
            "get": {
                "parameters": [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}],
                "responses": {"200": {"description": "fine"}},
            },
        }
    },
}


def load(name: str) -> Any:
    return yaml.safe_load((HERE / name).read_text("utf-8"))


def merged(base: Any, patch: Any) -> Any:
    """Mappings merge; a null takes a key away (JSON merge patch, RFC 7396)."""
    if not isinstance(patch, dict) or not isinstance(base, dict):
        return copy.deepcopy(patch)
    result = copy.deepcopy(base)
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = merged(result.get(key), value)
    return result


def at(place: str, part: Any, media: str = "application/json") -> dict[str, Any]:
    """The base document with ``part`` at a place: a schema in a body, parameter or header, or a merge patch."""
    if place == "document":
        return dict(merged(BASE, part))
    if place == "path":
        return dict(merged(BASE, {"paths": {"/pets/{id}": part}}))
    if place == "operation":
        return dict(merged(BASE, {"paths": {"/pets/{id}": {"post": part}}}))
    document = copy.deepcopy(BASE)
    operation = document["paths"]["/pets/{id}"]["post"]
    inner = {"type": "object", "properties": {"it": part}}
    body = {media: {"schema": inner if place.endswith("property") else part}}
    if place in ("request-body", "request-property"):
        operation["requestBody"] = {"content": body}
    elif place in ("response-body", "response-property"):
        operation["responses"]["200"]["content"] = body
    elif place == "response-header":
        operation["responses"]["200"]["headers"] = {"X-It": {"schema": part}}
    else:
        where = "header" if "header" in place else "query"
        schema = inner if place.endswith("property") else part
        operation["parameters"] = [{"name": "it", "in": where, "schema": schema}]
    return document


def version(files: Mapping[str, Any], *paths: str) -> Version:
    """A version of plain values or texts, in memory."""
    read = {
        name: (value if isinstance(value, bytes) else value if isinstance(value, str) else json.dumps(value))
        for name, value in files.items()
    }
    encoded = {name: text.encode() if isinstance(text, str) else text for name, text in read.items()}
    return Version(paths or tuple(list(files)[:1]), encoded.get)


def changes(old: Any, new: Any, calendar: Calendar = LENIENT) -> tuple[Change, ...]:
    """What changed between two documents of one file each."""
    return compare(version({"api.json": old}), version({"api.json": new}), calendar)


def verdicts(found: tuple[Change, ...]) -> dict[str, str]:
    return {change.rule: str(change.level) for change in found}
