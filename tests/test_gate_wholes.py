"""Environments go as a whole or stay as a whole, and a reviewed plan is never exceeded: in decision and in passage."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest
from fakes.trail import MemoryTrail

from driftguard.errors import PartlyDone, PermanentError, StillInUse, Withheld
from driftguard.gate import Gate, Grounds, Ruling, decide, hold_together, only_reviewed
from driftguard.gate.passage import Passage
from driftguard.lanes import Ticket
from driftguard.model import (
    ENVIRONMENT,
    Action,
    Event,
    Gap,
    History,
    Outcome,
    Plan,
    Precondition,
    Risk,
    Status,
    Target,
    Verdict,
    fingerprint,
)
from driftguard.plan_file import Occasion, Proposed, Reviewed
from driftguard.policy import Policy
from driftguard.ports import Executor, Proposal, Receipt

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
SCOPE = "aws/123456789012/eu-west-1"
POLICY = Policy.model_validate(
    {
        "version": 1,
        "dry_run": False,
        "rules": [{"name": "nightly", "on": ["schedule"], "run": "janitor"}],
        "limits": {"parallel": 1},
        "janitor": {"max_deletions": 2},
    }
).located("policy.yaml", {"": 1, "rules[0]": 4, "janitor.max_deletions": 6, "janitor.ttl": 7}, "0" * 64)
EVENT = Event("1", "schedule", "acme/shop", "main", "a" * 40, "cron", NOW, {})
GROUNDS = Grounds(POLICY, EVENT, NOW)
OURS = {"driftguard:owner": "platform", "driftguard:expires-at": "2026-11-23T11:00:00Z", "driftguard:env": "pr-7"}
WHOLE = "terraform_destroy:pr-7"


def target(name: str, **tags: str) -> Target:
    told = OURS | {key.replace("_", ":"): value for key, value in tags.items()}
    return Target("aws", SCOPE, "sqs:queue", name, name, told, NOW, fingerprint=fingerprint(told))


def whole(*takes: Target) -> Action:
    place = Target("terraform", "terraform/acme/shop", ENVIRONMENT, "pr-7", "pr-7", fingerprint="f")
    still = Precondition.STILL_EXISTS
    return Action(WHOLE, "terraform_destroy", place, Risk.DESTROY, "built", (), still, takes=takes)


def part(of: Target, *wholes: str) -> Action:
    wholes = wholes or (WHOLE,)
    still = Precondition.STILL_EXISTS
    return Action(of.name, "delete_resource", of, Risk.DESTROY, "expired", wholes, still, part_of=wholes)


def decided(*actions: Action, gaps: tuple[Gap, ...] = (), grounds: Grounds = GROUNDS) -> Ruling:
    return decide([Proposal(POLICY.rules[0], Plan(actions=actions, gaps=gaps))], grounds)


def verdicts(ruling: Ruling) -> list[str]:
    return [decision.verdict.value for decision in ruling.decisions]


A, B = target("dg-a"), target("dg-b")
KEPT = target("dg-kept", Protected="1")
ALONE = replace(part(A), after=(), part_of=())


class TestDecision:
    def test_an_environment_and_its_parts_go_together(self) -> None:
        ruling = decided(whole(A, B), part(A), part(B))
        assert verdicts(ruling) == ["allow"] * 3
        assert ruling.decisions[0].reason == "all of its 2 resources have expired"
        assert ruling.decisions[0].policy_line == "policy.yaml:7"

    def test_one_resource_that_stays_keeps_the_environment_and_every_part(self) -> None:
        ruling = decided(whole(A, KEPT), part(A), part(KEPT))
        assert verdicts(ruling) == ["deny"] * 3
        assert ruling.decisions[1].reason == f"stays with its environment: {ruling.decisions[0].reason}"
        assert ruling.decisions[1].policy_line == ruling.decisions[0].policy_line
        assert ruling.decisions[2].reason == "protected by its tag Protected=1"

    def test_what_only_goes_with_a_resource_of_an_environment_keeps_that_whole_too(self) -> None:
        """Terraform destroys a server with all of its databases, whoever marked one of them."""
        server = replace(A, holds=(replace(B, holds=(KEPT,)),))
        ruling = decided(whole(server), part(A))
        assert verdicts(ruling) == ["deny", "deny"]
        assert "dg-kept in it stays" in ruling.decisions[0].reason

    def test_what_only_goes_with_a_resource_of_an_environment_counts_for_caps_and_gaps(self) -> None:
        server = replace(A, holds=(B, target("dg-c")))
        assert "max_deletions" in decided(whole(server)).decisions[0].reason
        gap = Gap(f"{B.path}/deep", "x", "403")
        deep = replace(A, holds=(replace(B, type=f"{B.type}/deep"),))
        assert verdicts(decided(whole(deep), gaps=(gap,))) == ["deny"]

    def test_a_part_of_nothing_stays(self) -> None:
        [decision] = decided(part(A)).decisions
        assert (decision.verdict, decision.reason) == (
            Verdict.DENY,
            "stays with its environment: nothing ends it",
        )
        assert decision.policy_line == "policy.yaml:7"

    def test_a_part_of_two_wholes_needs_both(self) -> None:
        ruling = decided(whole(A), part(A, WHOLE, "terraform_destroy:other"))
        assert verdicts(ruling) == ["allow", "deny"]

    def test_an_environment_is_not_counted_beside_its_resources_but_alone_it_is(self) -> None:
        assert verdicts(decided(whole(A, B), part(A), part(B))) == ["allow"] * 3
        over = decided(whole(A, B), part(A), part(B), replace(part(target("dg-c")), after=(), part_of=()))
        assert verdicts(over) == ["deny"] * 4
        assert [finding.id for finding in over.findings] == ["gate/max-deletions"]
        assert over.findings[0].message.startswith("3 deletions planned, max_deletions is 2")

    @pytest.mark.parametrize(
        ("scope", "verdict"),
        [
            ("aws/123456789012/us-east-1", "deny"),
            ("aws/123456789012/us-east-1/s3:bucket", "deny"),
            ("aws/123456789012/us-east-1/s3:bucket/one", "allow"),
            (f"{SCOPE}/sqs:queue/dg-b", "allow"),
            ("terraform", "deny"),
            ("*", "deny"),
        ],
    )
    def test_what_was_not_seen_may_hide_a_resource_that_must_stay(self, scope: str, verdict: str) -> None:
        ruling = decided(whole(A), part(A), gaps=(Gap(scope, "list", "AccessDenied"),))
        assert ruling.decisions[0].verdict.value == verdict
        assert verdict == "allow" or scope in ruling.decisions[0].reason

    def test_a_gap_over_one_of_its_resources_keeps_the_environment(self) -> None:
        moved = replace(A, scope="aws/123456789012/global/deep/er")
        ruling = decided(whole(A, moved), gaps=(Gap("aws/123456789012/global/deep/er/sqs:queue", "list", "no"),))
        assert verdicts(ruling) == ["deny"]

    def test_a_planner_s_keeps_count_for_every_rule_and_in_the_passage(self) -> None:
        kept: dict[str, datetime | None] = {"pr-7": NOW + timedelta(hours=1)}
        one = Proposal(POLICY.rules[0], Plan(actions=(replace(part(A), after=(), part_of=()),)))
        ruling = decide([one, Proposal(POLICY.rules[0], Plan(kept=kept))], GROUNDS)
        assert verdicts(ruling) == ["deny"]
        assert ruling.kept == kept

    def test_a_keep_that_was_known_before_is_not_forgotten(self) -> None:
        grounds = replace(GROUNDS, history=History({"x": "y"}, {"pr-7": None}))
        assert verdicts(decided(replace(part(A), after=(), part_of=()), grounds=grounds)) == ["deny"]

    def test_holding_together_changes_nothing_that_is_whole(self) -> None:
        ruling = decided(whole(A), part(A))
        assert hold_together(ruling) == ruling


@dataclass
class Cloud:
    """What is there, who deletes, and what Terraform does."""

    there: dict[str, Target]
    terraform: Callable[[], Receipt]
    trail: MemoryTrail = field(default_factory=MemoryTrail)
    applied: list[str] = field(default_factory=list)
    kind: str = "x"

    def apply(self, action: Action) -> Receipt:
        self.applied.append(action.id)
        if action.kind == "terraform_destroy":
            return self.terraform()
        del self.there[action.target.id]
        return Receipt(Status.APPLIED)

    def destroyed(self) -> Receipt:
        self.there.clear()
        return Receipt(Status.APPLIED, "destroyed")

    def through(self, *actions: Action, ruling: Ruling | None = None, policy: Policy = POLICY) -> dict[str, Outcome]:
        executors: dict[str, Executor] = {"terraform_destroy": self, "delete_resource": self}
        gate = Gate(policy, executors, lambda t: self.there.get(t.id), self.trail, lambda: NOW, sleep=lambda _: None)
        ruling = ruling or decided(*actions)
        outcomes = gate.verify(ruling.actions, gate.apply(ruling, EVENT))
        return {outcome.action_id: outcome for outcome in outcomes}


def cloud(terraform: Callable[[], Receipt], *targets: Target) -> Cloud:
    return Cloud({target.id: target for target in targets}, terraform)


def raising(error: Exception) -> Callable[[], Receipt]:
    def raise_it() -> Receipt:
        raise error

    return raise_it


class TestPassage:
    def test_what_terraform_left_is_deleted_after_it(self) -> None:
        there = cloud(lambda: Receipt(Status.APPLIED, "nothing destroyed"), A, B)
        outcomes = there.through(part(A), whole(A, B), part(B))
        assert there.applied == [WHOLE, "dg-a", "dg-b"]
        assert {outcome.status for outcome in outcomes.values()} == {Status.VERIFIED}

    def test_what_terraform_destroyed_is_verified_without_a_write(self) -> None:
        there = cloud(lambda: Receipt(Status.APPLIED), A)
        there.terraform = there.destroyed
        outcomes = there.through(whole(A), part(A))
        assert there.applied == [WHOLE]
        assert (outcomes["dg-a"].status, outcomes["dg-a"].note) == (Status.VERIFIED, "already gone")
        assert (outcomes[WHOLE].status, outcomes[WHOLE].note) == (Status.VERIFIED, "destroyed")

    @pytest.mark.parametrize(
        ("error", "status"),
        [
            (Withheld("prevent_destroy"), Status.DENIED),
            (PermanentError("no"), Status.FAILED),
            (ValueError(), Status.FAILED),
        ],
    )
    def test_what_keeps_terraform_keeps_every_part(self, error: Exception, status: Status) -> None:
        there = cloud(raising(error), A)
        outcomes = there.through(whole(A), part(A))
        assert (outcomes[WHOLE].status, there.applied) == (status, [WHOLE])
        assert (outcomes["dg-a"].status, outcomes["dg-a"].attempts) == (Status.DENIED, 0)
        assert outcomes["dg-a"].note == "stays with its environment, which wasn't ended"
        assert outcomes["dg-a"].error == ""

    def test_a_part_failure_lets_the_parts_follow_and_stays_an_error(self) -> None:
        there = cloud(raising(PartlyDone("one of two")), A)
        outcomes = there.through(whole(A), part(A))
        assert (outcomes[WHOLE].status, outcomes[WHOLE].error) == (Status.FAILED, "one of two")
        assert outcomes["dg-a"].status is Status.VERIFIED

    def test_one_that_never_ends_keeps_its_parts(self) -> None:
        there = cloud(raising(StillInUse("busy")), A)
        outcomes = there.through(whole(A), part(A))
        assert (outcomes[WHOLE].status, outcomes["dg-a"].status) == (Status.FAILED, Status.DENIED)
        assert set(there.applied) == {WHOLE}

    def test_a_resource_that_changed_keeps_the_environment(self) -> None:
        there = cloud(lambda: Receipt(Status.APPLIED), A, replace(B, fingerprint="other"))
        outcomes = there.through(whole(A, B), part(A))
        assert (outcomes[WHOLE].status, there.applied) == (Status.STALE, [])
        assert outcomes[WHOLE].note == "the tags of dg-b in it changed since it was planned"
        assert outcomes["dg-a"].status is Status.DENIED

    def test_a_resource_that_the_cloud_protects_by_now_keeps_the_environment(self) -> None:
        there = cloud(lambda: Receipt(Status.APPLIED), A, replace(B, protection="lock"))
        outcomes = there.through(whole(A, B))
        assert outcomes[WHOLE].status is Status.STALE
        assert "changed since it was planned: dg-b in it stays: protected by the cloud: lock" in outcomes[WHOLE].note

    def test_what_goes_with_a_resource_by_now_keeps_the_environment(self) -> None:
        there = cloud(lambda: Receipt(Status.APPLIED), replace(A, holds=(KEPT,)))
        outcomes = there.through(whole(A))
        assert (outcomes[WHOLE].status, there.applied) == (Status.STALE, [])
        assert "dg-kept in it stays" in outcomes[WHOLE].note

    def test_something_else_in_its_place_is_never_deleted(self) -> None:
        there = cloud(lambda: Receipt(Status.APPLIED))
        there.there["dg-a"] = replace(A, id="dg-other")
        outcomes = there.through(replace(part(A), after=(), part_of=()))
        assert (outcomes["dg-a"].status, there.applied) == (Status.STALE, [])

    def test_what_went_out_of_a_whole_meanwhile_is_no_change_of_it(self) -> None:
        """A whole's fingerprint stands for all that it holds; its tags are what they were."""
        there = cloud(lambda: Receipt(Status.APPLIED), A)
        taking = replace(ALONE, target=replace(A, fingerprint="A with B"), takes=(B,))
        assert there.through(taking)["dg-a"].status is Status.VERIFIED

    def test_what_came_into_something_that_held_nothing_keeps_it_and_is_named(self) -> None:
        there = cloud(lambda: Receipt(Status.APPLIED), replace(A, fingerprint="A with B", holds=(B,)))
        outcome = there.through(ALONE)["dg-a"]
        assert (outcome.status, outcome.note) == (Status.STALE, "dg-b came into it since it was planned")

    def test_an_environment_that_has_vanished_needs_nobody(self) -> None:
        there = cloud(lambda: Receipt(Status.APPLIED))
        outcomes = there.through(whole(A), part(A))
        assert there.applied == []
        assert [(o.status, o.note, o.attempts) for o in outcomes.values()] == [(Status.VERIFIED, "already gone", 1)] * 2

    def test_what_is_left_of_an_environment_is_counted(self) -> None:
        there = cloud(lambda: Receipt(Status.APPLIED), A, B)
        outcomes = there.through(whole(A, B))
        assert (outcomes[WHOLE].status, outcomes[WHOLE].error) == (
            Status.APPLIED,
            "2 of 2 still there when looked at again",
        )

    def test_an_environment_of_which_nothing_was_seen_is_done_when_terraform_is(self) -> None:
        there = cloud(lambda: Receipt(Status.APPLIED, "fine"))
        closed = Event("1", "pull_request.closed", "acme/shop", "", "", "", NOW, {"pull_request": {"number": 7}})
        rules = [{"name": "teardown", "on": ["pull_request.closed"], "run": "janitor", "scope": "event"}]
        policy = Policy.model_validate({"version": 1, "rules": rules, "janitor": {"environment": "pr-{number}"}})
        ruling = decide([Proposal(policy.rules[0], Plan(actions=(whole(),)))], Grounds(policy, closed, NOW))
        executors: dict[str, Executor] = {"terraform_destroy": there}
        gate = Gate(policy, executors, lambda _: None, there.trail, lambda: NOW)
        [outcome] = gate.verify(ruling.actions, gate.apply(ruling, closed))
        assert (outcome.status, outcome.note, outcome.error) == (Status.APPLIED, "fine", "")

    def test_a_keep_that_was_planned_with_holds_in_the_second_look(self) -> None:
        there = cloud(lambda: Receipt(Status.APPLIED), A)
        ruling = replace(decided(whole(A)), kept={"pr-7": NOW + timedelta(hours=1)})
        assert there.through(ruling=ruling)[WHOLE].status is Status.STALE
        assert there.applied == []

    def test_what_was_warned_of_before_still_counts_in_the_second_look(self) -> None:
        policy = Policy.model_validate({**POLICY.model_dump(mode="json"), "janitor": {"warn_before": "6h"}})
        history = History({"dg-a": "2026-11-23T11:00:00+00:00"})
        alone = replace(part(A), after=(), part_of=())
        ruling = decide([Proposal(policy.rules[0], Plan(actions=(alone,)))], Grounds(policy, EVENT, NOW, history))
        there = cloud(lambda: Receipt(Status.APPLIED), A)
        executors: dict[str, Executor] = {"delete_resource": there}
        for known, status in ((history, Status.APPLIED), (History(), Status.STALE)):
            there.there = {"dg-a": A}
            gate = Gate(policy, executors, lambda t: there.there.get(t.id), there.trail, lambda: NOW, known)
            [outcome] = gate.apply(ruling, EVENT)
            assert outcome.status is status

    def test_an_action_s_own_time_limit_is_the_one_that_counts(self) -> None:
        limits = POLICY.limits.model_copy(update={"action_timeout": timedelta(seconds=0.0)})
        policy = POLICY.model_copy(update={"limits": limits})
        there = cloud(lambda: Receipt(Status.APPLIED), A)
        outcomes = there.through(ruling=decided(replace(whole(A), timeout=timedelta(seconds=20))), policy=policy)
        assert there.applied == [WHOLE]
        assert "given up" not in outcomes[WHOLE].error


