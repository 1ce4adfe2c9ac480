"""Work through actions in the order of ``after``, in parallel, in passes, until nothing moves.

Knows nothing of executors or policy. What is still in use waits for the next pass, as in aws-nuke; passes in which
nothing moved are followed by a pause, since clouds let go of things slowly. What stays in use all the same makes
nothing else wait any longer: the order is one of kinds, and what holds one thing needn't concern another.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from driftguard import lanes
from driftguard.model import Action, Outcome, Status

SETTLE = (1.0, 5.0, 15.0)
"""Seconds to pause after the first, second and third pass in a row in which nothing moved; after that it's over."""

OVER = "the run's deadline came first"
NAMED = 3
"""So many of those that something waits for are named, the others counted."""

SLOWLY = 30.0
"""Seconds between passes after that, for as long as a deletion that has begun may take."""


@dataclass(frozen=True, slots=True)
class Pace:
    """``width`` actions at a time, ``timeout`` seconds for each, all by ``deadline`` on ``clock``."""

    width: int
    timeout: float
    deadline: float
    settle: Sequence[float] = SETTLE
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic

    @property
    def over(self) -> bool:
        return self.clock() >= self.deadline

    def pause(self, idle: int) -> None:
        """Wait after the ``idle``-th pass in a row in which nothing moved, but not beyond the deadline."""
        seconds = self.settle[idle - 1] if idle <= len(self.settle) else SLOWLY
        self.sleep(min(seconds, max(0.0, self.deadline - self.clock())))


@dataclass(frozen=True, slots=True)
class Held:
    """An attempt that found its target still in use: the next pass tries again.

    ``takes`` is how many seconds that may go on where the target itself is on its way out.
    """

    action_id: str
    error: str
    takes: float = 0.0


Attempt = Callable[[Action, int, lanes.Ticket], Outcome | Held]
"""One try at one action; the number counts from 1."""


def _ignore(_actions: Sequence[Action]) -> None:
    """Not everybody wants to know which actions come next."""


def work_through(
    actions: Sequence[Action], attempt: Attempt, pace: Pace, about_to: Callable[[Sequence[Action]], None] = _ignore
) -> Iterator[Outcome]:
    """One outcome for each action, as they end. An ``attempt`` that raises goes on up and ends the work.

    ``about_to`` is told before each pass which actions it begins, in order.
    """
    work = _Work(attempt, pace, {action.id: action for action in actions}, about_to)
    idle = 0
    while work.waiting and not pace.over:
        before = len(work.waiting)
        yield from work.one_pass()
        idle = 0 if len(work.waiting) < before else idle + 1
        if idle > len(pace.settle):
            if work.give_way():
                idle = 0
                continue
            if not work.under_way:
                break
        if idle or work.under_way:
            pace.pause(max(idle, 1))
    yield from work.left_over()


@dataclass(slots=True)
class _Work:
    attempt: Attempt
    pace: Pace
    waiting: dict[str, Action]
    about_to: Callable[[Sequence[Action]], None]
    tries: dict[str, int] = field(default_factory=dict)
    held: dict[str, str] = field(default_factory=dict)
    until: dict[str, float] = field(default_factory=dict)
    stuck: set[str] = field(default_factory=set)

    @property
    def under_way(self) -> bool:
        """Whether something is on its way out and may still take its time."""
        return any(map(self._is_leaving, self.waiting))

    def _is_leaving(self, action_id: str) -> bool:
        now = self.pace.clock()
        return now < self.until.get(action_id, now)

    def give_way(self) -> bool:
        """Let what is in use, and not on its way out, hold up nothing else; whether that lets anything begin."""
        ready = len(self._ready())
        self.stuck |= self.held.keys()
        return len(self._ready()) > ready

    def _ready(self) -> Sequence[Action]:
        """What waits for nothing else."""
        waits = (action_id for action_id in self.waiting if action_id not in self.stuck or self._is_leaving(action_id))
        holding = set(waits)
        return [action for action in self.waiting.values() if holding.isdisjoint(action.after)]

    def one_pass(self) -> Iterator[Outcome]:
        """Try everything that waits for nothing else; what ended is yielded and waits no more."""
        ready = self._ready()
        self.about_to(ready)
        calls = [self._call(action) for action in ready]
        own = {
            index: action.timeout.total_seconds() for index, action in enumerate(ready) if action.timeout is not None
        }
        pace = self.pace
        for end in lanes.run(calls, width=pace.width, timeout=pace.timeout, deadline=pace.deadline, own=own):
            action = ready[end.index]
            if end.error is not None:
                raise end.error
            if isinstance(end.value, Held):
                self._hold(end.value)
                continue
            del self.waiting[action.id]
            yield end.value or self._failed(action, _overdue(end))

    def _hold(self, held: Held) -> None:
        self.held[held.action_id] = held.error
        if held.takes:
            self.until.setdefault(held.action_id, self.pace.clock() + held.takes)

    def left_over(self) -> Iterator[Outcome]:
        for action in self.waiting.values():
            yield self._failed(action, self.held.get(action.id) or self._why_never(action))

    def _call(self, action: Action) -> lanes.Call[Outcome | Held]:
        number = self.tries[action.id] = self.tries.get(action.id, 0) + 1
        return lambda ticket: self.attempt(action, number, ticket)

    def _failed(self, action: Action, error: str) -> Outcome:
        return Outcome(action.id, Status.FAILED, self.tries.get(action.id, 0), error=error)

    def _why_never(self, action: Action) -> str:
        others = [other for other in action.after if other in self.waiting]
        more = f" and {len(others) - NAMED} more" if len(others) > NAMED else ""
        waits = f"waits for {', '.join(others[:NAMED])}{more}, which never ended" if others else ""
        if not self.pace.over:
            return waits or OVER
        return f"{OVER}; it {waits}" if waits else OVER


def _overdue(end: lanes.Ended[Outcome | Held]) -> str:
    if end.begun:
        return "took too long and was given up; it may still happen"
    return OVER
