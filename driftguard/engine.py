"""UniFlow: one event and one policy go through one table of states and come out as a report.

Knows ports and the gate; never a module, a client or a renderer by name. Every state it enters is a record in the
trail that says why.
"""

from __future__ import annotations

import hashlib
import logging
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from driftguard.errors import AuditError, DriftGuardError, IllegalTransition
from driftguard.forge import Overrides
from driftguard.gate import Gate, Grounds, Ruling, decide, only_reviewed
from driftguard.model import (
    Event,
    Finding,
    Gap,
    Mode,
    Outcome,
    Plan,
    Report,
    Status,
    Verdict,
)
from driftguard.plain import plain
from driftguard.plan_file import Reviewed
from driftguard.policy import Policy, Rule
from driftguard.ports import AuditSink, Clock, Planner, Proposal, Publisher, Settling
from driftguard.verdict import conclude, together, unique, waived

log = logging.getLogger(__name__)

SETTLING = 4
"""How often what was written is held against what others wrote meanwhile."""


class State(StrEnum):
    RECEIVED = "RECEIVED"
    MATCHED = "MATCHED"
    PLANNED = "PLANNED"
    DECIDED = "DECIDED"
    APPLIED = "APPLIED"
    SIMULATED = "SIMULATED"
    VERIFIED = "VERIFIED"
    REPORTED = "REPORTED"
    CLOSED = "CLOSED"
    FAILED = "FAILED"


TRANSITIONS: Mapping[State | None, frozenset[State]] = {
    None: frozenset({State.RECEIVED}),
    State.RECEIVED: frozenset({State.MATCHED, State.REPORTED, State.FAILED}),  # REPORTED: no rule matches
    State.MATCHED: frozenset({State.PLANNED, State.FAILED}),
    State.PLANNED: frozenset({State.DECIDED, State.FAILED}),
    State.DECIDED: frozenset({State.APPLIED, State.SIMULATED, State.FAILED}),
    State.APPLIED: frozenset({State.VERIFIED, State.FAILED}),
    State.SIMULATED: frozenset({State.VERIFIED, State.FAILED}),
    State.VERIFIED: frozenset({State.REPORTED, State.FAILED}),
    State.REPORTED: frozenset({State.CLOSED, State.FAILED}),
    State.CLOSED: frozenset(),
    State.FAILED: frozenset(),
}


def _none(_event: Event) -> Overrides:
    return Overrides()


@dataclass(slots=True)
class Flow:
    """Where a run stands. ``enter`` moves it along the table and puts the move on the trail."""

    trail: AuditSink
    state: State | None = None

    def enter(self, state: State, why: str, body: Mapping[str, Any]) -> None:
        """Raises ``IllegalTransition`` off the table, ``AuditError`` if the record can't be written."""
        if state not in TRANSITIONS[self.state]:
            raise IllegalTransition(f"{self.state} -> {state} is not in the table of transitions")
        self.trail.record(state.value, why, body)
        self.state = state
        log.info("%s: %s", state.value.lower(), why)


