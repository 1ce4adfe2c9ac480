"""What a parent locks, its children can't loosen. Pure: the values that count with and without the child, compared.

A lock on a path holds for everything below it. The child's value must be the parent's (or the default that the parent
leaves), or a tighter one where it is known which way is tighter (``TIGHTER``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from driftguard.policy import Policy, format_duration
from driftguard.policy.tighter import TIGHTER
from driftguard.policy_file.merging import NAMED

_KEYS = re.compile(r"\.?([A-Za-z_]+)|\[([^\[\]]+)\]")
_INDEX = re.compile(r"\[\d+\]")


@dataclass(frozen=True, slots=True)
class Loosened:
    """``path`` is where the value stands in the child's policy; the values are as people write them."""

    path: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class _Pair:
    path: str
    old: Any
    new: Any

    @property
    def kind(self) -> str:
        return _INDEX.sub("[]", self.path)


def exists(policy: Policy, lock: str) -> bool:
    return _found(lock, policy, policy) is not None


def loosened(lock: str, parent: Policy, child: Policy) -> Iterator[Loosened]:
    """Every value below ``lock`` that ``child`` makes looser than ``parent`` has it."""
    pair = _found(lock, parent, child)
    if pair is not None:
        yield from _compared(pair)


def _found(lock: str, parent: Policy, child: Policy) -> _Pair | None:
    """The two values that ``lock`` means; the parent's is ``None`` under a section that it doesn't have."""
    pair: _Pair | None = _Pair("", parent, child)
    for match in _KEYS.finditer(lock):
        if pair is None:
            return None
        pair = _field(pair, match[1]) if match[1] else _entry(pair, match[2])
    return pair


def _field(pair: _Pair, name: str) -> _Pair | None:
    path = f"{pair.path}.{name}" if pair.path else name
    sides = [_member(side, name) for side in (pair.old, pair.new)]
    known = any(isinstance(side, BaseModel) and name in type(side).model_fields for side in (pair.old, pair.new))
    return _Pair(path, *sides) if known or any(isinstance(side, Mapping) for side in (pair.old, pair.new)) else None


def _member(side: Any, name: str) -> Any:
    return side.get(name) if isinstance(side, Mapping) else getattr(side, name, None)


def _entry(pair: _Pair, name: str) -> _Pair | None:
    if pair.path not in NAMED:
        return None
    old, new = (_by_name(side, NAMED[pair.path]) for side in (pair.old, pair.new))
    if name not in old:
        return None
    index = list(new).index(name) if name in new else 0
    return _Pair(f"{pair.path}[{index}]", old[name], new.get(name))


def _by_name(entries: Any, key: str) -> dict[str, Any]:
    return {getattr(entry, key): entry for entry in entries}


def _compared(pair: _Pair) -> Iterator[Loosened]:
    if pair.old == pair.new or (pair.kind in TIGHTER and TIGHTER[pair.kind](pair.old, pair.new)):
        return
    if isinstance(pair.old, BaseModel) and isinstance(pair.new, BaseModel):
        for name in type(pair.new).model_fields:
            yield from _compared(_Pair(f"{pair.path}.{name}", getattr(pair.old, name), getattr(pair.new, name)))
    elif pair.path in NAMED:
        yield from _entries(pair)
    else:
        yield Loosened(pair.path, _shown(pair.old), _shown(pair.new))


def _entries(pair: _Pair) -> Iterator[Loosened]:
    """A list with names is locked as a whole: an entry may be tightened, none may come."""
    old, new = (_by_name(side, NAMED[pair.path]) for side in (pair.old, pair.new))
    for index, (name, entry) in enumerate(new.items()):
        where = f"{pair.path}[{index}]"
        if name in old:
            yield from _compared(_Pair(where, old[name], entry))
        else:
            yield Loosened(where, "without it", f"with '{name}'")


def _shown(value: Any) -> str:
    if hasattr(value, "total_seconds"):
        return format_duration(value)
    if value is None:
        return "nothing"
    if isinstance(value, BaseModel):
        value = value.model_dump(mode="json", exclude_unset=True)
    plain = str(getattr(value, "value", value))
    return plain if len(plain) <= 60 else f"{plain[:59]}…"  # noqa: PLR2004 - a line's room
