"""UniFlow: the table of states, and what a run as a whole says."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fakes.trail import MemoryTrail

from driftguard.engine import TRANSITIONS, Flow, State, UniFlow
from driftguard.errors import AuditError, IllegalTransition, PermanentError
from driftguard.forge import Override, Overrides, Scope
from driftguard.gate import Gate, Rehearsal
from driftguard.model import (
    Action,
    Conclusion,
    Event,
    Finding,
    Gap,
    Mode,
    Outcome,
    Plan,
    Report,
    Risk,
    Severity,
    Status,
    Target,
    Waiver,
)
from driftguard.policy import Policy, Rule
from driftguard.verdict import conclude

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
POLICY = Policy.model_validate(
    {
        "version": 1,
        "rules": [
            {"name": "docs", "on": ["pull_request.opened"], "run": "ai_sync"},
            {"name": "contracts", "on": ["pull_request"], "run": "cross_repo", "mode": "warn"},
        ],
    }
)
FINDING = Finding("f1", "ai_sync/undocumented", "env_var", "CACHE_TTL", "no doc names it", "app.py", 3)
DISPATCH = Action(
    "d1",
    "repository_dispatch",
    Target("github", "github/acme/web", "repository", "acme/web", "web"),
    Risk.WRITE,
    "asked",
)


def event(kind: str) -> Event:
    return Event("1", kind, "acme/shop", "topic", "a" * 40, "alice", NOW, {})


@dataclass
class Canned:
    """A planner that answers what the test says, or breaks as it says."""

    answer: Plan | Exception = field(default_factory=Plan)
    kind: str = "canned"

    def plan(self, event: Event, rule: Rule) -> Plan:
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def run(kind: str, trail: MemoryTrail, **answers: Plan | Exception) -> Report:
    planners: dict[str, Any] = {name: Canned(answers.get(name, Plan())) for name in ("ai_sync", "cross_repo")}
    executors: dict[str, Any] = {"repository_dispatch": Rehearsal()}
    gate = Gate(POLICY, executors, lambda target: target, trail, lambda: NOW)
    return UniFlow(POLICY, planners, gate, trail, lambda: NOW, "run-1", Mode.REHEARSAL).run(event(kind))


def test_a_run_enters_the_states_in_order_and_puts_each_on_the_trail() -> None:
    trail = MemoryTrail()
    run("pull_request.opened", trail)
    assert trail.states == ["RECEIVED", "MATCHED", "PLANNED", "DECIDED", "SIMULATED", "VERIFIED", "REPORTED", "CLOSED"]


def test_an_event_that_no_rule_matches_is_clean_and_says_so() -> None:
    trail = MemoryTrail()
    report = run("push", trail)
    assert trail.states == ["RECEIVED", "REPORTED", "CLOSED"]
    assert (report.conclusion, report.notes) == (Conclusion.CLEAN, ("no rule matches push",))


def test_a_bare_event_name_takes_all_its_actions_and_an_exact_one_only_its_own() -> None:
    trail = MemoryTrail()
    run("pull_request.closed", trail)
    assert trail.records[1][2] == {"rules": ["contracts"]}


def test_every_state_but_the_last_two_leads_on_and_all_of_them_can_fail() -> None:
    ends = {State.CLOSED, State.FAILED}
    assert {state for state, following in TRANSITIONS.items() if not following} == ends
    assert all(State.FAILED in following for state, following in TRANSITIONS.items() if state and state not in ends)
    assert set(TRANSITIONS) - {None} == set(State)


@pytest.mark.parametrize("state", [state for state in State if state is not State.RECEIVED])
def test_a_step_off_the_table_raises_and_is_not_recorded(state: State) -> None:
    trail = MemoryTrail()
    with pytest.raises(IllegalTransition):
        Flow(trail).enter(state, "", {})
    assert trail.records == []


@pytest.mark.parametrize("error", [PermanentError("the API said no"), KeyError("tags")])
def test_a_planner_that_breaks_is_a_gap_over_everything_and_the_other_rules_still_answer(error: Exception) -> None:
    report = run("pull_request.opened", MemoryTrail(), cross_repo=error, ai_sync=Plan(findings=(FINDING,)))
    assert [gap.scope for gap in report.gaps] == ["*"]
    assert report.findings == (FINDING,)


def test_findings_of_two_rules_with_one_id_are_one() -> None:
    plan = Plan(findings=(FINDING,))
    assert run("pull_request.opened", MemoryTrail(), cross_repo=plan, ai_sync=plan).findings == (FINDING,)


def test_allowed_actions_are_carried_out_and_reported_in_order() -> None:
    report = run("pull_request.opened", MemoryTrail(), cross_repo=Plan(actions=(DISPATCH,)))
    assert [action.id for action in report.actions] == ["d1"]
    assert [outcome.status for outcome in report.outcomes] == [Status.SIMULATED]


@pytest.mark.parametrize("room", range(8))
def test_a_trail_that_fills_up_ends_the_run_wherever_it_is(room: int) -> None:
    with pytest.raises(AuditError):
        run("pull_request.opened", MemoryTrail(room=room))


def test_an_interrupted_run_leaves_word() -> None:
    class Interrupting(MemoryTrail):
        def record(self, state: str, why: str, body: Any) -> None:
            if state == "DECIDED":
                raise KeyboardInterrupt
            super().record(state, why, body)

    trail = Interrupting()
    with pytest.raises(KeyboardInterrupt):
        run("pull_request.opened", trail)
    assert trail.states[-1] == "FAILED"


@dataclass
class Telling:
    """A publisher that proposes what the test says, or breaks as it says."""

    answer: Plan | Exception
    heard: list[Report] = field(default_factory=list)
    kind: str = "telling"

    def publish(self, report: Report) -> Plan:
        self.heard.append(report)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


NOTICE = replace(DISPATCH, id="n1", kind="pr_comment", risk=Risk.NOTIFY)


class TestTelling:
    """What a finished run says to people goes through the same gate."""

    def tell(self, trail: MemoryTrail, answer: Plan | Exception, kind: str = "pull_request.opened") -> Report:
        self.publisher = Telling(answer)
        planners: dict[str, Any] = {"ai_sync": Canned(Plan(findings=(FINDING,))), "cross_repo": Canned()}
        executors: dict[str, Any] = {"pr_comment": Rehearsal(), "repository_dispatch": Rehearsal()}
        gate = Gate(POLICY, executors, lambda target: target, trail, lambda: NOW)
        publishers: list[Any] = [self.publisher]
        engine = UniFlow(POLICY, planners, gate, trail, lambda: NOW, "run-1", Mode.REHEARSAL, publishers=publishers)
        return engine.run(event(kind))

    def test_a_notice_is_decided_written_ahead_and_carried_out_after_the_report_is_on_the_trail(self) -> None:
        trail = MemoryTrail()
        report = self.tell(trail, Plan(actions=(NOTICE,)))
        assert trail.states[-4:] == ["REPORTED", "INTENT", "OUTCOME", "CLOSED"]
        assert [heard.conclusion for heard in self.publisher.heard] == [Conclusion.BLOCKED]
        assert [outcome.status for outcome in report.outcomes] == [Status.SIMULATED]

    @pytest.mark.parametrize("risk", [Risk.WRITE, Risk.DESTROY])
    def test_whoever_tells_may_do_nothing_but_tell(self, risk: Risk) -> None:
        trail = MemoryTrail()
        report = self.tell(trail, Plan(actions=(replace(NOTICE, risk=risk),)))
        assert [outcome.status for outcome in report.outcomes] == [Status.DENIED]
        assert "INTENT" not in trail.states

    @pytest.mark.parametrize("error", [PermanentError("the API said no"), KeyError("x")])
    def test_one_that_breaks_is_a_gap_and_loses_no_finding(self, error: Exception) -> None:
        report = self.tell(MemoryTrail(), error)
        assert [gap.what for gap in report.gaps] == ["telling people (telling)"]
        assert report.findings == (FINDING,)

    def test_of_an_event_that_no_rule_takes_nobody_is_told(self) -> None:
        self.tell(MemoryTrail(), Plan(actions=(NOTICE,)), "push")
        assert self.publisher.heard == []


class TestOverrides:
    def run(self, held: tuple[Override, ...], trouble: tuple[str, ...] = ()) -> Report:
        trail = MemoryTrail()
        planners: dict[str, Any] = {"ai_sync": Canned(Plan(findings=(FINDING,))), "cross_repo": Canned()}
        gate = Gate(POLICY, {}, lambda target: target, trail, lambda: NOW)
        overrides = Overrides(held, trouble)
        engine = UniFlow(
            POLICY, planners, gate, trail, lambda: NOW, "run-1", Mode.REHEARSAL, overrides=lambda _: overrides
        )
        return engine.run(event("pull_request.opened"))

    def test_one_that_covers_the_finding_lets_it_pass_and_leaves_it_visible(self) -> None:
        until = NOW + timedelta(hours=1)
        report = self.run((Override(Scope.DOCS, "alice", "wiki", NOW, until, 7, "a" * 40, 1),))
        assert report.conclusion is Conclusion.CLEAN
        assert [finding.waiver for finding in report.findings] == [Waiver("alice", "wiki", until)]

    def test_one_for_something_else_does_not(self) -> None:
        until = NOW + timedelta(hours=1)
        report = self.run((Override(Scope.CONTRACTS, "alice", "wiki", NOW, until, 7, "a" * 40, 1),))
        assert report.conclusion is Conclusion.BLOCKED

    def test_what_could_not_be_looked_up_is_told(self) -> None:
        assert "not read" in self.run((), ("not read",)).notes


def test_an_event_that_asks_for_another_is_followed_by_it_and_both_are_told_as_one() -> None:
    trail = MemoryTrail()

    class Asking(Canned):
        def plan(self, event: Event, rule: Rule) -> Plan:
            return Plan(actions=(DISPATCH,), then=replace(event, kind="pull_request.opened", id="2"))

    planners: dict[str, Any] = {"ai_sync": Canned(Plan(findings=(FINDING,))), "cross_repo": Asking()}
    gate = Gate(POLICY, {"repository_dispatch": Rehearsal()}, lambda target: target, trail, lambda: NOW)
    report = UniFlow(POLICY, planners, gate, trail, lambda: NOW, "run-1", Mode.REHEARSAL).run(
        event("pull_request.closed")
    )
    assert trail.states.count("RECEIVED") == trail.states.count("CLOSED") == 2, "and not a third time"
    assert (report.event.kind, report.conclusion, report.findings) == (
        "pull_request.closed",
        Conclusion.BLOCKED,
        (FINDING,),
    )
    assert len(report.actions) == len(report.decisions) == len(report.outcomes) == 2


Case = Callable[[], Conclusion]


@pytest.mark.parametrize(
    ("findings", "gaps", "outcomes", "conclusion"),
    [
        pytest.param([], [], [], Conclusion.CLEAN, id="nothing"),
        pytest.param([Severity.WARNING, Severity.NOTE], [], [], Conclusion.CLEAN, id="only warnings"),
        pytest.param([Severity.ERROR], [], [], Conclusion.BLOCKED, id="an error blocks"),
        pytest.param([], [Gap("aws/1", "list", "no")], [], Conclusion.INCOMPLETE, id="a gap"),
        pytest.param([], [], [Outcome("a", Status.FAILED, error="x")], Conclusion.INCOMPLETE, id="a failed action"),
        pytest.param(
            [], [], [Outcome("a", Status.APPLIED, error="still there")], Conclusion.INCOMPLETE, id="unverified"
        ),
        pytest.param([], [], [Outcome("a", Status.DENIED), Outcome("b", Status.STALE)], Conclusion.CLEAN, id="kept"),
        pytest.param([Severity.ERROR], [Gap("aws/1", "list", "no")], [], Conclusion.BLOCKED, id="blocked comes first"),
    ],
)
def test_the_conclusion(
    findings: list[Severity], gaps: list[Gap], outcomes: list[Outcome], conclusion: Conclusion
) -> None:
    found = [Finding(str(n), "r", "k", "n", "m", severity=severity) for n, severity in enumerate(findings)]
    assert conclude(found, gaps, outcomes) is conclusion
