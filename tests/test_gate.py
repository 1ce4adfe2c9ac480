"""What the gate decides, and that nothing gets past it."""

import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest
from fakes.trail import MemoryTrail

from driftguard.errors import AuditError, NotFound, PermanentError, StillInUse, UnderWay, Withheld
from driftguard.gate import Gate, Grounds, Rehearsal, Ruling, decide
from driftguard.model import (
    Action,
    Event,
    Gap,
    Outcome,
    Plan,
    Precondition,
    Risk,
    Status,
    Target,
    Verdict,
    fingerprint,
)
from driftguard.policy import Policy
from driftguard.ports import Executor, Proposal, Receipt
from driftguard.progress import Counted, Counts

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
SCOPE = "aws/123456789012/eu-west-1"
POLICY = Policy.model_validate(
    {
        "version": 1,
        "dry_run": False,
        "rules": [{"name": "nightly", "on": ["schedule"], "run": "janitor"}],
        "janitor": {"max_deletions": 3},
    }
).located("policy.yaml", {"": 1, "rules": 3, "rules[0]": 4, "janitor": 5, "janitor.max_deletions": 6}, "0" * 64)
RULE = POLICY.rules[0]
EVENT = Event("1", "schedule", "acme/shop", "refs/heads/main", "a" * 40, "cron", NOW, {})
GROUNDS = Grounds(POLICY, EVENT, NOW)
OURS = {"driftguard:owner": "platform", "driftguard:expires-at": "2026-11-23T11:00:00Z"}


def target(name: str, tags: Mapping[str, str] | None = OURS, scope: str = SCOPE) -> Target:
    return Target("aws", scope, "sqs:queue", name, name, tags, NOW - timedelta(days=3), fingerprint=fingerprint(tags))


def deletion(name: str, tags: Mapping[str, str] | None = OURS, scope: str = SCOPE) -> Action:
    precondition = Precondition.STILL_EXISTS
    return Action(name, "delete_resource", target(name, tags, scope), Risk.DESTROY, "expired", (), precondition)


def proposal(*actions: Action, gaps: tuple[Gap, ...] = ()) -> Proposal:
    return Proposal(RULE, Plan(actions=actions, gaps=gaps))


def verdicts(ruling: Ruling) -> dict[str, Verdict]:
    return {decision.action_id: decision.verdict for decision in ruling.decisions}


