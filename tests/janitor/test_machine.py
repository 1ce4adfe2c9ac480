"""No sequence of runs, keeps, changes and kills deletes what isn't ours, is protected or still has time.

A Hypothesis state machine drives the real engine, planner, leases and gate over a cloud in memory. What may go is told
here a second time, in other words than the code's, and every deletion is held against that as it was at that moment.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from fakes.cloud import ACCOUNT, MemoryCloud, MemorySources, MemoryTerraform
from fakes.nobody import nothing_but
from fakes.trail import MemoryTrail
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from driftguard import plan_file
from driftguard.audit.history import WARNING
from driftguard.engine import UniFlow
from driftguard.errors import DriftGuardError, PermanentError, StillInUse, Withheld
from driftguard.executors.delete_resource import DeleteResource
from driftguard.executors.terraform_destroy import TerraformDestroy
from driftguard.gate import Gate, Rehearsal
from driftguard.janitor.planner import JanitorPlanner
from driftguard.model import Event, History, Mode, Plan, Report, Target
from driftguard.plan_file import Reviewed
from driftguard.policy import Policy, Rule

START = datetime(2026, 11, 23, 12, tzinfo=UTC)
REGIONS = ("eu-west-1", "us-east-1")
NIGHT = {"name": "nightly", "on": ["schedule"], "run": "janitor"}
TEARDOWN = {"name": "teardown", "on": ["pull_request.closed"], "run": "janitor", "scope": "event"}
COMMANDS = {"name": "commands", "on": ["issue_comment.created"], "run": "commands"}
BUILT = {"stacks": [{"dir": "infra", "backend_config": {"key": "{env}"}}]}
POLICIES: Sequence[Mapping[str, Any]] = (
    {},
    {"terraform": BUILT},
    {"terraform": BUILT, "warn_before": "6h"},
    {"warn_before": "1h", "ttl": "2h", "owners": ["platform"]},
    {"max_deletions": 1},
    {"terraform": BUILT, "max_deletions": 2, "protected_tags": {"Tier": ["gold*"]}},
)

ENDS = st.integers(-48, 48).map(lambda hours: f"{START + timedelta(hours=hours):%Y-%m-%dT%H:%M:%SZ}")
TAGS = st.fixed_dictionaries(
    {},
    optional={
        "driftguard:owner": st.sampled_from(["platform", "platform", "web", ""]),
        "driftguard:expires-at": ENDS | ENDS | st.just("23/11/2026"),
        "driftguard:ttl": st.sampled_from(["1h", "30h", "x"]),
        "driftguard:env": st.sampled_from(["shop-pr-1", "shop-pr-2", "web-pr-1"]),
        "Environment": st.sampled_from(["dev", "PROD"]),
        "environment": st.sampled_from(["dev", "production"]),
        "Protected": st.just("x"),
        "tier": st.sampled_from(["Gold-1", "tin"]),
    },
)
LIKELY = st.builds(
    lambda more, env, ends: {"driftguard:owner": "platform", "driftguard:expires-at": ends} | env | more,
    st.just({}) | TAGS,
    st.sampled_from([{}, {"driftguard:env": "shop-pr-1"}]),
    ENDS,
)
TARGETS = st.builds(
    Target,
    provider=st.just("aws"),
    scope=st.sampled_from(REGIONS).map(lambda region: f"{ACCOUNT}/{region}"),
    type=st.sampled_from(["sqs:queue", "s3:bucket"]),
    id=st.integers(0, 9).map(lambda number: f"arn:{number}"),
    name=st.sampled_from(["dg-a", "dg-b", "dg-c", "web", ""]),
    tags=LIKELY | TAGS,
    created_at=st.none() | st.integers(-60, 1).map(lambda hours: START + timedelta(hours=hours)),
    protection=st.sampled_from(["", "", "", "", "deletion protection"]),
)
Meddling = tuple[Target | None, int]
MEDDLINGS = st.tuples(st.none() | TARGETS, st.integers(0, 120))
ENDINGS = st.sampled_from(["destroys", "destroys", "nothing", "partly", "withheld", "fails", "in use"])


@dataclass
class Meddled:
    """The janitor's planner, and somebody who changes the cloud right after it has looked."""

    sources: MemorySources
    machine: "JanitorMachine"
    meddling: Meddling
    kind: ClassVar[str] = "janitor"

    def plan(self, event: Event, rule: Rule) -> Plan:
        plan = JanitorPlanner(self.sources).plan(event, rule)
        target, minutes = self.meddling
        self.machine.terraform.remember()
        if target is not None:
            self.machine.cloud.put(target)
        self.machine.now += timedelta(minutes=minutes)
        return plan