@dataclass(frozen=True, slots=True)
class UniFlow:
    """The engine, as the wiring puts it together. ``findings`` and ``notes`` are what it saw before any planner."""

    policy: Policy
    planners: Mapping[str, Planner]
    gate: Gate
    trail: AuditSink
    clock: Clock
    run_id: str
    mode: Mode
    notes: tuple[str, ...] = field(default=())
    publishers: Sequence[Publisher] = ()
    overrides: Callable[[Event], Overrides] = _none
    reviewed: Reviewed | None = None
    findings: tuple[Finding, ...] = field(default=())

    def run(self, event: Event) -> Report:
        """Take ``event`` the whole way, and then the one that it asks for, if any; one report tells of both."""
        report, then = self._one(event)
        if then is not None:
            report = together(report, self._one(then)[0])
        return replace(report, notes=(*self.notes, *report.notes))

    def _one(self, event: Event) -> tuple[Report, Event | None]:
        """Whatever breaks off in between leaves a FAILED record and goes on up."""
        flow = Flow(self.trail)
        try:
            return self._through(flow, event)
        except BaseException as error:
            if flow.state not in (None, State.CLOSED):
                _leave_word(flow, error)
            raise

    def _through(self, flow: Flow, event: Event) -> tuple[Report, Event | None]:
        flow.enter(State.RECEIVED, f"{event.kind} by {event.actor or 'nobody named'}", self._received(event))
        rules = [rule for rule in self.policy.rules if rule.matches(event.kind)]
        if not rules:
            return self._no_rule(flow, event), None
        names = [rule.name for rule in rules]
        flow.enter(State.MATCHED, f"{event.kind} matches {', '.join(names)}", {"rules": names})
        proposals = [Proposal(rule, self._plan(event, rule)) for rule in rules]
        flow.enter(State.PLANNED, _planned(proposals), _planned_body(proposals))
        ruling = decide(proposals, self.gate.grounds(event))
        if self.reviewed is not None:
            ruling = only_reviewed(ruling, self.reviewed)
        flow.enter(State.DECIDED, _decided(ruling), _decided_body(ruling))
        outcomes = self._carry_out(flow, ruling, event)
        report = self._report(event, proposals, ruling, outcomes)
        return self._close(flow, report, self.publishers), next((p.plan.then for p in proposals if p.plan.then), None)

    def _received(self, event: Event) -> Mapping[str, Any]:
        """The policies that this one extends are named where there are any: its digest alone can't be read back."""
        body = {"id": event.id, "kind": event.kind, "repo": event.repo, "ref": event.ref, "sha": event.sha}
        return body | ({"policy_extends": list(self.policy.parents)} if self.policy.parents else {})

    def _no_rule(self, flow: Flow, event: Event) -> Report:
        note = f"no rule matches {event.kind}"
        said = conclude(self.findings, (), ())
        report = Report(self.run_id, event, self.mode, said, self.findings, notes=(note,))
        return self._close(flow, report, ())

    def _plan(self, event: Event, rule: Rule) -> Plan:
        """A planner that breaks is a gap over everything: nothing may be deleted on half a view."""
        log.info("planning rule '%s' (%s)", rule.name, rule.run)
        try:
            return self.planners[rule.run].plan(event, rule)
        except DriftGuardError as error:
            return Plan(gaps=(Gap("*", f"rule '{rule.name}'", str(error)),))
        except Exception as error:
            log.debug("rule '%s' failed", rule.name, exc_info=True)
            said = f"internal error in {rule.run}: {error!r} (--log-level debug shows where)"
            return Plan(gaps=(Gap("*", f"rule '{rule.name}'", said),))

    def _carry_out(self, flow: Flow, ruling: Ruling, event: Event) -> tuple[Outcome, ...]:
        applied = self.gate.apply(ruling, event)
        done = State.APPLIED if self.mode is Mode.LIVE else State.SIMULATED
        flow.enter(done, _counted(applied), {"outcomes": dict(Counter(outcome.status.value for outcome in applied))})
        outcomes = self.gate.verify(ruling.actions, applied)
        unverified = [plain(outcome) for outcome in outcomes if outcome.status is Status.APPLIED and outcome.error]
        flow.enter(State.VERIFIED, _counted(outcomes), {"unverified": unverified})
        return outcomes

    def _report(
        self, event: Event, proposals: Sequence[Proposal], ruling: Ruling, outcomes: tuple[Outcome, ...]
    ) -> Report:
        plans = [proposal.plan for proposal in proposals]
        planned = unique(finding for plan in plans for finding in plan.findings)
        findings, trouble = self._waived(event, (*self.findings, *planned, *ruling.findings))
        gaps = tuple(dict.fromkeys(gap for plan in plans for gap in plan.gaps))
        return Report(
            run_id=self.run_id,
            event=event,
            mode=self.mode,
            conclusion=conclude(findings, gaps, outcomes),
            findings=findings,
            actions=ruling.actions,
            decisions=ruling.decisions,
            outcomes=outcomes,
            gaps=gaps,
            notes=(*(note for plan in plans for note in plan.notes), *ruling.notes, *trouble),
            tables=tuple(table for plan in plans for table in plan.tables),
        )

    def _waived(self, event: Event, findings: tuple[Finding, ...]) -> tuple[tuple[Finding, ...], tuple[str, ...]]:
        """The same findings, those set aside by a maintainer marked so. Asked only where something would block."""
        if not any(finding.blocks for finding in findings):
            return findings, ()
        overrides = self.overrides(event)
        return tuple(waived(finding, overrides) for finding in findings), overrides.trouble

    def _close(self, flow: Flow, report: Report, publishers: Sequence[Publisher]) -> Report:
        body = {
            "findings": [plain(_for_the_trail(finding)) for finding in report.findings],
            "gaps": [plain(gap) for gap in report.gaps],
            "notes": report.notes,
        }
        flow.enter(State.REPORTED, report.conclusion.value, {"conclusion": report.conclusion.value, **body})
        told = self._publish(report, publishers)
        flow.enter(State.CLOSED, "done", {"conclusion": told.conclusion.value})
        return told

    def _publish(self, report: Report, publishers: Sequence[Publisher]) -> Report:
        """Tell people, through the same gate. What could not be told makes the run incomplete, never cleaner."""
        said = self._say(report, {publisher.kind: publisher.publish for publisher in publishers})
        settling = {publisher.kind: publisher.settled for publisher in publishers if isinstance(publisher, Settling)}
        for _ in range(SETTLING):
            again = self._say(said, settling) if settling else said
            if len(again.actions) == len(said.actions):
                return again
            said = again
        return said

    def _say(self, report: Report, ways: Mapping[str, Callable[[Report], Plan]]) -> Report:
        proposals = [Proposal(None, self._told(kind, way, report)) for kind, way in ways.items()]
        ruling = decide(proposals, Grounds(self.policy, report.event, self.clock()))
        outcomes = self.gate.apply(ruling, report.event)
        gaps = tuple(gap for proposal in proposals for gap in proposal.plan.gaps)
        said = replace(
            report,
            actions=(*report.actions, *ruling.actions),
            decisions=(*report.decisions, *ruling.decisions),
            outcomes=(*report.outcomes, *outcomes),
            gaps=tuple(dict.fromkeys((*report.gaps, *gaps))),
            notes=tuple(dict.fromkeys((*report.notes, *(n for proposal in proposals for n in proposal.plan.notes)))),
        )
        return replace(said, conclusion=conclude(said.findings, said.gaps, said.outcomes))

    def _told(self, kind: str, way: Callable[[Report], Plan], report: Report) -> Plan:
        try:
            return way(report)
        except AuditError:
            raise
        except Exception as error:  # noqa: BLE001 - one way to tell people that breaks must not silence the others
            said = str(error) if isinstance(error, DriftGuardError) else f"internal error: {error!r}"
            return Plan(gaps=(Gap(f"github/{report.event.repo}", f"telling people ({kind})", said),))