class TestDecide:
    def test_an_expired_resource_of_ours_may_go_and_the_decision_names_the_policy_line(self) -> None:
        [decision] = decide([proposal(deletion("dg-a"))], GROUNDS).decisions
        assert decision.verdict is Verdict.ALLOW
        assert decision.policy_line.startswith("policy.yaml:")

    @pytest.mark.parametrize(
        ("name", "tags"),
        [
            pytest.param("dg-a", OURS | {"environment": "PRODUCTION"}, id="protected"),
            pytest.param("dg-a", {"driftguard:expires-at": "2026-11-23T11:00:00Z"}, id="no owner tag"),
            pytest.param("web", OURS, id="outside the namespace"),
            pytest.param("dg-a", OURS | {"driftguard:expires-at": "2026-11-24"}, id="unexpired"),
            pytest.param("dg-a", OURS | {"driftguard:expires-at": "next week"}, id="unreadable date"),
            pytest.param("dg-a", None, id="unreadable tags"),
        ],
    )
    def test_whatever_a_planner_proposes_only_what_is_ours_expired_and_unprotected_may_go(
        self, name: str, tags: Mapping[str, str] | None
    ) -> None:
        [decision] = decide([proposal(deletion(name, tags))], GROUNDS).decisions
        assert decision.verdict is Verdict.DENY
        assert decision.reason
        assert decision.policy_line.startswith("policy.yaml:")

    @pytest.mark.parametrize("scope", ["*", "aws", "aws/123456789012", SCOPE, f"{SCOPE}/sqs:queue"])
    def test_a_gap_forbids_deletion_in_its_scope_and_below(self, scope: str) -> None:
        ruling = decide([proposal(deletion("dg-a"), gaps=(Gap(scope, "list queues", "AccessDenied"),))], GROUNDS)
        assert verdicts(ruling) == {"dg-a": Verdict.DENY}
        assert scope in ruling.decisions[0].reason

    @pytest.mark.parametrize("scope", ["aws/123456789012/eu-west-2", f"{SCOPE}/sqs", "azure", f"{SCOPE}/s3:bucket"])
    def test_a_gap_elsewhere_forbids_nothing_here(self, scope: str) -> None:
        ruling = decide([proposal(deletion("dg-a"), gaps=(Gap(scope, "list", "AccessDenied"),))], GROUNDS)
        assert verdicts(ruling) == {"dg-a": Verdict.ALLOW}

    def test_a_gap_in_one_rule_s_view_holds_for_every_rule(self) -> None:
        ruling = decide([proposal(gaps=(Gap(SCOPE, "list", "no"),)), proposal(deletion("dg-a"))], GROUNDS)
        assert verdicts(ruling) == {"dg-a": Verdict.DENY}

    def test_one_deletion_over_the_cap_denies_all_of_them_and_is_a_finding(self) -> None:
        notify = Action("say", "slack", target("x"), Risk.NOTIFY, "news")
        ruling = decide([proposal(*(deletion(f"dg-{n}") for n in range(4)), notify)], GROUNDS)
        assert verdicts(ruling) == {f"dg-{n}": Verdict.DENY for n in range(4)} | {"say": Verdict.ALLOW}
        assert ruling.decisions[0].policy_line == "policy.yaml:6"
        assert [(finding.path, finding.line) for finding in ruling.findings] == [("policy.yaml", 6)]

    def test_deletions_that_a_plan_had_no_room_for_count_against_the_cap(self) -> None:
        plan = Plan(actions=(deletion("dg-a"),), left_out=3)
        ruling = decide([Proposal(RULE, plan)], GROUNDS)
        assert verdicts(ruling) == {"dg-a": Verdict.DENY}
        assert "4 deletions planned" in ruling.decisions[0].reason

    @pytest.mark.parametrize(("seen", "verdict"), [(3, Verdict.DENY), (4, Verdict.ALLOW), (0, Verdict.ALLOW)])
    def test_a_share_of_all_that_was_seen_caps_too(self, seen: int, verdict: Verdict) -> None:
        """Two of four is a half; a plan that doesn't say what it saw has nothing to take a share of."""
        policy = Policy.model_validate({**POLICY.model_dump(), "janitor": {"max_share": 0.5}})
        grounds = replace(GROUNDS, policy=policy)
        plan = Plan(actions=(deletion("dg-a"), deletion("dg-b")), seen=seen)
        ruling = decide([Proposal(policy.rules[0], plan)], grounds)
        assert set(verdicts(ruling).values()) == {verdict}
        assert [finding.rule for finding in ruling.findings] == ["gate/max-share"] * (verdict is Verdict.DENY)

    def test_exactly_the_cap_is_allowed_and_what_is_denied_anyway_does_not_count(self) -> None:
        kept = deletion("dg-kept", OURS | {"Protected": "yes"})
        ruling = decide([proposal(*(deletion(f"dg-{n}") for n in range(3)), kept)], GROUNDS)
        assert list(verdicts(ruling).values()) == [Verdict.ALLOW] * 3 + [Verdict.DENY]

    def test_deciding_twice_gives_the_same_ruling(self) -> None:
        proposals = [proposal(deletion("dg-a"), deletion("web"))]
        assert decide(proposals, GROUNDS) == decide(proposals, GROUNDS)


