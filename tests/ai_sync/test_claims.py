"""The answer's schema: what both providers' strict modes take."""

from collections.abc import Iterator
from typing import Any

from driftguard.ai_sync import claims

# https://ai.google.dev/gemini-api/docs/structured-output, https://platform.openai.com/docs/guides/structured-outputs
BOTH_TAKE = {"$defs", "$ref", "type", "title", "description", "enum", "items", "properties", "required"}
CLOSED = "additionalProperties"


def schemas(value: Any) -> Iterator[dict[str, Any]]:
    """Every schema within ``value``; names of properties and definitions aren't keywords."""
    yield value
    for named in ("properties", "$defs"):
        for inner in value.get(named, {}).values():
            yield from schemas(inner)
    if "items" in value:
        yield from schemas(value["items"])


def test_only_keywords_that_both_take() -> None:
    for schema in schemas(claims.schema()):
        assert set(schema) <= BOTH_TAKE | {CLOSED}


def test_every_object_is_closed_and_every_key_required() -> None:
    objects = [schema for schema in schemas(claims.schema()) if schema.get("type") == "object"]
    assert len(objects) == 2
    for schema in objects:
        assert schema[CLOSED] is False
        assert set(schema["required"]) == set(schema["properties"])
