"""When requests may be sent so that no window of GitHub's limits overflows.

https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api#about-secondary-rate-limits
"""

from __future__ import annotations

import logging
import threading
import time
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


CONTENT = (Window(60, 80), Window(3600, 500), Window(60, 900, points=5))
"""Content creation, and points a minute, of which a write costs five."""


@dataclass
class Pacer:
    """Holds each request back until its time has come. Shared by threads; times are seconds on ``clock``."""

    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    _sent: list[float] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def wait(self) -> None:
        with self._lock:
            now = self.clock()
            [at] = send_times(1, now, self._sent)
            self._sent.append(at)
            count = len(self._sent)
        if at > now:
            log.info("question %d waits %.0f s, so that GitHub's limits hold", count, at - now)
            self.sleep(at - now)


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
