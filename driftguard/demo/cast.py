"""What the demo's clouds hold, and what the story needs of each of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from driftguard.demo.loopback import Loopback

Names = set[tuple[str, str]]
"""Kind and name of everything there is."""

GOES, STAYS = "goes", "stays"
ENDED = timedelta(hours=-9)
LATER = timedelta(hours=30)
DAYS = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Resource:
    """One thing in a cloud. ``fate`` is what should become of it: ``goes`` or ``stays``.

    ``kept`` is the cloud's own protection of it, ``holds`` what is inside it.
    """

    kind: str
    name: str
    place: str
    story: str
    fate: str
    tags: Mapping[str, str] = field(default_factory=dict)
    age: timedelta = timedelta(hours=2)
    kept: str = ""
    holds: int = 0


class Cloud(Protocol):
    """One embedded cloud: how ``driftguard`` gets to it, and the demo's own eyes in it."""

    name: str
    cast: Sequence[Resource]

    @property
    def policy(self) -> str:
        """Its value below ``janitor.clouds``."""

    @property
    def environ(self) -> Mapping[str, str]:
        """What a process needs to sign in to it."""

    def names(self) -> Names:
        """As the cloud's own API tells it now."""


Embedded = Callable[[Loopback, datetime], AbstractContextManager[Cloud]]
"""Runs a cloud, filled as seen at that time. Raises ``MissingExtra`` without the demo's packages."""