def reviewed(*actions: Action) -> Reviewed:
    proposed = tuple(
        Proposed(action.id, action.target.scope, action.target.name, action.target.fingerprint, "")
        for action in actions
    )
    occasion = Occasion("1", "schedule", "acme/shop", "main", "a" * 40, "cron", NOW, None, None)
    return Reviewed("r", NOW, "0" * 64, (), occasion, proposed)


class TestReviewed:
    def test_what_both_plans_hold_stays_allowed(self) -> None:
        ruling = decided(whole(A), part(A))
        kept = only_reviewed(ruling, reviewed(*ruling.actions))
        assert (kept.ruled, kept.findings) == (ruling.ruled, ruling.findings)
        assert kept.notes == ("the reviewed plan has 2 actions, 2 of them are still right and are done",)

    def test_what_nobody_reviewed_stays_and_takes_its_parts_along(self) -> None:
        ruling = decided(whole(A), part(A))
        kept = only_reviewed(ruling, reviewed(part(A)))
        assert verdicts(kept) == ["deny", "deny"]
        assert kept.decisions[0].reason == "not in the reviewed plan"
        assert kept.decisions[0].policy_line == ruling.decisions[0].policy_line
        assert kept.notes[1:] == (
            "- dg-a: was in the reviewed plan, now stays: stays with its environment: not in the reviewed plan",
            "+ pr-7: came after the review, stays",
        )

    @pytest.mark.parametrize("change", [{"scope": "aws/2/eu-west-1"}, {"fingerprint": "x"}])
    def test_another_place_or_other_tags_are_another_target(self, change: dict[str, str]) -> None:
        alone = replace(part(A), after=(), part_of=())
        changed = replace(alone, target=replace(A, **change))  # type: ignore[arg-type]
        kept = only_reviewed(decided(alone), reviewed(changed))
        assert verdicts(kept) == ["deny"]
        assert kept.decisions[0].reason == "changed since the plan was reviewed"

    def test_what_is_denied_now_stays_denied_for_its_own_reason(self) -> None:
        alone = replace(part(KEPT), after=(), part_of=())
        kept = only_reviewed(decided(alone), reviewed(alone))
        assert kept.decisions[0].reason == "protected by its tag Protected=1"
        assert kept.notes == (
            "the reviewed plan has 1 actions, 0 of them are still right and are done",
            "- dg-kept: was in the reviewed plan, now stays: protected by its tag Protected=1",
        )

    def test_what_is_gone_is_said(self) -> None:
        assert only_reviewed(decided(), reviewed(part(A))).notes[1:] == ("- dg-a: was in the reviewed plan, is gone",)


