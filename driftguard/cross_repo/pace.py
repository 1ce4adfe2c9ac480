"""When requests may be sent so that no window of GitHub's limits overflows.

https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api#about-secondary-rate-limits
"""

from __future__ import annotations

import logging
import threading
import time
from bisect import insort
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Window:
    """At most ``most`` points in any ``seconds``."""

    seconds: float
    most: int
    points: int = 1


POINTS = Window(60, 900, points=5)
"""Points a minute, of which a write costs five and a read one."""

CONTENT = (Window(60, 80), Window(3600, 500), POINTS)
"""What holds for writes: content creation, and points."""

_LONG = 1.0
"""Seconds of waiting that are worth a word."""


@dataclass
class Pacer:
    """Holds each request of a run back until its turn has come. Shared by threads; times are seconds on ``clock``."""

    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    _writes: list[float] = field(default_factory=list)
    _points: list[tuple[float, int]] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def turn(self, verb: str) -> None:
        """Returns when a request of that verb may go out."""
        with self._lock:
            now = self.clock()
            at = self._read(now) if verb == "GET" else self._write(now)
            count = len(self._writes)
        if at - now >= _LONG:
            log.info("write %d waits %.0f s, so that GitHub's limits hold", count, at - now)
        if at > now:
            self.sleep(at - now)

    def _write(self, now: float) -> float:
        [at] = send_times(1, max(now, *self._writes[-1:]) if self._writes else now, self._writes)
        at = self._afforded(at, POINTS.points)
        self._writes.append(at)
        del self._writes[: -CONTENT[1].most]
        return at

    def _read(self, now: float) -> float:
        return self._afforded(now, 1)

    def _afforded(self, at: float, cost: int) -> float:
        """The first moment from ``at`` on around which no window holds too many points."""
        self._points = [entry for entry in self._points if entry[0] > at - 2 * POINTS.seconds]
        while self._around(at) + cost > POINTS.most:
            at = next(when for when, _ in self._points if when > at - POINTS.seconds) + POINTS.seconds
        insort(self._points, (at, cost))
        return at

    def _around(self, at: float) -> int:
        """Points less than a window away: whatever window holds ``at`` holds no others."""
        return sum(cost for when, cost in self._points if abs(when - at) < POINTS.seconds)


def send_times(
    count: int, start: float, sent: Iterable[float] = (), windows: Sequence[Window] = CONTENT
) -> list[float]:
    """The earliest time for each of ``count`` requests from ``start`` on, given when others were sent before.

    Times are seconds on one clock, ascending. A window is half open: what was sent exactly ``seconds`` ago counts no
    more.
    """
    past = deque(sorted(sent))
    times: list[float] = []
    at = start
    for _ in range(count):
        at = max([at, *(_free(past, at, window) for window in windows)])
        past.append(at)
        times.append(at)
    return times


def _free(past: Sequence[float], at: float, window: Window) -> float:
    """When the window that would hold one more request has room for it."""
    room = window.most // window.points
    if len(past) < room:
        return at
    return past[len(past) - room] + window.seconds
