"""What griffe passes over: how a function is called, values and annotations, and what `__all__` dropped."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from driftguard.model import Level

if TYPE_CHECKING:
    from griffe import Alias, Object

CALLING = ("async", "staticmethod", "classmethod")


@dataclass(frozen=True, slots=True)
class Unsaid:
    """``message`` goes on after the object's name."""

    rule: str
    level: Level
    about: Object | Alias
    message: str


def unsaid(before: Object | Alias, after: Object | Alias) -> Iterator[Unsaid]:
    """Of two objects of one name, neither an alias."""
    if before.is_function and after.is_function:
        yield from _calls(before, after)
        yield from _annotations(before, after)
    elif before.is_attribute and after.is_attribute and not before.name.startswith("__"):
        yield from _attribute(before, after)
    elif before.is_module and after.is_module:
        yield from _exports(before, after)


def _calls(before: Object | Alias, after: Object | Alias) -> Iterator[Unsaid]:
    """How a function is called: awaited, and on what."""
    for label in CALLING:
        if (label in before.labels) != (label in after.labels):
            now = "is" if label in after.labels else "is no longer"
            yield Unsaid("call-changed", Level.BREAKING, after, f" {now} {label}")


def _annotations(before: Any, after: Any) -> Iterator[Unsaid]:
    """Where both say a type: what it means to a reader, nobody can say."""
    if _differ(before.returns, after.returns):
        said = f": return type was changed ({before.returns} -> {after.returns})"
        yield Unsaid("return-changed-type", Level.DANGEROUS, after, said)
    known = {parameter.name: parameter.annotation for parameter in before.parameters}
    for parameter in after.parameters:
        was = known.get(parameter.name)
        if _differ(was, parameter.annotation):
            said = f"({parameter.name}): parameter type was changed ({was} -> {parameter.annotation})"
            yield Unsaid("parameter-changed-type", Level.DANGEROUS, after, said)


def _attribute(before: Any, after: Any) -> Iterator[Unsaid]:
    if _differ(before.annotation, after.annotation):
        said = f": attribute type was changed ({before.annotation} -> {after.annotation})"
        yield Unsaid("attribute-changed-type", Level.DANGEROUS, after, said)
    if _literal(before.value) and _literal(after.value) and str(before.value) != str(after.value):
        said = f": attribute value was changed ({before.value} -> {after.value})"
        yield Unsaid("attribute-changed-value", Level.DANGEROUS, after, said)


def _exports(before: Any, after: Any) -> Iterator[Unsaid]:
    if after.exports is None:
        return
    left = {str(name) for name in after.exports}
    for name in sorted({str(name) for name in before.exports or ()} - left):
        if name in after.members:  # what is gone altogether is told as removed
            said = f".{name} is no longer in __all__"
            yield Unsaid("object-not-exported", Level.DANGEROUS, after, said)


def _literal(value: Any) -> bool:
    """A constant, and not what a call or a name makes of it."""
    try:
        ast.literal_eval(str(value))
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return False
    return value is not None


def _differ(was: Any, now: Any) -> bool:
    return was is not None and now is not None and str(was) != str(now)