@dataclass
class Cloud:
    """What the gate re-reads and what the executor deletes from: one dictionary."""

    there: dict[str, Target] = field(default_factory=dict)
    trail: MemoryTrail = field(default_factory=MemoryTrail)
    raising: dict[str, list[Exception]] = field(default_factory=dict)
    applied: list[str] = field(default_factory=list)
    kind: str = "delete_resource"

    def reread(self, target: Target) -> Target | None:
        return self.there.get(target.id)

    def apply(self, action: Action) -> Receipt:
        assert self.trail.records[-1][0] == "INTENT", "the intent comes before the write"
        if self.raising.get(action.id):
            raise self.raising[action.id].pop(0)
        self.applied.append(action.id)
        del self.there[action.target.id]
        return Receipt(Status.APPLIED)


def through(cloud: Cloud, *actions: Action, policy: Policy = POLICY) -> tuple[Outcome, ...]:
    policy = policy.model_copy(update={"limits": policy.limits.model_copy(update={"parallel": 1})})
    executors: dict[str, Executor] = {"delete_resource": cloud}
    gate = Gate(policy, executors, cloud.reread, cloud.trail, lambda: NOW, sleep=lambda _: None)
    ruling = decide([proposal(*actions)], Grounds(policy, EVENT, NOW))
    return gate.verify(ruling.actions, gate.apply(ruling, EVENT))


def cloud_with(*actions: Action) -> Cloud:
    return Cloud({action.target.id: action.target for action in actions})


