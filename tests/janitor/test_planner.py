"""What a planner makes of a cloud that changes while it looks."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from fakes.cloud import ACCOUNT, MemoryCloud, MemorySources

from driftguard.janitor.planner import JanitorPlanner
from driftguard.model import Event, Gap, Target
from driftguard.policy import Policy

NIGHT = {"name": "nightly", "on": ["schedule"], "run": "janitor"}


@dataclass
class SlowCloud(MemoryCloud):
    """A look through it takes ten minutes; somebody makes a queue meanwhile."""

    now: datetime = datetime(2026, 11, 23, 12, tzinfo=UTC)

    def discover(self) -> Iterator[Target | Gap]:
        born = self.now + timedelta(minutes=9)
        self.now += timedelta(minutes=10)
        tags = {"driftguard:owner": "web"}
        self.put(Target("aws", f"{ACCOUNT}/eu-west-1", "sqs:queue", "arn:new", "dg-new", tags, born))
        yield from super().discover()


def test_what_is_made_while_it_looks_lives_and_is_no_finding() -> None:
    policy, cloud = Policy.model_validate({"version": 1, "rules": [NIGHT]}), SlowCloud()
    event = Event("1", "schedule", "acme/shop", "main", "", "cron", cloud.now, {})
    plan = JanitorPlanner(MemorySources(policy, lambda: cloud.now, [cloud])).plan(event, policy.rules[0])
    assert plan.findings == ()
    assert [action.why for action in plan.actions] == ["lives until 2026-11-24 12:09 UTC (policy 24h)"]
