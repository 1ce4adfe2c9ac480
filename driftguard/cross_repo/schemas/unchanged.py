"""Schemas that read the same in both versions: only what they refer to can differ. This is most of a large contract."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from driftguard.cross_repo.documents.library import Library, Node
from driftguard.cross_repo.schemas.effects import Delta, Effect
from driftguard.cross_repo.schemas.structure import Found, Pair
from driftguard.cross_repo.schemas.views import REFERENCES

_NAMED = frozenset({"properties", "patternProperties", "dependentSchemas", "dependencies"})
_DATA = frozenset({"enum", "const", "default", "examples", "example"})
_ASIDE = frozenset({"$defs", "definitions"})


def same(old: Node, new: Node) -> bool:
    """Whether both read the same, so that ``1`` isn't ``true``."""
    return not old.also and not new.also and old.value == new.value and _alike(old.value, new.value)


def _alike(old: Any, new: Any) -> bool:
    """Of equal values, whether numbers are numbers and booleans booleans in both."""
    stack = [(old, new)]
    while stack:
        one, other = stack.pop()
        if isinstance(one, dict):
            stack.extend((value, other[name]) for name, value in one.items())
        elif isinstance(one, list):
            stack.extend(zip(one, other, strict=True))
        elif isinstance(one, bool) != isinstance(other, bool):
            return False
    return True


def referred(old: Node, new: Node, libraries: tuple[Library, Library]) -> Found:
    """What two schemas that read the same refer to, side by side."""
    for pointer, reference, flipped in _references(old.value):
        below = [Node(node.document, (*node.pointer, *pointer), None) for node in (old, new)]
        before, after = libraries[0].follow(below[0], reference), libraries[1].follow(below[1], reference)
        if before is not None and after is not None:
            yield Pair(before, after, flipped)
        elif before is None and after is None:
            said = f"'{reference}' is elsewhere and was not fetched; what changed there is not known"
            yield Delta("remote-ref-not-followed", Effect.NOTE, below[1], said)
        else:
            said = f"'{reference}' is part of one version only, and was not fetched for the other"
            yield Delta("remote-ref-changed", Effect.UNSURE, below[1], said)


def _references(value: Any) -> Iterator[tuple[tuple[str, ...], str, bool]]:
    """Where, whereto, and whether inside an odd number of ``not``. Data isn't searched, nor definitions unused."""
    stack: list[tuple[tuple[str, ...], Any, bool]] = [((), value, False)]
    while stack:
        pointer, schema, flipped = stack.pop()
        if isinstance(schema, list):
            stack.extend(((*pointer, str(index)), item, flipped) for index, item in enumerate(schema))
        if not isinstance(schema, dict):
            continue
        below: list[tuple[tuple[str, ...], Any, bool]] = []
        for name, inside in schema.items():
            if name in REFERENCES and isinstance(inside, str):
                yield pointer, inside, flipped
            elif name in _NAMED and isinstance(inside, dict):
                below.extend(((*pointer, name, key), one, flipped) for key, one in inside.items())
            elif name not in _DATA and name not in _ASIDE and isinstance(inside, (dict, list)):
                below.append(((*pointer, name), inside, flipped != (name == "not")))
        stack.extend(reversed(below))
