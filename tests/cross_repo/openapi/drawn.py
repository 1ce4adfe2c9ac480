"""Documents drawn at random, shallow on purpose: one of a few keywords is drawn in a millisecond, and shrinks."""

from __future__ import annotations

import copy
from dataclasses import dataclass
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


# Tidy schemas: every keyword beside the type that it is for, so that each restricts something.


def _optional(**words: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    pairs = [_pair(key, values) for key, values in words.items()]
    return st.lists(st.one_of(*pairs), max_size=2).map(dict)


_SMALL = st.integers(1, 3)
_TEXTS = _optional(
    minLength=_SMALL,
    maxLength=_SMALL,
    pattern=st.sampled_from(["^a", "b$"]),
    enum=st.lists(st.sampled_from(["a", "b", "aa"]), min_size=1, max_size=2, unique=True),
)
_STEP = st.sampled_from([2, 3])
_NUMBERS = st.one_of(  # inclusive or exclusive, or one of both would restrict nothing
    _optional(minimum=_SMALL, maximum=st.integers(4, 6), multipleOf=_STEP),
    _optional(exclusiveMinimum=_SMALL, exclusiveMaximum=st.integers(4, 6), multipleOf=_STEP),
)


def _typed(kind: Any, rest: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    return rest.map(lambda words: {"type": kind, **words})


_LEAVES = st.one_of(
    _typed("string", _TEXTS),
    _typed(["string", "null"], _optional(maxLength=_SMALL)),
    _typed("integer", _NUMBERS),
    _typed("number", _NUMBERS),
    st.just({"type": "boolean"}),
)


def _tidy(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    names = st.sampled_from(["a", "b", "c"])
    objects = st.builds(
        lambda properties, needed, others: {
            "type": "object",
            "properties": properties,
            **({"required": sorted(properties)[:needed]} if needed and properties else {}),
            **({} if others is None else {"additionalProperties": others}),
        },
        st.dictionaries(names, inner, min_size=1, max_size=2),
        st.integers(0, 2),
        st.sampled_from([None, None, True, False]),
    )
    lists = st.builds(
        lambda items, words: {"type": "array", "items": items, **words},
        inner,
        _optional(minItems=_SMALL, maxItems=_SMALL, uniqueItems=st.just(True)),
    )
    return st.one_of(objects, lists)


TIDY = st.one_of(_LEAVES, _tidy(_LEAVES), _tidy(st.one_of(_LEAVES, _tidy(_LEAVES))))


@dataclass(frozen=True)
class Edit:
    """``new`` takes all that ``old`` takes, and more."""

    old: Any
    new: Any


_LOOSE = (
    "minLength", "maxLength", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "minItems", "maxItems",
    "uniqueItems", "enum", "required",
)  # fmt: skip


@st.composite
def loosened(draw: st.DrawFn) -> Edit:
    """One restriction lifted or widened, at the top or one level down."""
    old = draw(TIDY)
    spots = [
        (),
        *(("properties", name) for name in old.get("properties", {})),
        *([("items",)] if "items" in old else []),
    ]
    edits = [(spot, word) for spot in spots for word in _words(_inside(old, spot))]
    if not edits:
        old, edits = {"type": "string", "maxLength": draw(_SMALL)}, [((), "maxLength")]
    spot, word = draw(st.sampled_from(edits))
    new = copy.deepcopy(old)
    _loosen(_inside(new, spot), word)
    return Edit(old, new)


def _inside(schema: Any, spot: tuple[str, ...]) -> Any:
    for step in spot:
        schema = schema[step]
    return schema


def _words(schema: dict[str, Any]) -> list[str]:
    return [word for word in (*_LOOSE, "type") if word in schema]


def _loosen(schema: dict[str, Any], word: str) -> None:
    if word == "type" and schema["type"] == "integer":
        schema["type"] = "number"
    elif word == "type" and isinstance(schema["type"], str):
        schema["type"] = [schema["type"], "null"]
    elif word == "type":
        schema["type"] = [*schema["type"], "boolean"]
    elif word == "enum":
        schema["enum"] = [*schema["enum"], "zzz"]
    else:
        del schema[word]
