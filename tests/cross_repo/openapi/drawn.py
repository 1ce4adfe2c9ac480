"""Documents drawn at random, shallow on purpose: one of a few keywords is drawn in a millisecond, and shrinks."""

from __future__ import annotations

from typing import Any

from cross_repo.openapi.documents import at
from hypothesis import strategies as st

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
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=4),
    max_leaves=8,
)
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
    "maximum": NUMBERS,
    "exclusiveMaximum": NUMBERS | st.booleans(),
    "multipleOf": NUMBERS,
    "uniqueItems": st.booleans(),
    "required": st.lists(WORDS, max_size=2),
    "readOnly": st.booleans(),
    "writeOnly": st.booleans(),
    "deprecated": st.booleans(),
    "x-sunset": st.sampled_from(["2999-01-01", "soon", 5]),
    "x-stability-level": st.sampled_from(["alpha", "beta", "golden"]),
    "discriminator": st.sampled_from([{"propertyName": "a", "mapping": {"x": "#/y"}}, "a", 5]),
    "additionalProperties": st.booleans(),
    "dependentRequired": st.dictionaries(WORDS, st.lists(WORDS, max_size=2), max_size=2),
}
REFS = st.sampled_from(["A", "B", "C"]).map(lambda name: {"$ref": f"#/components/schemas/{name}"})


def _pair(key: str, values: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[str, Any]]:
    return st.tuples(st.just(key), values)


def _mapping(*pairs: st.SearchStrategy[tuple[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    """At most four keywords, or nothing would ever be equal."""
    return st.lists(st.one_of(*pairs), max_size=4).map(dict)


PLAIN = [_pair(key, values) for key, values in KEYWORDS.items()]
LEAVES = REFS | st.booleans() | _mapping(*PLAIN)


def _around(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Schemas with ``inner`` ones directly below."""
    children = []
    for key in sorted(CHILDREN):
        if key in MANY:
            children.append(_pair(key, st.lists(inner, min_size=1, max_size=2)))
        elif key in NAMED:
            children.append(_pair(key, st.dictionaries(WORDS, inner, max_size=2)))
        else:
            children.append(_pair(key, inner))
    # Compositions, properties and items are what descriptions are made of: they are drawn as often as all the rest.
    often = [pair for pair, key in zip(children, sorted(CHILDREN), strict=True) if key in (*MANY[:3], *NAMED[:1])]
    return _mapping(st.one_of(*PLAIN), st.one_of(*children), st.one_of(*often))


_FLAT = _around(LEAVES)
SCHEMAS = st.one_of(LEAVES, _FLAT, _around(LEAVES | _FLAT))
DOCUMENTS = st.builds(
    lambda place, schema, components: {
        **at(place, schema),
        "components": {"schemas": dict(zip("ABC", components, strict=True))},
    },
    st.sampled_from(PLACES),
    SCHEMAS,
    st.lists(SCHEMAS, min_size=3, max_size=3),
)
