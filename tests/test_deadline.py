"""`limits.deadline` is the whole run's: looking, acting and looking again; only telling people may come later."""

import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from fakes.cloud import ACCOUNT, MemoryCloud, MemorySources
from fakes.trail import MemoryTrail

from driftguard.gate import Gate, Rehearsal, decide
from driftguard.janitor.planner import JanitorPlanner
from driftguard.model import Action, Event, Gap, Outcome, Plan, Risk, Status, Target
from driftguard.policy import Policy
from driftguard.ports import Proposal

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
NIGHT = {"name": "nightly", "on": ["schedule"], "run": "janitor"}
POLICY = Policy.model_validate({"version": 1, "rules": [NIGHT], "limits": {"deadline": "100s"}})
RULE = POLICY.rules[0]
EVENT = Event("1", "schedule", "acme/shop", "main", "", "cron", NOW, {})
TAGS = {"driftguard:owner": "web", "driftguard:expires-at": "2026-11-20"}
QUEUE = Target("aws", f"{ACCOUNT}/eu-west-1", "sqs:queue", "arn:dg-a", "dg-a", TAGS, NOW)
DELETION = Action("delete", "delete_resource", QUEUE, Risk.DESTROY, "expired")
COMMENT = Action("comment", "pr_comment", Target("github", "github/acme/shop", "pull", "7", "7"), Risk.NOTIFY, "says")


def gate(spent: float) -> Gate:
    """Of a run that began ``spent`` seconds ago."""
    executors = {"delete_resource": Rehearsal(), "pr_comment": Rehearsal()}
    begun = time.monotonic() - spent
    return Gate(POLICY, executors, lambda target: target, MemoryTrail(), lambda: NOW, settle=(), begun=begun)


@pytest.mark.parametrize(("spent", "status"), [(80, Status.SIMULATED), (91, Status.FAILED), (500, Status.FAILED)])
def test_nothing_begins_in_the_last_tenth_of_a_run_or_after_it(spent: float, status: Status) -> None:
    ruling = decide([Proposal(RULE, Plan(actions=(DELETION,)))], gate(0).grounds(EVENT))
    [outcome] = gate(spent).apply(ruling, EVENT)
    assert outcome.status is status
    assert outcome.error == ("the run's deadline came first" if status is Status.FAILED else "")


@pytest.mark.parametrize(("spent", "said"), [(95, "still there"), (101, "could not be verified")])
def test_that_tenth_is_for_looking_whether_it_came_true(spent: float, said: str) -> None:
    [outcome] = gate(spent).verify([DELETION], [Outcome("delete", Status.APPLIED, 1)])
    assert said in outcome.error


def test_people_are_told_of_a_run_that_used_all_of_its_time() -> None:
    ruling = decide([Proposal(None, Plan(actions=(COMMENT,)))], gate(0).grounds(EVENT))
    assert [outcome.status for outcome in gate(500).apply(ruling, EVENT)] == [Status.SIMULATED]


def test_a_look_that_hangs_is_given_up_in_time_for_the_rest() -> None:
    class Hangs(MemoryCloud):
        def discover(self) -> Iterator[Target | Gap]:
            threading.Event().wait(60)
            yield QUEUE

    began = time.monotonic()
    planner = JanitorPlanner(MemorySources(POLICY, lambda: NOW, [Hangs()]), begun=began - 64.8)
    plan = planner.plan(EVENT, RULE)
    assert [(gap.scope, gap.error) for gap in plan.gaps] == [("aws", "took too long")]
    assert time.monotonic() - began < 30
