"""Whether GitHub would take a request: by its own OpenAPI description, and by the limits that this doesn't hold."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import jsonschema

DESCRIPTION = Path(__file__).parent.parent / "data" / "github" / "openapi.json"
LONGEST_COMMENT = 65_536
LARGEST_DISPATCH = 64 * 1024
LONGEST_STATUS = 140


@dataclass(frozen=True)
class Operation:
    """One operation of the description, and the values of its path."""

    id: str
    described: Mapping[str, Any]
    path: Mapping[str, str]


def operation(method: str, path: str) -> Operation | None:
    """What GitHub calls this request; ``None`` for one that its description (or our cut of it) doesn't hold."""
    for pattern, described in _operations():
        match = pattern.fullmatch(path) if described["method"] == method else None
        if match is not None:
            values = {key: unquote(value) for key, value in match.groupdict().items()}
            return Operation(described["id"], described, values)
    return None


def defects(asked: Operation, query: Mapping[str, Sequence[str]], body: Any) -> list[str]:
    """Everything that is wrong with a request; GitHub would answer 422 (or quietly not do what was meant)."""
    return [*_parameters(asked, query), *_body(asked, body), *_limits(asked.id, body)]


@cache
def _operations() -> list[tuple[re.Pattern[str], Mapping[str, Any]]]:
    described = json.loads(DESCRIPTION.read_text())["operations"]
    return [(_pattern(each["path"]), each) for each in sorted(described, key=lambda each: each["path"])]


def _pattern(path: str) -> re.Pattern[str]:
    """``{path}`` of the contents API goes over slashes, every other parameter ends at one."""
    parts = re.split(r"\{(\w+)\}", path)
    named = [f"(?P<{part}>{'.*' if part == 'path' else '[^/]+'})" for part in parts[1::2]]
    fixed = [re.escape(part) for part in parts[::2]]
    return re.compile("".join(a + b for a, b in zip(fixed, [*named, ""], strict=True)))


def _parameters(asked: Operation, query: Mapping[str, Sequence[str]]) -> Iterator[str]:
    for name, value in asked.path.items():
        yield from _errors(_typed(value, asked.described["path_parameters"].get(name, {})), name)
    for name, values in query.items():
        schema = asked.described["query_parameters"].get(name)
        if schema is None:
            yield f"{asked.id} has no query parameter {name}"
        elif name == "per_page" and not 1 <= int(values[0]) <= 100:
            yield "per_page must be 1 to 100"
        else:
            yield from _errors(_typed(values[0], schema), name)


def _typed(value: str, schema: Mapping[str, Any]) -> tuple[Any, Mapping[str, Any]]:
    numeric = schema.get("type") == "integer" and re.fullmatch(r"-?\d+", value)
    return (int(value) if numeric else value), schema


def _body(asked: Operation, body: Any) -> Iterator[str]:
    schema = asked.described["body"]
    if schema is None:
        if body not in (None, {}):
            yield f"{asked.id} takes no body"
        return
    if body is None:
        if asked.described["body_required"]:
            yield f"{asked.id} needs a body"
        return
    yield from _errors((body, schema), "body")
    unknown = set(body) - set(schema.get("properties", body)) if isinstance(body, dict) else set()
    yield from (f"{asked.id} knows no field {name}" for name in sorted(unknown))


def _errors(pair: tuple[Any, Mapping[str, Any]], name: str) -> Iterator[str]:
    value, schema = pair
    validator = jsonschema.Draft202012Validator(schema, format_checker=_formats())
    yield from (f"{name}{error.json_path[1:]}: {_short(error.message)}" for error in validator.iter_errors(value))


def _short(message: str) -> str:
    return message if len(message) < 300 else f"{message[:100]} … {message[-100:]}"


@cache
def _formats() -> jsonschema.FormatChecker:
    """Without an extra package jsonschema knows no date-time."""
    checker = jsonschema.FormatChecker()
    form = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
    checker.checks("date-time")(lambda value: not isinstance(value, str) or form.fullmatch(value) is not None)
    return checker


def _limits(identity: str, body: Any) -> Iterator[str]:
    """What GitHub's documentation and answers say beyond the description."""
    if not isinstance(body, dict):
        return
    if identity == "repos/create-dispatch-event":
        payload = body.get("client_payload", {})
        if len(json.dumps(payload).encode()) >= LARGEST_DISPATCH:
            yield "client_payload must be smaller than 64 KB"
        if len(payload) > 10:
            yield "No more than 10 properties are allowed; 11 or more were supplied"
    if identity == "repos/create-commit-status" and len(body.get("description") or "") > LONGEST_STATUS:
        yield "description is too long (maximum is 140 characters)"
    if identity in ("issues/create-comment", "issues/update-comment"):
        if len(body.get("body", "")) > LONGEST_COMMENT:
            yield "body is too long (maximum is 65536 characters)"
        if not body.get("body", "").strip():
            yield "body can't be blank"
    if identity in ("checks/create", "checks/update"):
        yield from _check_limits(body)


def _check_limits(body: Mapping[str, Any]) -> Iterator[str]:
    if body.get("status") == "completed" and not body.get("conclusion"):
        yield "conclusion is required when the status is completed"
    if body.get("conclusion") == "stale":
        yield "only GitHub can make a check run stale"
    if len(body.get("output", {}).get("annotations", ())) > 50:
        yield "No more than 50 annotations in one request"
    for annotation in body.get("output", {}).get("annotations", ()):
        if annotation["start_line"] < 1 or annotation["end_line"] < annotation["start_line"]:
            yield "annotation: lines count from 1 and end after they begin"
        if len(annotation["message"].encode()) > 65_536 or len(annotation.get("title", "")) > 255:
            yield "annotation: message or title is too long"
