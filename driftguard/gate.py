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
from driftguard.errors import DriftGuardError, NotFound, PartlyDone, StillInUse, Withheld
from driftguard.janitor import environments, lease
from driftguard.model import (
    ENVIRONMENT,
    Action,
    Decision,
    Event,
    Finding,
    Gap,
    History,
    Outcome,
    Plan,
    Precondition,
    Risk,
    Severity,
    Status,
    Target,
    Verdict,
)
from driftguard.plan_file import Proposed, Reviewed
from driftguard.policy import Janitor, Policy, Rule
from driftguard.ports import AuditSink, Clock, Executor, Proposal, Receipt, Reread


@dataclass(frozen=True, slots=True)
class Grounds:
    """What a decision stands on besides the action itself."""

    policy: Policy
    event: Event
    now: datetime
    history: History = field(default_factory=History)


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
    """Every proposed action once, in order; ``findings`` and ``notes`` concern the plan as a whole."""

    ruled: tuple[Ruled, ...]
    findings: tuple[Finding, ...] = ()
    notes: tuple[str, ...] = ()
    kept: Mapping[str, datetime | None] = field(default_factory=dict)

    @property
    def actions(self) -> tuple[Action, ...]:
        return tuple(ruled.action for ruled in self.ruled)

    @property
    def decisions(self) -> tuple[Decision, ...]:
        return tuple(ruled.decision for ruled in self.ruled)


def decide(proposals: Sequence[Proposal], grounds: Grounds) -> Ruling:
    """Judge every action of every proposal. Pure: the same input gives the same ruling, in both modes.

    An action that two rules propose is allowed if either allows it. What is part of a denied action is denied. A plan
    with more deletions than ``janitor.max_deletions`` or ``max_share`` allows loses all of them.
    """
    gaps = [gap for proposal in proposals for gap in proposal.plan.gaps]
    kept = {name: until for proposal in proposals for name, until in proposal.plan.kept.items()}
    grounds = replace(grounds, history=replace(grounds.history, kept={**grounds.history.kept, **kept}))
    ruled: dict[str, Ruled] = {}
    for proposal in proposals:
        for action in proposal.plan.actions:
            known = ruled.get(action.id)
            if known is None or not known.allowed:
                decision = _decide_one(action, proposal.rule, gaps, grounds)
                ruled[action.id] = Ruled(action, proposal.rule, decision)
    plans = [proposal.plan for proposal in proposals]
    return _cap(hold_together(Ruling(tuple(ruled.values()), kept=kept)), plans, grounds.policy)


def _decide_one(action: Action, rule: Rule | None, gaps: Iterable[Gap], grounds: Grounds) -> Decision:
    policy = grounds.policy
    if rule is None:
        return _decide_publication(action, policy)
    rule_line = policy.where(f"rules[{policy.rules.index(rule)}]")
    if action.risk is not Risk.DESTROY:
        return Decision(action.id, Verdict.ALLOW, f"rule '{rule.name}' asks for it", rule_line)
    judged = judge(action, rule, grounds)
    if not judged.deletable:
        return Decision(action.id, Verdict.DENY, judged.reason, policy.where(judged.policy_path))
    gap = next((gap for gap in gaps if _hides(gap, action)), None)
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


def judge(action: Action, rule: Rule, grounds: Grounds) -> lease.Lease:
    """The lease of what ``action`` destroys, under ``rule``: the same pure reading that the planner used."""
    ended = environments.ended_environment(grounds.event, rule, grounds.policy)
    terms = lease.Terms(grounds.policy, grounds.now, ended, grounds.history)
    if action.target.type == ENVIRONMENT:
        return lease.judge_environment(action.target.name, action.takes, terms)
    return lease.judge(action.target, terms)


def _hides(gap: Gap, action: Action) -> bool:
    """An environment may have resources wherever something wasn't listed: protected ones, for all we know."""
    covered = any(gap.covers(target.path) for target in (action.target, *action.takes))
    return covered or (action.target.type == ENVIRONMENT and gap.hides_resources)


