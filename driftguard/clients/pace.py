"""How fast to ask one service in one region: as fast as it answers, and slower for all threads once it throttles."""

from __future__ import annotations

import threading
import time
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
class Pace:
    """A gap between requests, shared by threads; none at all until the service throttles, and again when it doesn't."""

    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic
    gap: float = 0.0
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
            self._next = turn + self.gap
        if turn > now:
            self.sleep(turn - now)

    def _slower(self) -> None:
        with self._lock:
            self.gap = min(max(self.gap * 2, FIRST), LONGEST)

    def _faster(self) -> None:
        with self._lock:
            self.gap = self.gap * FASTER if self.gap * FASTER >= FIRST / 4 else 0.0
