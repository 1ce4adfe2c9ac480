"""One schema as it applies: references followed, ``allOf`` flattened, every keyword with the place it comes from."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from driftguard.cross_repo.documents.library import Library, Node

REFERENCES = ("$ref", "$dynamicRef", "$recursiveRef")

_MAPPINGS = (
    "properties",
    "patternProperties",
    "dependentSchemas",
    "dependentRequired",
    "dependencies",
    "definitions",
    "$defs",
)
_SCHEMAS = (
    *("additionalProperties", "unevaluatedProperties", "propertyNames", "additionalItems", "unevaluatedItems"),
    *("contains", "not", "if", "then", "else", "contentSchema"),
)
_LISTS = ("required", "enum", "allOf", "anyOf", "oneOf", "prefixItems")
_NUMBERS = (
    *("minimum", "maximum", "multipleOf", "minLength", "maxLength", "minItems", "maxItems"),
    *("minProperties", "maxProperties", "minContains", "maxContains"),
)
_TEXTS = ("pattern", "format", "contentEncoding", "contentMediaType", *REFERENCES)

_SHAPES: dict[str, tuple[tuple[type, ...], str]] = {
    **dict.fromkeys(_MAPPINGS, ((dict,), "a mapping")),
    **dict.fromkeys(_SCHEMAS, ((dict, bool), "a schema")),
    **dict.fromkeys(_LISTS, ((list,), "a list")),
    **dict.fromkeys(_NUMBERS, ((int, float), "a number")),
    **dict.fromkeys(("exclusiveMinimum", "exclusiveMaximum"), ((int, float, bool), "a number or a boolean")),
    **dict.fromkeys(_TEXTS, ((str,), "a text")),
    "items": ((dict, bool, list), "a schema or a list of schemas"),
    "type": ((str, list), "a type or a list of types"),
    "uniqueItems": ((bool,), "true or false"),
}


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One keyword of one schema. ``schema`` is the node that it stands in."""

    schema: Node
    value: Any


@dataclass(frozen=True, slots=True)
class View:
    """Keyword -> where it occurs. All occurrences apply. ``node`` is where people look for the schema."""

    node: Node
    keywords: dict[str, list[Occurrence]]
    never: bool = False
    remote: tuple[str, ...] = ()

    def has(self, *names: str) -> bool:
        return any(name in self.keywords for name in names)

    def values(self, name: str) -> list[Any]:
        return [occurrence.value for occurrence in self.keywords.get(name, ())]

    def first(self, name: str) -> Any:
        """The keyword's value where it occurs once or repeats itself; ``None`` where it doesn't occur."""
        found = self.values(name)
        return found[0] if found else None

    def place(self, name: str) -> Node:
        """The schema that a keyword stands in."""
        found = self.keywords.get(name)
        return found[0].schema if found else self.node

    def holds(self, name: str) -> bool:
        """Whether a flag is set; ``1`` is no flag."""
        return any(value is True for value in self.values(name))

    def accepts(self, kind: str) -> bool:
        """Whether any value of a type is accepted at all."""
        said = self.types
        return said is None or kind in said or (kind == "number" and "integer" in said)

    def number(self, name: str, strictest: Callable[[list[Any]], Any]) -> Any:
        found = [value for value in self.values(name) if not isinstance(value, bool)]
        return strictest(found) if found else None

    def texts(self, name: str) -> frozenset[str]:
        return frozenset(self.values(name))

    def named(self, keyword: str) -> dict[str, Node]:
        """``properties`` and the like: name -> schema, joined where several conjuncts name it."""
        found: dict[str, list[Node]] = {}
        for occurrence in self.keywords.get(keyword, ()):
            for name in occurrence.value:
                found.setdefault(name, []).append(occurrence.schema.child(keyword, name))
        return {name: joined(nodes) for name, nodes in found.items()}

    def schema(self, keyword: str) -> Node | None:
        """``additionalProperties`` and the like; ``None`` where it doesn't occur."""
        found = [occurrence.schema.child(keyword) for occurrence in self.keywords.get(keyword, ())]
        return joined(found) if found else None

    @property
    def required(self) -> dict[str, Node]:
        """Name -> the schema that requires it."""
        return {
            name: occurrence.schema
            for occurrence in reversed(self.keywords.get("required", ()))
            for name in occurrence.value
            if isinstance(name, str)
        }

    @property
    def types(self) -> frozenset[str] | None:
        """The accepted types, ``None`` for any. What only an enumeration says counts as well."""
        found: frozenset[str] | None = None
        for value in self.values("type"):
            said = frozenset(value if isinstance(value, list) else [value])
            found = said if found is None else _both(found, said)
        if found is not None and self.holds("nullable"):
            found |= {"null"}
        if found is None and (listed := self.enumerated) is not None:
            return frozenset(_type(value) for value in listed.values())
        return found

    @property
    def enumerated(self) -> dict[str, Any] | None:
        """Canonical text -> value, from ``enum`` and ``const``; ``None`` where anything goes."""
        lists = [*self.values("enum"), *([value] for value in self.values("const"))]
        sets = [{canonical(value): value for value in values} for values in lists]
        if not sets:
            return None
        return {text: value for text, value in sets[0].items() if all(text in other for other in sets)}