def _leave_word(flow: Flow, error: BaseException) -> None:
    """Put the failure on the trail if the trail still takes it; the error itself goes on up either way."""
    try:
        flow.enter(State.FAILED, f"{type(error).__name__}: {error}", {"after": flow.state})
    except DriftGuardError as second:
        log.error("the failure itself could not be recorded: %s", second)  # noqa: TRY400 - one line, no traceback


def _for_the_trail(finding: Finding) -> Finding:
    """A model's words may repeat the change it was shown; the trail keeps their hashes."""
    if finding.source != "llm":
        return finding
    return replace(finding, message=_hashed(finding.message), evidence=_hashed(finding.evidence))


def _hashed(text: str) -> str:
    return f"sha256:{hashlib.sha256(text.encode(errors='replace')).hexdigest()}"


def _planned(proposals: Sequence[Proposal]) -> str:
    plans = [proposal.plan for proposal in proposals]
    findings, actions, gaps = (sum(map(len, parts)) for parts in zip(*map(_parts, plans), strict=True))
    return f"{findings} findings, {actions} actions, {gaps} gaps"


def _parts(plan: Plan) -> tuple[Sequence[Any], ...]:
    return plan.findings, plan.actions, plan.gaps


def _planned_body(proposals: Sequence[Proposal]) -> Mapping[str, Any]:
    return {
        proposal.rule.name if proposal.rule else "": {
            "findings": len(proposal.plan.findings),
            "actions": len(proposal.plan.actions),
            "gaps": [plain(gap) for gap in proposal.plan.gaps],
            "consulted": [plain(consultation) for consultation in proposal.plan.consulted],
        }
        for proposal in proposals
    }


def _decided(ruling: Ruling) -> str:
    counts = Counter(decision.verdict for decision in ruling.decisions)
    return f"{counts[Verdict.ALLOW]} allowed, {counts[Verdict.DENY]} denied"


def _decided_body(ruling: Ruling) -> Mapping[str, Any]:
    """Each allowed action by itself, what stays counted by reason: a trail must stay readable at 100,000 resources."""
    kept = Counter(ruled.decision.policy_line for ruled in ruling.ruled if not ruled.allowed)
    return {
        "allowed": [plain(ruled.decision) for ruled in ruling.ruled if ruled.allowed],
        "denied": [plain(ruled.decision) for ruled in ruling.ruled if not ruled.allowed][:1000],
        "denied_by_policy_line": dict(kept),
    }


def _counted(outcomes: Sequence[Outcome]) -> str:
    counts = Counter(outcome.status.value for outcome in outcomes)
    return ", ".join(f"{count} {status}" for status, count in sorted(counts.items())) or "nothing to do"
