"""Version constraints (``>= 1.5, < 2.0``, ``~> 5.1``) as intervals, to tell whether new ones still allow the old.

https://developer.hashicorp.com/terraform/language/expressions/version-constraints
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_TERM = re.compile(r"(=|!=|>=|<=|>|<|~>)?\s*v?(\d+(?:\.\d+)*)(-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?")
_TOP = (10**9,)

Numbers = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Constraint:
    """From ``low`` to ``high``, each with whether it is excluded, without ``holes``. Pre-releases aren't told apart."""

    low: tuple[Numbers, bool] = ((), False)
    high: tuple[Numbers, bool] = (_TOP, True)
    holes: frozenset[Numbers] = frozenset()

    def allows(self, other: Constraint) -> bool:
        """Whether every version that ``other`` allows is allowed here."""
        low_ok = (other.low[0], other.low[1]) >= (self.low[0], self.low[1])
        high_ok = (other.high[0], not other.high[1]) <= (self.high[0], not self.high[1])
        return low_ok and high_ok and all(hole in other.holes or not other.holds(hole) for hole in self.holes)

    def holds(self, version: Numbers) -> bool:
        above = version > self.low[0] if self.low[1] else version >= self.low[0]
        below = version < self.high[0] if self.high[1] else version <= self.high[0]
        return above and below and version not in self.holes


def parse(text: str) -> Constraint | None:
    """``None`` where the text is no constraint that is understood; no text at all allows everything."""
    found = Constraint()
    for term in filter(None, (part.strip() for part in text.split(","))):
        match = _TERM.fullmatch(term)
        if match is None:
            return None
        found = _narrowed(found, match[1] or "=", _numbers(match[2]))
    return found


def _narrowed(before: Constraint, operator: str, written: Numbers) -> Constraint:
    version = _trimmed(written)
    low, high, holes = before.low, before.high, before.holes
    if operator == "!=":
        return Constraint(low, high, holes | {version})
    if operator in ("=", ">=", "~>"):
        low = max(low, (version, False))
    if operator == ">":
        low = max(low, (version, True))
    if operator in ("=", "<="):
        high = _lower(high, (version, False))
    if operator == "<":
        high = _lower(high, (version, True))
    if operator == "~>":
        high = _lower(high, (_next(written), True))
    return Constraint(low, high, holes)


def _lower(one: tuple[Numbers, bool], other: tuple[Numbers, bool]) -> tuple[Numbers, bool]:
    return min(one, other, key=lambda bound: (bound[0], not bound[1]))


def _next(version: Numbers) -> Numbers:
    """``~> 1.2.3`` ends before 1.3, ``~> 1.2`` before 2."""
    kept = version[:-1] if len(version) > 1 else version
    return _trimmed((*kept[:-1], kept[-1] + 1))


def _numbers(text: str) -> Numbers:
    return tuple(int(part[:9]) for part in text.split("."))


def _trimmed(version: Numbers) -> Numbers:
    """1.0 is 1."""
    while version and version[-1] == 0:
        version = version[:-1]
    return version