def canonical(value: Any) -> str:
    """Equal texts for equal JSON values: 1.0 is 1, and members have no order."""
    return json.dumps(_plain(value), sort_keys=True)


def _plain(value: Any) -> Any:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, dict):
        return {name: _plain(below) for name, below in value.items()}
    return [_plain(below) for below in value] if isinstance(value, list) else value


def _type(value: Any) -> str:
    if isinstance(value, float):
        return "integer" if value.is_integer() else "number"
    names = {bool: "boolean", int: "integer", str: "string", list: "array", dict: "object"}
    return names.get(type(value), "null")


def _both(one: frozenset[str], other: frozenset[str]) -> frozenset[str]:
    found = one & other
    integer = "integer" in one | other and {"integer", "number"} & one and {"integer", "number"} & other
    return found | {"integer"} if integer else found


def joined(nodes: list[Node]) -> Node:
    """One node that stands for all of ``nodes`` at once."""
    first = nodes[0]
    if len(nodes) == 1:
        return first
    return Node(first.document, first.pointer, first.value, (*first.also, *nodes[1:]))


def view(node: Node, library: Library) -> View:
    """``node`` as it applies. Raises ``Unreadable`` where it is no schema or a reference leads nowhere."""
    keywords: dict[str, list[Occurrence]] = {}
    remote: list[str] = []
    never = False
    shown: Node | None = None
    for part in _conjuncts(node, library, remote):
        never = never or part.value is False
        if not isinstance(part.value, dict):
            continue
        if shown is None and not _only_refers(part.value):
            shown = part
        for name, value in part.value.items():
            if name not in ("allOf", *REFERENCES):
                keywords.setdefault(name, []).append(Occurrence(part, value))
    return View(shown or node, keywords, never, tuple(remote))


def _only_refers(value: dict[str, Any]) -> bool:
    return any(name in value for name in REFERENCES) and not value.keys() & _SHAPES.keys() - {*REFERENCES, "$defs"}


def _conjuncts(node: Node, library: Library, remote: list[str]) -> Iterator[Node]:
    """The schema itself, what it refers to and the branches of ``allOf``, each once; circles end where they close."""
    stack, seen = [node], set[int]()
    while stack:
        part = stack.pop()
        if isinstance(part.value, (dict, bool)) or part.value is None:
            stack.extend(reversed(part.also))
        if isinstance(part.value, bool):
            yield part
            continue
        if not isinstance(part.value, dict):
            raise part.document.flaw(part.pointer, "not a schema: neither a mapping nor true or false")
        if id(part.value) in seen:
            continue
        seen.add(id(part.value))
        check(part)
        yield part
        stack.extend(reversed(part.child("allOf").items()))
        stack.extend(_referred(part, library, remote))


def _referred(part: Node, library: Library, remote: list[str]) -> Iterator[Node]:
    for name in REFERENCES:
        if name in part.value:
            target = library.follow(part, part.value[name])
            if target is None:
                remote.append(part.value[name])
            else:
                yield target


def check(part: Node) -> None:
    """Raises ``Unreadable`` at a keyword whose value has a wrong shape."""
    for name, value in part.value.items():
        shape = _SHAPES.get(name)
        if shape is None:
            continue
        kinds, said = shape
        sound = isinstance(value, kinds) and (bool in kinds or not isinstance(value, bool))
        if not sound or (isinstance(value, float) and not math.isfinite(value)):
            raise part.document.flaw((*part.pointer, name), f"'{name}' must be {said}")
    if isinstance(part.value.get("type"), list) and not all(isinstance(name, str) for name in part.value["type"]):
        raise part.document.flaw((*part.pointer, "type"), "'type' must be a type or a list of types")
