"""Deprecation, sunset dates (``x-sunset``) and stability levels (``x-stability-level``)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

SUNSET = "x-sunset"
STABILITY = "x-stability-level"
LEVELS = ("draft", "alpha", "beta", "stable")
MINIMUM = "beta"


@dataclass(frozen=True, slots=True)
class Calendar:
    """Today, and for how many days beta and stable operations must stay once they are deprecated."""

    today: date
    beta_days: int = 0
    stable_days: int = 0

    def days(self, stability: str) -> int:
        if stability in ("draft", "alpha"):
            return 0
        return self.beta_days if stability == "beta" else self.stable_days

    def too_soon(self, sunset: date, stability: str) -> bool:
        return (sunset - self.today).days < self.days(stability)


def sunset(value: Any) -> date | None:
    """A date or a date-time of RFC 3339; ``None`` for anything else."""
    try:
        return datetime.fromisoformat(value).date()
    except (TypeError, ValueError):
        return None


def stability(holder: Mapping[str, Any]) -> str | None:
    """The level, empty if none is given, ``None`` if it is none of ``LEVELS``."""
    value = holder.get(STABILITY)
    if value is None:
        return ""
    return value if isinstance(value, str) and value in LEVELS else None


def rank(level: str) -> int:
    """Stable if nothing else is said."""
    return LEVELS.index(level or "stable")


def promised(level: str) -> bool:
    """Whether anybody may rely on it: drafts and alphas change as they like."""
    return rank(level) >= LEVELS.index(MINIMUM)


def deprecation(calendar: Calendar, old: Mapping[str, Any], new: Mapping[str, Any], level: str) -> str | None:
    """What became of ``deprecated``: a word, the same for operations, parameters and properties, or ``None``."""
    was, is_now = old.get("deprecated") is True, new.get("deprecated") is True
    if was == is_now:
        return None
    if not is_now:
        return "reactivated"
    if SUNSET not in new:
        return "deprecated-sunset-missing" if calendar.days(level) > 0 else "deprecated"
    until = sunset(new[SUNSET])
    if until is None:
        return "sunset-invalid"
    return "sunset-date-too-small" if calendar.too_soon(until, level) else "deprecated-with-sunset"


def sunset_change(calendar: Calendar, old: Mapping[str, Any], new: Mapping[str, Any], level: str) -> str | None:
    """What became of the sunset date of something that is deprecated: a word, or ``None``."""
    if new.get("deprecated") is not True or SUNSET not in old:
        return None
    if SUNSET not in new:
        return "sunset-deleted"
    if old[SUNSET] == new[SUNSET]:
        return None
    before, after = sunset(old[SUNSET]), sunset(new[SUNSET])
    if before is None or after is None:
        return "sunset-invalid"
    return "sunset-date-changed-too-small" if after < before and calendar.too_soon(after, level) else None


def removal(calendar: Calendar, old: Mapping[str, Any]) -> str | None:
    """How something was removed: a word, or ``None`` if its time had come."""
    if old.get("deprecated") is not True:
        return "without-deprecation"
    if SUNSET not in old:
        return "with-deprecation"
    until = sunset(old[SUNSET])
    if until is None:
        return "sunset-invalid"
    return "before-sunset" if calendar.today < until else None
