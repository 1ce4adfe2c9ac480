"""How fast to ask one service in one region: as fast as it answers, and slower for all threads once it throttles."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from driftguard.errors import TransientError

T = TypeVar("T")

FIRST = 0.02
"""Seconds between two requests after the first throttling."""

LONGEST = 1.0
FASTER = 0.7
"""What an answer makes of the gap between requests; throttling doubles it."""


class Throttled(TransientError):
    """The service asks to be asked less often."""


@dataclass
class Quota:
    """At most ``most`` requests in any ``seconds``, where a service says how many it takes. Not safe by itself."""

    most: int
    seconds: float
    _turns: deque[float] = field(default_factory=deque)

    def turn(self, earliest: float) -> float:
        """When the next request may be sent; it counts from then on."""
        full = len(self._turns) == self.most
        at = max(earliest, self._turns.popleft() + self.seconds) if full else earliest
        self._turns.append(at)
        return at


@dataclass
class Pace:
    """A gap between requests, shared by threads; none at all until the service throttles, and again when it doesn't."""

    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic
    gap: float = 0.0
    quota: Quota | None = None
    _next: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def paced(self, function: Callable[[], T]) -> Callable[[], T]:
        """``function``, waiting its turn; ``Throttled`` slows what comes after it."""

        def paced() -> T:
            self._await_turn()
            try:
                answer = function()
            except Throttled:
                self._slower()
                raise
            self._faster()
            return answer

        return paced

    def _await_turn(self) -> None:
        with self._lock:
            now = self.clock()
            turn = max(now, self._next)
            turn = self.quota.turn(turn) if self.quota else turn
            self._next = turn + self.gap
        if turn > now:
            self.sleep(turn - now)

    def _slower(self) -> None:
        with self._lock:
            self.gap = min(max(self.gap * 2, FIRST), LONGEST)

    def _faster(self) -> None:
        with self._lock:
            self.gap = self.gap * FASTER if self.gap * FASTER >= FIRST / 4 else 0.0
