"""How many questions one run may send, and when each goes: counted before the first one is sent. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from driftguard.cross_repo.pace import CONTENT, send_times

T = TypeVar("T")

AN_HOUR = 450
"""Questions of one run: GitHub takes 500 writes an hour, and pages, comments and statuses take some, too."""

MARGIN = 0.8
"""The part of a run's deadline by which the last question must have its turn."""


@dataclass(frozen=True, slots=True)
class Spread:
    """``times`` are the moments of those that this run sends, in order; ``later`` is how many are left."""

    times: tuple[datetime, ...]
    later: int

    @property
    def takes(self) -> timedelta:
        return self.times[-1] - self.times[0] if self.times else timedelta()


def spread(count: int, now: datetime, deadline: timedelta, most: int = AN_HOUR) -> Spread:
    """``count`` questions from ``now`` on, as GitHub's windows let them go; at most ``most`` of them."""
    offsets = [
        at for at in send_times(min(count, most), 0.0, windows=CONTENT) if at <= deadline.total_seconds() * MARGIN
    ]
    return Spread(tuple(now + timedelta(seconds=at) for at in offsets), count - len(offsets))


def said(spread: Spread) -> Sequence[str]:
    """What people are told where the budget can't hold it all."""
    if not spread.later:
        return ()
    verb = "consumer is" if spread.later == 1 else "consumers are"
    return (f"{spread.later} {verb} asked by the next sweep: GitHub takes 80 writes a minute and 500 an hour",)
