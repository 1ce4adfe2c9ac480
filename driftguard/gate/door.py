"""The gate as the wiring builds it: carries a ruling out, and looks afterwards whether it came true."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import ClassVar

from driftguard import lanes, passes
from driftguard.gate.passage import Passage
from driftguard.gate.ruling import Grounds, Ruling
from driftguard.model import Action, Decision, Event, History, Outcome, Precondition, Risk, Status, Target
from driftguard.policy import Policy
from driftguard.ports import AuditSink, Clock, Executor, Expect, Progress, Receipt, Reread
from driftguard.progress import Silent


class Rehearsal:
    """The executor of a run that may change nothing: it has nothing to write with."""

    kind: ClassVar[str] = "rehearsal"

    def apply(self, action: Action) -> Receipt:
        return Receipt(Status.SIMULATED, f"would {action.kind.replace('_', ' ')}")


DOING = 0.9
"""The part of a run's time by which the last action must have ended; the rest is for looking whether it came true."""

TELLING = 120.0
"""Seconds to tell people of a run, also of one that used all of its time."""


def _ignore(_targets: Sequence[Target], _most: int) -> None:
    """Whoever looks at targets one by one needn't know which ones come next."""


@dataclass(frozen=True, slots=True)
class Gate:
    """``apply`` and ``verify``, over the executors, the second look and the trail that the wiring chose."""

    policy: Policy
    executors: Mapping[str, Executor]
    reread: Reread
    trail: AuditSink
    clock: Clock
    history: History = field(default_factory=History)
    settle: Sequence[float] = passes.SETTLE
    sleep: Callable[[float], None] = time.sleep
    expect: Expect = _ignore
    progress: Progress = field(default_factory=Silent)
    begun: float = field(default_factory=time.monotonic)
    """When the run began: ``limits.deadline`` counts from here, planning included."""

    def grounds(self, event: Event, kept: Mapping[str, datetime | None] | None = None) -> Grounds:
        """What a decision at this very moment stands on."""
        return Grounds(self.policy, event, self.clock(), replace(self.history, kept=kept or {}))

    def apply(self, ruling: Ruling, event: Event) -> tuple[Outcome, ...]:
        """Carry out what was allowed; one outcome for each action that was proposed, in the ruling's order.

        Raises ``AuditError`` as soon as the trail can't be written: nothing further is begun then.
        """
        ruled = {ruled.action.id: ruled for ruled in ruling.ruled}
        now = functools.partial(self.grounds, event, ruling.kept)
        passage = Passage(self.executors, self.reread, self.trail, now, ruled)
        allowed = [ruled.action for ruled in ruling.ruled if ruled.allowed]
        ended = {ruled.action.id: _denied(ruled.decision) for ruled in ruling.ruled if not ruled.allowed}
        for action in allowed:
            self.progress.begins(action)
        pace = self._pace(DOING, TELLING if all(each.rule is None for each in ruling.ruled) else 0.0)
        for outcome in passes.work_through(allowed, passage.attempt, pace, self._begins):
            passage.close(outcome)
            ended[outcome.action_id] = outcome
            self.progress.ended(ruled[outcome.action_id].action, outcome)
        return tuple(ended[action.id] for action in ruling.actions)

    def verify(self, actions: Sequence[Action], outcomes: Sequence[Outcome]) -> tuple[Outcome, ...]:
        """Re-read what was deleted: gone is ``VERIFIED``; still there stays ``APPLIED`` with an error that says so."""
        verified = list(outcomes)
        deleted = [
            index
            for index, (action, outcome) in enumerate(zip(actions, outcomes, strict=True))
            if outcome.status is Status.APPLIED and action.risk is Risk.DESTROY and action.touched
        ]
        touched = [target for index in deleted for target in actions[index].touched]
        self.expect(touched, len(touched))
        calls = [functools.partial(self._verify_one, actions[index].touched, outcomes[index]) for index in deleted]
        pace = self._pace(1.0)
        for end in lanes.run(calls, width=pace.width, timeout=pace.timeout, deadline=pace.deadline):
            index = deleted[end.index]
            why = end.error or "the second look took too long"
            verified[index] = end.value or replace(outcomes[index], error=f"could not be verified: {why}")
        return tuple(verified)

    def _verify_one(self, targets: Sequence[Target], outcome: Outcome, _ticket: lanes.Ticket) -> Outcome:
        left = list(targets)
        for pause in (0.0, *self.settle):
            self.sleep(pause)
            left = [target for target in left if self.reread(target) is not None]
            if not left:
                return replace(outcome, status=Status.VERIFIED)
        which = "" if len(targets) == 1 else f"{len(left)} of {len(targets)} "
        return replace(outcome, error=f"{which}still there when looked at again")

    def _begins(self, actions: Sequence[Action]) -> None:
        """No more are asked about together than begin together, so that each answer is from right before its write."""
        looked_at = (action for action in actions if action.precondition is Precondition.STILL_EXISTS)
        self.expect([target for action in looked_at for target in action.touched], self.policy.limits.parallel)

    def _pace(self, part: float, least: float = 0.0) -> passes.Pace:
        """Until ``part`` of the run's time is over, but for ``least`` seconds from now in any case."""
        limits = self.policy.limits
        deadline = max(self.begun + part * limits.deadline.total_seconds(), time.monotonic() + least)
        return passes.Pace(limits.parallel, limits.action_timeout.total_seconds(), deadline, self.settle, self.sleep)


def _denied(decision: Decision) -> Outcome:
    return Outcome(decision.action_id, Status.DENIED, attempts=0, note=decision.reason)