class TestPassageInDetail:
    """What the trail holds and what is said, for every way out."""

    def outcomes_of(self, there: Cloud) -> list[tuple[str, str]]:
        return [(body["status"], why) for state, why, body in there.trail.records if state == "OUTCOME"]

    def test_what_is_still_in_use_has_one_outcome_however_often_it_is_tried(self) -> None:
        there = cloud(raising(StillInUse("busy")), A)
        there.through(whole(A))
        assert there.trail.states.count("INTENT") > 1
        assert self.outcomes_of(there) == [("failed", "busy")]

    def test_the_trail_says_why_by_error_then_note_then_decision(self) -> None:
        there = cloud(raising(PartlyDone("one of two")), A)
        there.through(whole(A), part(A))
        assert self.outcomes_of(there) == [
            ("failed", "one of two"),
            ("applied", "expired 2026-11-23 11:00 UTC (driftguard:expires-at)"),
        ]
        there = cloud(lambda: Receipt(Status.APPLIED, "destroyed"), A)
        there.through(whole(A))
        assert self.outcomes_of(there) == [("applied", "destroyed")]

    @pytest.mark.parametrize(
        ("error", "said"), [(PermanentError("no"), "no"), (ValueError("bug"), "ValueError('bug')")]
    )
    def test_our_errors_are_said_as_they_are_and_foreign_ones_by_their_kind(self, error: Exception, said: str) -> None:
        there = cloud(raising(error), A)
        assert there.through(whole(A))[WHOLE].error == said

    def test_what_was_denied_was_never_tried(self) -> None:
        there = cloud(lambda: Receipt(Status.APPLIED), KEPT)
        outcome = there.through(replace(part(KEPT), after=(), part_of=()))["dg-kept"]
        assert (outcome.status, outcome.attempts) == (Status.DENIED, 0)
        assert outcome.note == "protected by its tag Protected=1"

    def test_the_last_look_is_at_once_and_then_after_each_pause(self) -> None:
        there = cloud(lambda: Receipt(Status.APPLIED), A)
        slept: list[float] = []
        executors: dict[str, Executor] = {"terraform_destroy": there}
        gate = Gate(POLICY, executors, lambda _: A, there.trail, lambda: NOW, settle=(2.0, 3.0), sleep=slept.append)
        outcome = Outcome(WHOLE, Status.APPLIED)
        [verified] = gate.verify([whole(A)], [outcome])
        assert slept == [0.0, 2.0, 3.0]
        assert verified.error == "still there when looked at again"

    def test_a_last_look_that_fails_is_said(self) -> None:
        def unreadable(_: Target) -> Target | None:
            raise PermanentError("AccessDenied")

        gate = Gate(POLICY, {}, unreadable, MemoryTrail(), lambda: NOW, sleep=lambda _: None)
        [verified] = gate.verify([ALONE], [Outcome("dg-a", Status.APPLIED)])
        assert verified.error == "could not be verified: AccessDenied"

    def test_a_run_that_was_interrupted_begins_nothing_more(self) -> None:
        there = cloud(lambda: Receipt(Status.APPLIED), A)
        executors: dict[str, Executor] = {"delete_resource": there}
        grounds = Grounds(POLICY, EVENT, NOW)
        ruled = {ruled.action.id: ruled for ruled in decided(ALONE).ruled}
        ticket = Ticket()
        ticket.revoke()
        passage = Passage(executors, lambda t: there.there.get(t.id), there.trail, lambda: grounds, ruled)
        outcome = passage.attempt(ALONE, 1, ticket)
        assert isinstance(outcome, Outcome)
        assert (outcome.status, outcome.error) == (Status.FAILED, "interrupted before it began")
        assert there.applied == []
        assert there.trail.states == ["OUTCOME"]

    @pytest.mark.parametrize("turned", [False, True])
    def test_what_two_rules_propose_goes_if_either_lets_it(self, turned: bool) -> None:
        rules = [
            {"name": "teardown", "on": ["schedule"], "run": "janitor", "scope": "event"},
            {"name": "nightly", "on": ["schedule"], "run": "janitor"},
        ]
        policy = Policy.model_validate({"version": 1, "rules": rules})
        proposals = [Proposal(rule, Plan(actions=(ALONE,))) for rule in policy.rules]
        ruling = decide(proposals[::-1] if turned else proposals, Grounds(policy, EVENT, NOW))
        assert verdicts(ruling) == ["allow"]

    def test_whoever_tells_people_of_a_run_may_do_nothing_but_tell(self) -> None:
        notice = replace(ALONE, id="say", kind="pr_comment", risk=Risk.NOTIFY)
        ruling = decide([Proposal(None, Plan(actions=(notice, ALONE)))], GROUNDS)
        assert verdicts(ruling) == ["allow", "deny"]
        assert [decision.reason for decision in ruling.decisions] == ["tells people of this run", "no rule asks for it"]


