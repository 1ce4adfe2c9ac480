"""The one door to a write.

``decide`` is pure and the same in both modes. ``Gate.apply`` is the only caller of ``Executor.apply``: it orders by
``after``, works in passes until nothing moves, looks at each target again right before, and writes the intent to the
trail before and the outcome after. A rehearsal goes the same way with an executor that does nothing.
"""

from __future__ import annotations

import functools
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import ClassVar

from driftguard import lanes, passes
from driftguard.errors import DriftGuardError, NotFound, StillInUse, Withheld
from driftguard.janitor import lease
from driftguard.model import (
    Action,
    Decision,
    Event,
    Finding,
    Gap,
    Outcome,
    Plan,
    Precondition,
    Risk,
    Severity,
    Status,
    Target,
    Verdict,
)
from driftguard.policy import Janitor, Policy, Rule
from driftguard.ports import AuditSink, Clock, Executor, Proposal, Receipt, Reread


@dataclass(frozen=True, slots=True)
class Grounds:
    """What a decision stands on besides the action itself."""

    policy: Policy
    event: Event
    now: datetime


@dataclass(frozen=True, slots=True)
class Ruled:
    """One action, the rule it was judged under (none for a publication), and the decision."""

    action: Action
    rule: Rule | None
    decision: Decision

    @property
    def allowed(self) -> bool:
        return self.decision.verdict is Verdict.ALLOW


@dataclass(frozen=True, slots=True)
class Ruling:
    """Every proposed action once, in order; ``findings`` concern the plan as a whole."""

    ruled: tuple[Ruled, ...]
    findings: tuple[Finding, ...] = ()

    @property
    def actions(self) -> tuple[Action, ...]:
        return tuple(ruled.action for ruled in self.ruled)

    @property
    def decisions(self) -> tuple[Decision, ...]:
        return tuple(ruled.decision for ruled in self.ruled)


def decide(proposals: Sequence[Proposal], grounds: Grounds) -> Ruling:
    """Judge every action of every proposal. Pure: the same input gives the same ruling, in both modes.

    An action that two rules propose is allowed if either allows it. A plan with more deletions than
    ``janitor.max_deletions`` or ``max_share`` allows loses all of them.
    """
    gaps = [gap for proposal in proposals for gap in proposal.plan.gaps]
    ruled: dict[str, Ruled] = {}
    for proposal in proposals:
        for action in proposal.plan.actions:
            known = ruled.get(action.id)
            if known is None or not known.allowed:
                decision = _decide_one(action, proposal.rule, gaps, grounds)
                ruled[action.id] = Ruled(action, proposal.rule, decision)
    return _cap(Ruling(tuple(ruled.values())), [proposal.plan for proposal in proposals], grounds.policy)


def _decide_one(action: Action, rule: Rule | None, gaps: Iterable[Gap], grounds: Grounds) -> Decision:
    policy = grounds.policy
    if rule is None:
        return _decide_publication(action, policy)
    rule_line = policy.where(f"rules[{policy.rules.index(rule)}]")
    if action.risk is not Risk.DESTROY:
        return Decision(action.id, Verdict.ALLOW, f"rule '{rule.name}' asks for it", rule_line)
    judged = judge(action.target, rule, grounds)
    if not judged.deletable:
        return Decision(action.id, Verdict.DENY, judged.reason, policy.where(judged.policy_path))
    gap = next((gap for gap in gaps if gap.covers(action.target.path)), None)
    if gap is not None:
        reason = f"{gap.scope} was not seen whole ({gap.what}), so nothing in it is deleted"
        return Decision(action.id, Verdict.DENY, reason, rule_line)
    return Decision(action.id, Verdict.ALLOW, judged.reason, policy.where(judged.policy_path))


def _decide_publication(action: Action, policy: Policy) -> Decision:
    """Whoever tells people of a run may do nothing but tell."""
    where = policy.where("github")
    if action.risk is Risk.NOTIFY:
        return Decision(action.id, Verdict.ALLOW, "tells people of this run", where)
    return Decision(action.id, Verdict.DENY, "no rule asks for it", where)