def hold_together(ruling: Ruling) -> Ruling:
    """The same ruling, but what is part of a denied action, or of one that isn't there, is denied."""
    known = {ruled.action.id: ruled for ruled in ruling.ruled}

    def held(ruled: Ruled) -> Ruled:
        whole = next((whole for whole in ruled.action.part_of if whole not in known or not known[whole].allowed), None)
        if not ruled.allowed or whole is None:
            return ruled
        why = known[whole].decision if whole in known else None
        reason = f"stays with its environment: {why.reason if why else 'nothing ends it'}"
        line = why.policy_line if why else ruled.decision.policy_line
        return replace(ruled, decision=Decision(ruled.action.id, Verdict.DENY, reason, line))

    return replace(ruling, ruled=tuple(held(ruled) for ruled in ruling.ruled))


def only_reviewed(ruling: Ruling, reviewed: Reviewed) -> Ruling:
    """The same ruling, but only what ``reviewed`` holds too, with the same target, stays allowed. Pure.

    The notes say what differs: each action that is new, changed, or no longer allowed.
    """
    proposed = reviewed.by_id
    kept = tuple(_reviewed(ruled, proposed) for ruled in ruling.ruled)
    whole = hold_together(replace(ruling, ruled=kept))
    return replace(whole, notes=(*ruling.notes, *_differences(ruling, whole, reviewed)))


def _reviewed(ruled: Ruled, proposed: Mapping[str, Proposed]) -> Ruled:
    known = proposed.get(ruled.action.id)
    target = ruled.action.target
    if not ruled.allowed or (known and (known.scope, known.fingerprint) == (target.scope, target.fingerprint)):
        return ruled
    reason = "changed since the plan was reviewed" if known else "not in the reviewed plan"
    return replace(ruled, decision=Decision(ruled.action.id, Verdict.DENY, reason, ruled.decision.policy_line))


def _differences(fresh: Ruling, kept: Ruling, reviewed: Reviewed) -> Iterator[str]:
    both = sum(ruled.allowed for ruled in kept.ruled)
    yield f"the reviewed plan has {len(reviewed.actions)} actions, {both} of them are still right and are done"
    now = {ruled.action.id: ruled for ruled in kept.ruled}
    for planned in reviewed.actions:
        ruled = now.get(planned.id)
        if ruled is None:
            yield f"- {planned.name}: was in the reviewed plan, is gone"
        elif not ruled.allowed:
            yield f"- {planned.name}: was in the reviewed plan, now stays: {ruled.decision.reason}"
    proposed = reviewed.by_id
    for ruled in fresh.ruled:
        if ruled.allowed and ruled.action.id not in proposed:
            yield f"+ {ruled.action.target.name}: came after the review, stays"