STILL = Precondition.STILL_EXISTS


def group(*takes: Target) -> Action:
    """A resource that the cloud deletes with all that it holds, as a planner proposes it."""
    return Action("group", "delete_resource", target("dg-group"), Risk.DESTROY, "expired", (), STILL, takes=takes)


class TestResourcesThatTakeOthers:
    """A resource group, a project: judged on itself and on everything that goes with it."""

    def test_it_goes_if_all_of_it_may_go(self) -> None:
        assert verdicts(decided(group(A))) == ["allow"]

    def test_one_thing_in_it_that_stays_keeps_the_whole_and_not_the_others(self) -> None:
        alone = replace(part(A), after=("group",), part_of=())
        ruling = decided(group(A, KEPT), alone)
        assert verdicts(ruling) == ["deny", "allow"]
        assert ruling.decisions[0].reason == "dg-kept in it stays: protected by its tag Protected=1"

    def test_its_own_lease_comes_first(self) -> None:
        assert decided(replace(group(A), target=KEPT)).decisions[0].reason == "protected by its tag Protected=1"

    def test_a_gap_over_one_thing_in_it_keeps_it(self) -> None:
        ruling = decided(group(replace(A, scope="aws/1/x")), gaps=(Gap("aws/1/x", "the region", "no"),))
        assert verdicts(ruling) == ["deny"]

    def test_it_counts_for_the_cap_and_so_does_everything_in_it_once(self) -> None:
        alone = [replace(part(each), after=(), part_of=()) for each in (A,)]
        assert verdicts(decided(group(A), *alone)) == ["allow", "allow"]
        assert verdicts(decided(group(A, B), *alone)) == ["deny", "deny"]

    @pytest.mark.parametrize(
        ("holds", "said"),
        [
            ((A, B), "dg-b came into it since it was planned"),
            ((replace(A, fingerprint="x"),), "the tags of dg-a in it changed since it was planned"),
            ((replace(A, protection="lock"),), "dg-a in it stays: protected by the cloud: lock"),
        ],
    )
    def test_the_second_look_judges_what_is_in_it_by_then(self, holds: tuple[Target, ...], said: str) -> None:
        there = cloud(lambda: Receipt(Status.APPLIED), replace(target("dg-group"), holds=holds))
        outcomes = there.through(group(A))
        assert (outcomes["group"].status, there.applied) == (Status.STALE, [])
        assert said in outcomes["group"].note

    def test_other_tags_of_its_own_are_a_change(self) -> None:
        changed = target("dg-group", driftguard_env="pr-8")
        outcomes = cloud(lambda: Receipt(Status.APPLIED), replace(changed, holds=(A,))).through(group(A))
        assert outcomes["group"].note == "its tags changed since it was planned"

    def test_one_that_takes_long_is_tried_again_while_what_it_holds_is_going(self) -> None:
        """Its fingerprint stands for what it holds, and that gets less."""
        there = Cloud({}, lambda: Receipt(Status.APPLIED))
        whole = replace(target("dg-group"), holds=(A, B), fingerprint="of both")
        states = iter([whole, replace(whole, holds=(B,), fingerprint="of one")])
        tries = iter([StillInUse("still being deleted"), None])

        class Slow:
            kind = "delete_resource"

            def apply(self, action: Action) -> Receipt:
                error = next(tries)
                if error:
                    raise error
                return Receipt(Status.APPLIED)

        policy = POLICY.model_copy(update={"janitor": POLICY.janitor.model_copy(update={"max_deletions": 9})})
        planned = replace(group(A, B), target=replace(whole, holds=()))
        ruling = decide([Proposal(policy.rules[0], Plan(actions=(planned,)))], Grounds(policy, EVENT, NOW))
        executors: dict[str, Executor] = {"delete_resource": Slow()}
        gate = Gate(policy, executors, lambda _: next(states), there.trail, lambda: NOW, sleep=lambda _: None)
        [outcome] = gate.apply(ruling, EVENT)
        assert (outcome.status, outcome.attempts, outcome.note) == (Status.APPLIED, 2, "")

    def test_the_trail_names_what_it_takes_before_it_goes(self) -> None:
        there = Cloud({"dg-group": replace(target("dg-group"), holds=(A,))}, lambda: Receipt(Status.APPLIED))
        there.through(group(A))
        [intent] = [body for state, _, body in there.trail.records if state == "INTENT"]
        assert intent["takes"] == ["dg-a"]
        assert there.applied == ["group"]