def judge(target: Target, rule: Rule, grounds: Grounds) -> lease.Lease:
    """The lease of ``target`` under ``rule``: the same pure reading that the planner used."""
    ended = lease.ended_environment(grounds.event, rule, grounds.policy)
    return lease.judge(target, grounds.policy, grounds.now, ended)


def _cap(ruling: Ruling, plans: Sequence[Plan], policy: Policy) -> Ruling:
    doomed = sum(ruled.allowed and ruled.action.risk is Risk.DESTROY for ruled in ruling.ruled)
    doomed += sum(plan.left_out for plan in plans)
    seen = max((plan.seen for plan in plans), default=0)
    excess = next(_excesses(doomed, seen, policy.janitor), None)
    if excess is None:
        return ruling
    key, limit = excess
    where = policy.where(f"janitor.{key}")
    reason = f"{doomed} deletions planned, {key} is {limit}: the whole plan is denied"
    return Ruling(
        tuple(_deny_deletion(ruled, reason, where) for ruled in ruling.ruled),
        (*ruling.findings, _over_cap(key, reason, where)),
    )


def _excesses(doomed: int, seen: int, janitor: Janitor) -> Iterator[tuple[str, str]]:
    """The policy's key and what it says, for each cap that ``doomed`` of ``seen`` exceeds."""
    if doomed > janitor.max_deletions:
        yield "max_deletions", str(janitor.max_deletions)
    if seen and doomed > janitor.max_share * seen:
        yield "max_share", f"{janitor.max_share:g} of the {seen} resources seen"


def _deny_deletion(ruled: Ruled, reason: str, where: str) -> Ruled:
    if not ruled.allowed or ruled.action.risk is not Risk.DESTROY:
        return ruled
    return replace(ruled, decision=Decision(ruled.action.id, Verdict.DENY, reason, where))


def _over_cap(key: str, reason: str, where: str) -> Finding:
    path, _, line = where.partition(" ")[0].rpartition(":")
    return Finding(
        id=f"gate/{key.replace('_', '-')}",
        rule=f"gate/{key.replace('_', '-')}",
        kind="policy",
        name=f"janitor.{key}",
        message=f"{reason}; raise the limit or delete in smaller steps",
        path=path,
        line=int(line),
        severity=Severity.ERROR,
    )


class Rehearsal:
    """The executor of a run that may change nothing: it has nothing to write with."""

    kind: ClassVar[str] = "rehearsal"

    def apply(self, action: Action) -> Receipt:
        return Receipt(Status.SIMULATED, f"would {action.kind.replace('_', ' ')}")


@dataclass(frozen=True, slots=True)
class Gate:
    """``apply`` and ``verify``, over the executors, the second look and the trail that the wiring chose."""

    policy: Policy
    executors: Mapping[str, Executor]
    reread: Reread
    trail: AuditSink
    clock: Clock
    settle: Sequence[float] = passes.SETTLE
    sleep: Callable[[float], None] = time.sleep

    def apply(self, ruling: Ruling, event: Event) -> tuple[Outcome, ...]:
        """Carry out what was allowed; one outcome for each action that was proposed, in the ruling's order.

        Raises ``AuditError`` as soon as the trail can't be written: nothing further is begun then.
        """
        passage = _Passage(self, event, {ruled.action.id: ruled for ruled in ruling.ruled})
        allowed = [ruled.action for ruled in ruling.ruled if ruled.allowed]
        ended = {ruled.action.id: _denied(ruled.decision) for ruled in ruling.ruled if not ruled.allowed}
        for outcome in passes.work_through(allowed, passage.attempt, self._pace()):
            passage.close(outcome)
            ended[outcome.action_id] = outcome
        return tuple(ended[action.id] for action in ruling.actions)

    def verify(self, actions: Sequence[Action], outcomes: Sequence[Outcome]) -> tuple[Outcome, ...]:
        """Re-read what was deleted: gone is ``VERIFIED``; still there stays ``APPLIED`` with an error that says so."""
        verified = list(outcomes)
        deleted = [
            index
            for index, (action, outcome) in enumerate(zip(actions, outcomes, strict=True))
            if outcome.status is Status.APPLIED and action.risk is Risk.DESTROY
        ]
        calls = [functools.partial(self._verify_one, actions[index].target, outcomes[index]) for index in deleted]
        pace = self._pace()
        for end in lanes.run(calls, width=pace.width, timeout=pace.timeout, deadline=pace.deadline):
            index = deleted[end.index]
            why = end.error or "the second look took too long"
            verified[index] = end.value or replace(outcomes[index], error=f"could not be verified: {why}")
        return tuple(verified)

    def _verify_one(self, target: Target, outcome: Outcome, _ticket: lanes.Ticket) -> Outcome:
        for pause in (0.0, *self.settle):
            self.sleep(pause)
            if self.reread(target) is None:
                return replace(outcome, status=Status.VERIFIED)
        return replace(outcome, error="still there when looked at again")

    def _pace(self) -> passes.Pace:
        limits = self.policy.limits
        deadline = time.monotonic() + limits.deadline.total_seconds()
        return passes.Pace(limits.parallel, limits.action_timeout.total_seconds(), deadline, self.settle, self.sleep)


