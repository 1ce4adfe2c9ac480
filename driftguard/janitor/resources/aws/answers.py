"""Reading AWS's answers: paths into them, and the many ways in which services write tags and times."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

Item = Mapping[str, Any]
"""One resource in an answer. Listings of bare names give ``{"": name}``."""

Tags = Mapping[str, str]

_MILLISECONDS = 10**11
"""No time in seconds is that large before the year 5138, and none in milliseconds that small after 1973."""


def dig(answer: Any, path: str) -> Any:
    """What lies at ``path`` (``DBCluster.Status``), or ``None``."""
    for key in path.split(".") if path else ():
        answer = answer.get(key) if isinstance(answer, Mapping) else None
    return answer


def items(answer: Any, path: str) -> Iterator[Item]:
    """Every item at ``path``, lists along the way opened: ``Reservations.Instances``."""
    key, _, rest = path.partition(".")
    found = answer.get(key) if key else answer
    for each in found if isinstance(found, list) else [] if found is None else [found]:
        if rest:
            yield from items(each, rest)
        else:
            yield each if isinstance(each, Mapping) else {"": each}


def tag_map(pairs: Any) -> Tags:
    """Tags as a mapping, from a mapping or from pairs under ``Key``, ``key`` or ``TagKey`` and their values."""
    if isinstance(pairs, Mapping):
        return {str(key): str(value) for key, value in pairs.items()}
    return dict(_pair(pair) for pair in pairs or ())


def _pair(pair: Mapping[str, str]) -> tuple[str, str]:
    lowered = {key.lower().removeprefix("tag"): value for key, value in pair.items()}
    return lowered["key"], lowered.get("value") or ""


def moment(value: Any) -> datetime | None:
    """A time as AWS writes it: a datetime, seconds or milliseconds since 1970, or ISO 8601. ``None`` if unreadable."""
    try:
        if isinstance(value, datetime):
            return value.astimezone(UTC)
        if isinstance(value, str) and not value.replace(".", "", 1).isdigit():
            return datetime.fromisoformat(value).astimezone(UTC)
        seconds = float(value)
        return datetime.fromtimestamp(seconds / 1000 if seconds > _MILLISECONDS else seconds, UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        return None


def fill(template: Any, fields: Mapping[str, str]) -> Any:
    """``template`` with ``{field}`` filled in, in every text in it."""
    if isinstance(template, str):
        return template.format_map(fields)
    if isinstance(template, Mapping):
        return {key: fill(value, fields) for key, value in template.items()}
    if isinstance(template, Sequence):
        return [fill(value, fields) for value in template]
    return template
