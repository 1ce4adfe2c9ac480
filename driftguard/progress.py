"""How far the janitor is, by account and region: a table that stays in place in a terminal, lines in the log elsewhere.

It counts what passes by; nothing is decided here, and what can't be shown is not shown.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TextIO

from driftguard.model import Action, Gap, Outcome, Risk, Status, Target
from driftguard.ports import Cloud, Progress

if TYPE_CHECKING:
    from rich.table import Table

log = logging.getLogger(__name__)

EVERY = 10.0
"""Seconds between two lines about one place."""

_GONE = frozenset({Status.APPLIED, Status.VERIFIED, Status.SIMULATED})


@dataclass(slots=True)
class Counts:
    """Of one place: resources seen, deletions to be made, and how those ended so far."""

    seen: int = 0
    going: int = 0
    gone: int = 0
    failed: int = 0

    def __str__(self) -> str:
        seen = f"{self.seen:,} seen"
        left = self.going - self.gone - self.failed
        ended = f"{self.gone:,} of {self.going:,} deletions done, {self.failed:,} failed, {left:,} to go"
        return f"{seen}; {ended}" if self.going else seen


class Silent:
    """``ports.Progress`` for whoever watches nothing."""

    def seen(self, scope: str) -> None:
        """Not counted."""

    def begins(self, action: Action) -> None:
        """Not counted."""

    def ended(self, action: Action, outcome: Outcome) -> None:
        """Not counted."""


@dataclass
class Counted:
    """``ports.Progress`` that counts by place and says so to ``changed``. Safe to share between threads."""

    changed: Callable[[str, Counts], None]
    places: dict[str, Counts] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def seen(self, scope: str) -> None:
        self._add(scope, seen=1)

    def begins(self, action: Action) -> None:
        if action.risk is Risk.DESTROY:
            self._add(action.target.scope, going=1)

    def ended(self, action: Action, outcome: Outcome) -> None:
        if action.risk is Risk.DESTROY:
            went = outcome.status in _GONE
            self._add(action.target.scope, gone=int(went), failed=int(not went))

    def _add(self, scope: str, *, seen: int = 0, going: int = 0, gone: int = 0, failed: int = 0) -> None:
        with self._lock:
            counts = self.places.setdefault(scope, Counts())
            counts.seen += seen
            counts.going += going
            counts.gone += gone
            counts.failed += failed
        self.changed(scope, counts)


@dataclass(slots=True)
class Lines:
    """A line about a place that changed, not more often than ``EVERY``, and one when its last deletion ended."""

    clock: Callable[[], float] = time.monotonic
    _said: dict[str, float] = field(default_factory=dict)

    def __call__(self, scope: str, counts: Counts) -> None:
        now = self.clock()
        over = counts.going > 0 and counts.gone + counts.failed == counts.going
        if over or now - self._said.setdefault(scope, now) >= EVERY:
            self._said[scope] = now
            log.info("%s: %s", scope, counts)


@contextmanager
def shown(stream: TextIO, environ: Mapping[str, str]) -> Iterator[Progress]:
    """In place where ``stream`` is a terminal that can, as lines of the log elsewhere."""
    in_ci = environ.get("GITHUB_ACTIONS") == "true" or environ.get("CI", "").lower() in ("1", "true")
    if in_ci or environ.get("TERM") == "dumb" or not stream.isatty():
        yield Counted(Lines())
        return
    from rich.console import Console  # noqa: PLC0415 - a pipe doesn't need it
    from rich.live import Live  # noqa: PLC0415

    counted = Counted(lambda _scope, _counts: None)
    live = Live(
        get_renderable=lambda: table(counted.places),
        console=Console(file=stream),
        refresh_per_second=4,
        transient=True,  # what it said is in the report, better
        redirect_stdout=False,
        redirect_stderr=False,
    )
    with live:
        yield counted


def table(places: Mapping[str, Counts]) -> Table | str:
    """A row a place, in order; nothing where nothing was seen yet."""
    from rich.table import Table  # noqa: PLC0415 - see shown
    from rich.text import Text  # noqa: PLC0415

    if not places:
        return ""
    grid = Table("place", box=None, padding=(0, 2, 0, 0), header_style="dim")
    for title in ("seen", "to delete", "gone", "failed"):
        grid.add_column(title, justify="right")
    for scope, counts in sorted(dict(places).items()):
        numbers = (counts.seen, counts.going, counts.gone, counts.failed)
        grid.add_row(Text(scope), *(f"{number:,}" for number in numbers))
    return grid


@dataclass(frozen=True)
class Watched:
    """A cloud whose discoveries are counted; everything else is its own, its optional abilities too."""

    cloud: Cloud
    progress: Progress

    def discover(self) -> Iterator[Target | Gap]:
        for found in self.cloud.discover():
            if isinstance(found, Target):
                self.progress.seen(found.scope)
            yield found

    def __getattr__(self, name: str) -> Any:
        return getattr(self.cloud, name)