def _text(error: Exception) -> str:
    return str(error) if isinstance(error, DriftGuardError) else repr(error)


def _denied(decision: Decision) -> Outcome:
    return Outcome(decision.action_id, Status.DENIED, attempts=0, note=decision.reason)


@dataclass(frozen=True, slots=True)
class _Passage:
    """One way through the gate: each attempt looks again, writes the intent, acts, and closes with its outcome."""

    gate: Gate
    event: Event
    ruled: Mapping[str, Ruled]
    closed: set[str] = field(default_factory=set)

    def attempt(self, action: Action, number: int, ticket: lanes.Ticket) -> Outcome | passes.Held:
        """Raises ``AuditError`` alone; whatever else goes wrong becomes an outcome."""
        try:
            ended = self._second_look(action, number)
        except Exception as error:  # noqa: BLE001 - not known means not touched, whatever the reason
            ended = Outcome(action.id, Status.FAILED, number, error=f"could not be looked at again: {_text(error)}")
        if ended is None and ticket.revoked:
            ended = Outcome(action.id, Status.FAILED, number, error="interrupted before it began")
        result = ended or self._write_ahead(action, number)
        if isinstance(result, Outcome):
            self.close(result)
        return result

    def close(self, outcome: Outcome) -> None:
        """Put the outcome on the trail, once; whoever comes first, the attempt or the one who gave it up."""
        if outcome.action_id in self.closed:
            return
        self.closed.add(outcome.action_id)
        why = outcome.error or outcome.note or self.ruled[outcome.action_id].decision.reason
        self.gate.trail.record("OUTCOME", why, asdict(outcome))

    def _write_ahead(self, action: Action, number: int) -> Outcome | passes.Held:
        intent = {"action_id": action.id, "kind": action.kind, "attempt": number, "target": asdict(action.target)}
        self.gate.trail.record("INTENT", self.ruled[action.id].decision.reason, intent)
        try:
            receipt = self.gate.executors[action.kind].apply(action)
        except NotFound:
            return Outcome(action.id, Status.APPLIED, number, note="already gone")
        except StillInUse as error:
            return passes.Held(action.id, str(error))
        except Withheld as error:
            return Outcome(action.id, Status.DENIED, number, note=str(error))
        except Exception as error:  # noqa: BLE001 - whatever went wrong, the trail must hold how it ended
            return Outcome(action.id, Status.FAILED, number, error=_text(error))
        return Outcome(action.id, receipt.status, number, note=receipt.note)

    def _second_look(self, action: Action, number: int) -> Outcome | None:
        """Why ``action`` must not happen after all; ``None`` if it may. Decides again on what is there *now*."""
        if action.precondition is not Precondition.STILL_EXISTS:
            return None
        fresh = self.gate.reread(action.target)
        if fresh is None:
            return Outcome(action.id, Status.VERIFIED, number, note="already gone")
        if fresh.fingerprint != action.target.fingerprint:
            return Outcome(action.id, Status.STALE, number, note="its tags changed since it was planned")
        grounds = Grounds(self.gate.policy, self.event, self.gate.clock())
        decision = _decide_one(replace(action, target=fresh), self.ruled[action.id].rule, (), grounds)
        if decision.verdict is Verdict.DENY:
            return Outcome(action.id, Status.STALE, number, note=f"changed since it was planned: {decision.reason}")
        return None
