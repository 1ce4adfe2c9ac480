"""When requests may be sent so that no window of GitHub's limits overflows. Pure.

https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api#about-secondary-rate-limits
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Window:
    """At most ``most`` points in any ``seconds``."""

    seconds: float
    most: int
    points: int = 1


CONTENT = (Window(60, 80), Window(3600, 500), Window(60, 900, points=5))
"""Content creation, and points a minute, of which a write costs five."""


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
