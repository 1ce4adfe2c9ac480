"""Media type names: ``application/vnd.api+json; version=1``, https://www.rfc-editor.org/rfc/rfc6838."""

from __future__ import annotations

from typing import NamedTuple


class Name(NamedTuple):
    main: str
    sub: str
    suffix: str


def name(media: str) -> Name:
    """Type, subtype and suffix, in lower case; parameters don't count."""
    main, _, rest = media.partition(";")[0].strip().lower().partition("/")
    sub, _, suffix = rest.partition("+")
    return Name(main, sub, suffix)


def options(media: str) -> dict[str, str]:
    """The parameters."""
    pairs = (part.partition("=") for part in media.split(";")[1:])
    return {key.strip().lower(): value.strip().strip('"') for key, _, value in pairs if key.strip()}


def contains(wide: str, narrow: str) -> bool:
    """Whether whatever is ``narrow`` is also ``wide``: JSON holds every ``+json``."""
    left, right = name(wide), name(narrow)
    if left.main != right.main:
        return False
    return left == right or (not left.suffix and bool(right.suffix) and right.suffix == left.sub)


def equivalent(one: str, two: str) -> bool:
    return contains(one, two) or contains(two, one)
