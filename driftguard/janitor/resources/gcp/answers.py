"""Reading Google's answers: paths into them, times, places, and labels that stand in a description."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

Item = Mapping[str, Any]
"""One resource as its own API tells it, or one row of a search."""

Tags = Mapping[str, str]

_MILLISECONDS = 10**11
_WORDS = re.compile(r"(?<![\w:./?&-])([A-Za-z][\w:./-]*)=([^\s,;|]+)")
_MARKS = "()[]{}<>.!?:*_`'\"\u2018\u2019\u201c\u201d«»"
"""What stands around a word in a sentence."""
_ZONE = re.compile(r"([a-z]+-[a-z]+\d+)-[a-z]")


def dig(item: Any, path: str) -> Any:
    """What lies at ``path`` (``settings.userLabels``), or ``None``."""
    for key in path.split(".") if path else ():
        item = item.get(key) if isinstance(item, Mapping) else None
    return item


def labels(item: Item, path: str) -> Tags:
    """The labels at ``path``; none where there is no word of them, since Google leaves out what is empty."""
    found = dig(item, path)
    if found is None:
        return {}
    if not isinstance(found, Mapping):
        raise TypeError(f"labels at {path} are no mapping")
    return {str(key): str(value or "") for key, value in found.items()}


def described(text: Any) -> Tags | None:
    """``driftguard-owner=platform, driftguard-expires-at=2026-11-23`` out of a description, for what has no labels.

    ``None`` where it says a word twice and not the same: which of them counts can't be known.
    """
    found = _WORDS.findall(text) if isinstance(text, str) else []
    said = {(key, value.strip(_MARKS) or value) for key, value in found}
    words = dict(said)
    return words if len(words) == len(said) else None


def moment(value: Any) -> datetime | None:
    """A time as Google writes it: RFC 3339, or (milli)seconds since 1970. ``None`` if unreadable or of no zone."""
    try:
        if isinstance(value, str) and not value.isdigit():
            found = datetime.fromisoformat(value)
            return found.astimezone(UTC) if found.tzinfo else None
        seconds = float(value)
        return datetime.fromtimestamp(seconds / 1000 if seconds > _MILLISECONDS else seconds, UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        return None


def region_of(location: str) -> str:
    """The region of a zone; any other location as it is, in lower case; ``global`` for none."""
    zone = _ZONE.fullmatch(location.lower())
    return zone[1] if zone else location.lower() or "global"


def last(value: Any) -> str:
    """The last part of a path or URL: a machine type, say, of which Google gives the whole address."""
    return str(value or "").rpartition("/")[2]


Sized = Callable[[Item], str]


def size(path: str, gigabytes: str = "") -> Sized:
    """A price's words out of an item: a class, or a class and a volume: ``pd-ssd 100 GiB``."""

    def sized(item: Item) -> str:
        name = last(dig(item, path)) if path else ""
        volume = str(dig(item, gigabytes) or "") if gigabytes else ""
        return " ".join(filter(None, (name, f"{volume} GiB" if volume else "")))

    return sized