class JanitorMachine(RuleBasedStateMachine):
    @initialize(janitor=st.sampled_from(POLICIES), resources=st.lists(TARGETS, max_size=8))
    def begin(self, janitor: Mapping[str, Any], resources: list[Target]) -> None:
        base = {"version": 1, "dry_run": False, "rules": [NIGHT, TEARDOWN, COMMANDS], "limits": {"parallel": 1}}
        self.policy = Policy.model_validate({**base, "janitor": janitor})
        self.cloud = MemoryCloud()
        self.terraform = MemoryTerraform(self.cloud)
        self.now = START
        self.kept: dict[int, datetime] = {}
        self.warned: dict[str, set[datetime]] = {}
        self.history = History()
        self.reviewed: Reviewed | None = None
        self.allowed: set[str] = set()
        for resource in resources:
            self.cloud.put(resource)

    # What happens around the janitor.

    @rule(resource=TARGETS)
    def somebody_creates_or_changes(self, resource: Target) -> None:
        self.cloud.put(resource)

    @rule(hours=st.integers(0, 30))
    def time_goes_by(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    @rule(number=st.integers(1, 2), hours=st.integers(1, 72))
    def somebody_keeps(self, number: int, hours: int) -> None:
        self.kept[number] = self.now + timedelta(hours=hours)

    @rule(region=st.sampled_from(REGIONS))
    def a_region_goes_blind_or_sees_again(self, region: str) -> None:
        self.cloud.blind ^= {region}

    @rule(number=st.integers(0, 9))
    def a_resource_goes_mute_or_speaks_again(self, number: int) -> None:
        self.cloud.mute ^= {f"arn:{number}"}

    @rule(number=st.integers(0, 9), error=st.sampled_from([StillInUse("x"), Withheld("x"), PermanentError("x"), None]))
    def a_resource_resists(self, number: int, error: DriftGuardError | None) -> None:
        self.cloud.stubborn.pop(f"arn:{number}", None)
        if error is not None:
            self.cloud.stubborn[f"arn:{number}"] = error

    # What the janitor does.

    @rule(number=st.sampled_from([0, 0, 1, 2]), meddling=MEDDLINGS, ends=ENDINGS)
    def a_live_run(self, number: int, meddling: Meddling, ends: str) -> None:
        self._run(Mode.LIVE, number, meddling, ends)

    @rule(number=st.sampled_from([0, 0, 1, 2]), meddling=MEDDLINGS)
    def a_rehearsal_that_somebody_reviews(self, number: int, meddling: Meddling) -> None:
        report = self._run(Mode.REHEARSAL, number, meddling, "destroys")
        assert self.cloud.deleted == [], "a rehearsal has nothing to delete with"
        if report is not None:
            self.reviewed = plan_file.of(report, self.policy, (ACCOUNT,), self.now)

    @rule(number=st.sampled_from([0, 0, 1, 2]), meddling=MEDDLINGS)
    def the_reviewed_plan_is_applied(self, number: int, meddling: Meddling) -> None:
        if self.reviewed is not None:
            self._run(Mode.LIVE, number, meddling, "destroys", reviewed=self.reviewed)

    @rule(number=st.sampled_from([0, 1]), room=st.integers(0, 12))
    def a_run_is_killed_when_it_can_no_longer_write_its_trail(self, number: int, room: int) -> None:
        self._run(Mode.LIVE, number, (None, 0), "destroys", room=room)

    @rule(number=st.integers(0, 9), event=st.sampled_from([0, 1]))
    def a_run_is_killed_at_a_deletion(self, number: int, event: int) -> None:
        before = self.cloud.stubborn.get(f"arn:{number}")
        self.cloud.stubborn[f"arn:{number}"] = KeyboardInterrupt()
        self._run(Mode.LIVE, event, (None, 0), "destroys")
        self.cloud.stubborn.pop(f"arn:{number}")
        if before is not None:
            self.cloud.stubborn[f"arn:{number}"] = before

    def _run(
        self,
        mode: Mode,
        number: int,
        meddling: Meddling,
        ends: str,
        *,
        reviewed: Reviewed | None = None,
        room: int = 10**9,
    ) -> Report | None:
        """``number`` is the pull request that closes; 0 is the nightly run. None if the run was killed."""
        self.terraform.ends = ends
        trail = MemoryTrail(room)
        sources = MemorySources(self.policy, lambda: self.now, [self.cloud], self.history, dict(self.kept))
        writers = nothing_but(cloud=lambda _: self.cloud, stacks=self.terraform)
        live = {"delete_resource": DeleteResource(writers), "terraform_destroy": TerraformDestroy(writers)}
        rehearsals = {"delete_resource": Rehearsal(), "terraform_destroy": Rehearsal()}
        executors: Any = live if mode is Mode.LIVE else rehearsals
        reread = self.cloud.read if mode is Mode.LIVE else (lambda target: target)
        gate = Gate(self.policy, executors, reread, trail, lambda: self.now, self.history, (), lambda _: None)
        planners = {"janitor": Meddled(sources, self, meddling)}
        engine = UniFlow(self.policy, planners, gate, trail, lambda: self.now, "r", mode, reviewed=reviewed)
        event = self._event(number)
        self.cloud.deleted.clear()
        self.blind_then, self.mute_then = set(self.cloud.blind), set(self.cloud.mute)
        report = None
        with suppress(DriftGuardError, KeyboardInterrupt):
            report = engine.run(event)
        self._hold_to_account(number, mode, reviewed)
        if report is not None and mode is Mode.LIVE:
            self._remember_warnings(report)
        return report

    def _event(self, number: int) -> Event:
        if number == 0:
            return Event("1", "schedule", "acme/shop", "main", "b" * 40, "cron", self.now, {})
        payload = {"pull_request": {"number": number, "base": {"sha": "a" * 40}}}
        return Event("1", "pull_request.closed", "acme/shop", "topic", "c" * 40, "alice", self.now, payload)

    def _remember_warnings(self, report: Report) -> None:
        told = {finding.name: finding.evidence for finding in report.findings if finding.rule == WARNING}
        self.history = History({**self.history.warned, **told})
        for target_id, ends in told.items():
            self.warned.setdefault(target_id, set()).add(datetime.fromisoformat(ends))

    # What must be true of it.

    def _hold_to_account(self, number: int, mode: Mode, reviewed: Reviewed | None) -> None:
        deleted = self.cloud.deleted
        assert len(deleted) <= self.policy.janitor.max_deletions
        for target in deleted:
            assert mode is Mode.LIVE
            assert target.scope.rpartition("/")[2] not in self.blind_then, "in a region that was not seen"
            assert target.id not in self.mute_then, "its tags could not be read"
            self._may_go(target, number)
            if reviewed is not None:
                environment = f"terraform_destroy:acme/shop/infra/{(target.tags or {}).get('driftguard:env')}"
                assert {f"delete_resource:{target.id}", environment} & reviewed.by_id.keys(), "nobody reviewed it"

    def _may_go(self, target: Target, number: int) -> None:
        tags, janitor = target.tags or {}, self.policy.janitor
        assert target.name.startswith("dg-")
        assert tags["driftguard:owner"] in (janitor.owners or ("platform", "web"))
        assert target.protection == ""
        self._is_unprotected(tags)
        environment = tags.get("driftguard:env", "")
        for kept, until in self.kept.items():
            assert environment != f"shop-pr-{kept}" or until <= self.now, "somebody keeps it"
        if number:
            assert environment == f"shop-pr-{number}"
        else:
            self._has_expired(target, tags)

    def _is_unprotected(self, tags: Mapping[str, str]) -> None:
        if "Tier" in self.policy.janitor.protected_tags:
            assert tags.get("tier") != "Gold-1"
        else:
            assert "Protected" not in tags
            assert tags.get("Environment") != "PROD"
            assert tags.get("environment") != "production"

    def _has_expired(self, target: Target, tags: Mapping[str, str]) -> None:
        if "driftguard:expires-at" in tags:
            ends = datetime.strptime(tags["driftguard:expires-at"], "%Y-%m-%dT%H:%M:%S%z")
        else:
            assert target.created_at is not None
            hours = {"1h": 1, "30h": 30}[tags["driftguard:ttl"]] if "driftguard:ttl" in tags else None
            ends = target.created_at + (self.policy.janitor.ttl if hours is None else timedelta(hours=hours))
        assert ends <= self.now
        if self.policy.janitor.warn_before is not None:
            assert ends in self.warned.get(target.id, set()), "nobody was warned"

    @invariant()
    def what_is_there_is_whole(self) -> None:
        """The fake keeps its word: nothing is deleted but by a run that is held to account."""
        assert all(target.id == key for key, target in self.cloud.there.items())


JanitorMachine.TestCase.settings = settings(max_examples=30, stateful_step_count=20, deadline=None)
TestJanitorMachine = JanitorMachine.TestCase


def test_the_machine_s_oracle_would_catch_a_wrong_deletion() -> None:
    """Each way to be wrong, handed to the oracle by hand."""
    machine = JanitorMachine()
    machine.begin(janitor={}, resources=[])
    tags = {"driftguard:owner": "platform", "driftguard:expires-at": "2026-11-23T11:00:00Z"}
    right = Target("aws", f"{ACCOUNT}/eu-west-1", "sqs:queue", "arn:1", "dg-a", tags)
    machine.blind_then, machine.mute_then = set(), set()
    machine.cloud.deleted = [right]
    machine._hold_to_account(0, Mode.LIVE, None)
    wrong = [
        replace(right, name="web"),
        replace(right, tags={**tags, "Protected": "x"}),
        replace(right, tags={**tags, "driftguard:expires-at": "2026-11-23T13:00:00Z"}),
        replace(right, protection="lock"),
    ]
    for target in wrong:
        machine.cloud.deleted = [target]
        caught = False
        try:
            machine._hold_to_account(0, Mode.LIVE, None)
        except AssertionError:
            caught = True
        assert caught, target