def _cap(ruling: Ruling, plans: Sequence[Plan], policy: Policy) -> Ruling:
    doomed = sum(
        ruled.allowed and ruled.action.risk is Risk.DESTROY and not ruled.action.takes for ruled in ruling.ruled
    )
    doomed += sum(plan.left_out for plan in plans)
    seen = max((plan.seen for plan in plans), default=0)
    excess = next(_excesses(doomed, seen, policy.janitor), None)
    if excess is None:
        return ruling
    key, limit = excess
    where = policy.where(f"janitor.{key}")
    reason = f"{doomed} deletions planned, {key} is {limit}: the whole plan is denied"
    return replace(
        ruling,
        ruled=tuple(_deny_deletion(ruled, reason, where) for ruled in ruling.ruled),
        findings=(*ruling.findings, _over_cap(key, reason, where)),
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
    history: History = field(default_factory=History)
    settle: Sequence[float] = passes.SETTLE
    sleep: Callable[[float], None] = time.sleep

    def grounds(self, event: Event, kept: Mapping[str, datetime | None] | None = None) -> Grounds:
        """What a decision at this very moment stands on."""
        return Grounds(self.policy, event, self.clock(), replace(self.history, kept=kept or {}))

    def apply(self, ruling: Ruling, event: Event) -> tuple[Outcome, ...]:
        """Carry out what was allowed; one outcome for each action that was proposed, in the ruling's order.

        Raises ``AuditError`` as soon as the trail can't be written: nothing further is begun then.
        """
        passage = _Passage(self, event, {ruled.action.id: ruled for ruled in ruling.ruled}, ruling.kept)
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
            if outcome.status is Status.APPLIED and action.risk is Risk.DESTROY and action.touched
        ]
        calls = [functools.partial(self._verify_one, actions[index].touched, outcomes[index]) for index in deleted]
        pace = self._pace()
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
    kept: Mapping[str, datetime | None]
    closed: set[str] = field(default_factory=set)
    carried: set[str] = field(default_factory=set)
    """What went through far enough for its parts to follow."""

    def attempt(self, action: Action, number: int, ticket: lanes.Ticket) -> Outcome | passes.Held:
        """Raises ``AuditError`` alone; whatever else goes wrong becomes an outcome."""
        try:
            ended = self._held_back(action) or self._second_look(action, number)
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
        intent["asked"] = action.why
        self.gate.trail.record("INTENT", self.ruled[action.id].decision.reason, intent)
        try:
            receipt = self.gate.executors[action.kind].apply(action)
        except NotFound:
            receipt = Receipt(Status.APPLIED, "already gone")
        except StillInUse as error:
            return passes.Held(action.id, str(error))
        except Withheld as error:
            return Outcome(action.id, Status.DENIED, number, note=str(error))
        except PartlyDone as error:
            self.carried.add(action.id)
            return Outcome(action.id, Status.FAILED, number, error=str(error))
        except Exception as error:  # noqa: BLE001 - whatever went wrong, the trail must hold how it ended
            return Outcome(action.id, Status.FAILED, number, error=_text(error))
        self.carried.add(action.id)
        return Outcome(action.id, receipt.status, number, note=receipt.note)

    def _held_back(self, action: Action) -> Outcome | None:
        """An environment stays whole where the action that ends it was withheld, failed or never ended."""
        if self.carried.issuperset(action.part_of):
            return None
        return Outcome(action.id, Status.DENIED, 0, note="stays with its environment, which wasn't ended")

    def _second_look(self, action: Action, number: int) -> Outcome | None:
        """Why ``action`` must not happen after all; ``None`` if it may. Decides again on what is there *now*."""
        if action.precondition is not Precondition.STILL_EXISTS:
            return None
        fresh = self._again(action)
        if isinstance(fresh, Outcome):
            if fresh.status is Status.VERIFIED:
                self.carried.add(action.id)
            return replace(fresh, attempts=number)
        decision = _decide_one(fresh, self.ruled[action.id].rule, (), self.gate.grounds(self.event, self.kept))
        if decision.verdict is Verdict.DENY:
            return Outcome(action.id, Status.STALE, number, note=f"changed since it was planned: {decision.reason}")
        return None

    def _again(self, action: Action) -> Action | Outcome:
        """``action`` over what is there now, or how it ends since that is gone or changed."""
        fresh = []
        for target in action.touched:
            found = self.gate.reread(target)
            if found is None:
                continue
            if found.fingerprint != target.fingerprint:
                which = "its tags" if target is action.target else f"the tags of {target.name} in it"
                return Outcome(action.id, Status.STALE, note=f"{which} changed since it was planned")
            fresh.append(found)
        if action.touched and not fresh:
            return Outcome(action.id, Status.VERIFIED, note="already gone")
        if action.target.type == ENVIRONMENT:
            return replace(action, takes=tuple(fresh))
        return replace(action, target=fresh[0])