class TestApply:
    def test_a_deletion_that_takes_its_time_is_begun_once_and_seen_to_be_gone(self) -> None:
        action = deletion("dg-a")
        cloud = cloud_with(action)

        class Slow:
            kind = "delete_resource"

            def apply(self, action: Action) -> Receipt:
                cloud.applied.append(action.id)
                raise UnderWay("it takes its time", takes=60)

        def sleep(_seconds: float) -> None:
            cloud.there.clear()

        gate = Gate(POLICY, {"delete_resource": Slow()}, cloud.reread, cloud.trail, lambda: NOW, sleep=sleep)
        [outcome] = gate.apply(decide([proposal(action)], GROUNDS), EVENT)
        assert (outcome.status, outcome.attempts, outcome.note) == (Status.VERIFIED, 2, "gone")
        assert cloud.applied == [action.id]

    def test_a_second_look_that_finds_it_busy_waits_for_the_next_pass(self) -> None:
        """Some services refuse to tell the tags of what they are deleting."""
        action = deletion("dg-a")
        cloud, busy = cloud_with(action), [StillInUse("it is being deleted")]

        def reread(target: Target) -> Target | None:
            if busy:
                raise busy.pop()
            return cloud.reread(target)

        gate = Gate(POLICY, {"delete_resource": cloud}, reread, cloud.trail, lambda: NOW, sleep=lambda _: None)
        [outcome] = gate.apply(decide([proposal(action)], GROUNDS), EVENT)
        assert (outcome.status, outcome.attempts) == (Status.APPLIED, 2)

    def test_the_intent_on_the_trail_holds_the_whole_target(self) -> None:
        action = deletion("dg-a")
        cloud = cloud_with(action)
        through(cloud, action)
        body = next(body for state, _, body in cloud.trail.records if state == "INTENT")
        assert body["target"] == asdict(action.target)

    def test_what_others_hold_is_tried_in_as_many_passes_as_there_are_pauses_and_no_more(self) -> None:
        action, pauses = deletion("dg-a"), list[float]()
        cloud = cloud_with(action)
        cloud.raising[action.id] = [StillInUse("in use by b")] * 9
        gate = Gate(POLICY, {"delete_resource": cloud}, cloud.reread, cloud.trail, lambda: NOW, sleep=pauses.append)
        [outcome] = gate.apply(decide([proposal(action)], GROUNDS), EVENT)
        assert (outcome.status, outcome.attempts) == (Status.FAILED, 4)
        assert pauses == [1.0, 5.0, 15.0]

    def test_whoever_watches_is_told_what_begins_and_how_it_ended(self) -> None:
        going, staying = deletion("dg-a"), deletion("dg-b", OURS | {"Environment": "Prod"})
        cloud, counts = cloud_with(going, staying), Counted(lambda _scope, _counts: None)
        executors: dict[str, Executor] = {"delete_resource": cloud}
        gate = Gate(POLICY, executors, cloud.reread, cloud.trail, lambda: NOW, sleep=lambda _: None, progress=counts)
        gate.apply(decide([proposal(going, staying)], GROUNDS), EVENT)
        assert counts.places == {SCOPE: Counts(going=1, gone=1)}

    def test_whoever_looks_again_is_told_before_what_comes_next(self) -> None:
        """First what is about to be deleted, in order, then what was; what needs no second look isn't named."""
        told: list[tuple[list[str], int]] = []
        actions = [deletion("dg-a"), deletion("dg-b")]
        cloud = cloud_with(*actions)
        gate = Gate(
            POLICY,
            {"delete_resource": cloud},
            cloud.reread,
            cloud.trail,
            lambda: NOW,
            sleep=lambda _: None,
            expect=lambda targets, most: told.append(([target.name for target in targets], most)),
        )
        ruling = decide([proposal(*actions)], GROUNDS)
        gate.verify(ruling.actions, gate.apply(ruling, EVENT))
        assert told == [(["dg-a", "dg-b"], POLICY.limits.parallel), (["dg-a", "dg-b"], 2)]

    def test_what_is_allowed_goes_and_is_seen_to_be_gone(self) -> None:
        going, staying = deletion("dg-a"), deletion("dg-b", OURS | {"Environment": "Prod"})
        cloud = cloud_with(going, staying)
        outcomes = through(cloud, going, staying)
        assert [outcome.status for outcome in outcomes] == [Status.VERIFIED, Status.DENIED]
        assert list(cloud.there) == ["dg-b"]

    def test_every_write_has_its_intent_before_it_and_its_outcome_after_it(self) -> None:
        actions = [deletion("dg-a"), deletion("dg-b")]
        cloud = cloud_with(*actions)
        through(cloud, *actions)
        assert cloud.trail.states == ["INTENT", "OUTCOME"] * 2

    def test_what_became_protected_in_between_survives(self) -> None:
        action = deletion("dg-a")
        tags = OURS | {"Protected": "1"}
        cloud = Cloud({"dg-a": replace(target("dg-a", tags), fingerprint=action.target.fingerprint)})
        [outcome] = through(cloud, action)
        assert outcome.status is Status.STALE
        assert cloud.applied == []

    def test_any_change_of_tags_makes_the_decision_stale(self) -> None:
        cloud = Cloud({"dg-a": target("dg-a", OURS | {"note": "hello"})})
        [outcome] = through(cloud, deletion("dg-a"))
        assert (outcome.status, cloud.applied) == (Status.STALE, [])

    def test_what_is_gone_already_is_a_success_without_a_write(self) -> None:
        cloud = Cloud()
        [outcome] = through(cloud, deletion("dg-a"))
        assert (outcome.status, outcome.note, cloud.trail.states) == (Status.VERIFIED, "already gone", ["OUTCOME"])

    def test_what_vanishes_during_the_delete_is_a_success_too(self) -> None:
        action = deletion("dg-a")
        cloud = cloud_with(action)
        cloud.raising["dg-a"] = [NotFound("gone")]
        [outcome] = through(cloud, action)
        assert (outcome.status, outcome.note) == (Status.APPLIED, "already gone")

    def test_what_cannot_be_looked_at_again_is_not_touched(self) -> None:
        def unreadable(_: Target) -> Target | None:
            raise KeyError("Tags")

        cloud = cloud_with(deletion("dg-a"))
        gate = Gate(POLICY, {"delete_resource": cloud}, unreadable, cloud.trail, lambda: NOW)
        [outcome] = gate.apply(decide([proposal(deletion("dg-a"))], GROUNDS), EVENT)
        assert outcome.status is Status.FAILED
        assert cloud.applied == []

    def test_still_in_use_waits_for_the_next_pass(self) -> None:
        group, vm = deletion("dg-group"), deletion("dg-vm")
        cloud = cloud_with(group, vm)
        cloud.raising["dg-group"] = [StillInUse("used by dg-vm")]
        outcomes = through(cloud, group, vm)
        assert [outcome.status for outcome in outcomes] == [Status.VERIFIED] * 2
        assert cloud.applied == ["dg-vm", "dg-group"]

    @pytest.mark.parametrize(
        ("error", "status"),
        [
            (PermanentError("no"), Status.FAILED),
            (Withheld("termination protection"), Status.DENIED),
            (ZeroDivisionError("bug"), Status.FAILED),
        ],
    )
    def test_each_way_to_fail_ends_that_action_alone(self, error: Exception, status: Status) -> None:
        bad, good = deletion("dg-bad"), deletion("dg-good")
        cloud = cloud_with(bad, good)
        cloud.raising["dg-bad"] = [error]
        outcomes = through(cloud, bad, good)
        assert [outcome.status for outcome in outcomes] == [status, Status.VERIFIED]
        assert cloud.trail.states.count("OUTCOME") == 2

    @pytest.mark.parametrize("room", [0, 1, 2, 3])
    def test_when_the_trail_is_full_nothing_further_is_changed(self, room: int) -> None:
        actions = [deletion("dg-a"), deletion("dg-b")]
        cloud = cloud_with(*actions)
        cloud.trail.room = room
        with pytest.raises(AuditError):
            through(cloud, *actions)
        assert len(cloud.applied) == (room + 1) // 2

    def test_an_action_that_hangs_is_a_failure_and_the_rest_goes_on(self) -> None:
        slow, good = deletion("dg-slow"), deletion("dg-good")
        cloud = cloud_with(slow, good)

        class Slow:
            kind = "delete_resource"

            def apply(self, action: Action) -> Receipt:
                if action.id == "dg-slow":
                    time.sleep(0.5)
                    return Receipt(Status.APPLIED)
                return cloud.apply(action)

        limits = POLICY.limits.model_copy(update={"action_timeout": timedelta(seconds=0.05), "parallel": 2})
        policy = POLICY.model_copy(update={"limits": limits})
        gate = Gate(policy, {"delete_resource": Slow()}, cloud.reread, cloud.trail, lambda: NOW, sleep=lambda _: None)
        cloud.trail.records.append(("INTENT", "", {}))
        outcomes = gate.apply(decide([proposal(slow, good)], Grounds(policy, EVENT, NOW)), EVENT)
        assert outcomes[0].status is Status.FAILED
        assert "given up" in outcomes[0].error
        assert outcomes[1].status is Status.APPLIED

    def test_what_is_still_there_when_looked_at_again_is_an_error(self) -> None:
        action = deletion("dg-a")
        cloud = cloud_with(action)

        class Liar:
            kind = "delete_resource"

            def apply(self, action: Action) -> Receipt:
                return Receipt(Status.APPLIED)

        gate = Gate(POLICY, {"delete_resource": Liar()}, cloud.reread, cloud.trail, lambda: NOW, sleep=lambda _: None)
        ruling = decide([proposal(action)], GROUNDS)
        [outcome] = gate.verify(ruling.actions, gate.apply(ruling, EVENT))
        assert (outcome.status, outcome.error) == (Status.APPLIED, "still there when looked at again")

    def test_a_rehearsal_goes_the_same_way_and_changes_nothing(self) -> None:
        going, staying = deletion("dg-a"), deletion("dg-b", OURS | {"Environment": "Prod"})
        trail = MemoryTrail()
        gate = Gate(POLICY, {"delete_resource": Rehearsal()}, lambda target: target, trail, lambda: NOW)
        ruling = decide([proposal(going, staying)], GROUNDS)
        outcomes = gate.verify(ruling.actions, gate.apply(ruling, EVENT))
        assert [outcome.status for outcome in outcomes] == [Status.SIMULATED, Status.DENIED]
        assert trail.states == ["INTENT", "OUTCOME"]
