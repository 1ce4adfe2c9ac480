"""Nouns as dictionaries: what ``dataclasses.asdict`` gives, without its copies of every text."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any


def _as_it_is(value: Any) -> Any:
    return value


def plain(value: Any, leaf: Callable[[Any], Any] = _as_it_is) -> Any:
    """Dataclasses, at any depth, by their fields' names; lists, tuples and mappings anew; texts as they are.

    Anything else becomes what ``leaf`` makes of it.
    """
    names = _names(value.__class__)
    if names is not None:
        return {name: plain(getattr(value, name), leaf) for name in names}
    if isinstance(value, str):
        return value
    if isinstance(value, Mapping):
        return {key: plain(item, leaf) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(plain(item, leaf) for item in value)
    return leaf(value)


@cache
def _names(kind: type) -> tuple[str, ...] | None:
    return tuple(field.name for field in fields(kind)) if is_dataclass(kind) else None
