"""The second, native look at what would go."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import ClassVar

from driftguard.errors import AccessDenied
from driftguard.janitor import lease
from driftguard.janitor.survey import Survey, survey
from driftguard.model import Gap, Target, fingerprint
from driftguard.policy import Policy

NOW = datetime(2026, 11, 23, tzinfo=UTC)
POLICY = Policy.model_validate({"version": 1})
EXPIRED = {"driftguard:owner": "x", "driftguard:expires-at": "2026-01-01"}


def target(name: str, tags: Mapping[str, str] = EXPIRED) -> Target:
    return Target(
        "aws", "aws/1/eu-west-1", "sqs:queue", name, name, tags, NOW - timedelta(days=9), None, fingerprint(tags)
    )


@dataclass
class Cloud:
    """What each target really is: by default as it was listed."""

    now: Mapping[str, Callable[[Target], Target | None]] = field(default_factory=dict)
    read_again: list[str] = field(default_factory=list)
    provider: ClassVar[str] = "aws"
    order: ClassVar[Mapping[str, Sequence[str]]] = {}

    def identity(self) -> str:
        return "aws/1"

    def discover(self) -> Iterator[Target | Gap]:
        yield from ()

    def read(self, target: Target) -> Target | None:
        self.read_again.append(target.name)
        look = self.now.get(target.name)
        return look(target) if look else target


def of(cloud: Cloud, *targets: Target | Gap, policy: Policy = POLICY) -> Survey:
    return survey(
        targets, lambda found: lease.judge(found, lease.Terms(policy, NOW)), [cloud], policy, time.monotonic() + 60
    )


def going(found: Survey) -> set[str]:
    return {target.name for target, judged in found.seen if judged.deletable}


def test_only_what_would_go_is_looked_at_again() -> None:
    cloud = Cloud()
    found = of(cloud, target("dg-a"), target("dg-b", EXPIRED | {"Protected": "x"}), target("web"))
    assert cloud.read_again == ["dg-a"]
    assert going(found) == {"dg-a"}
    assert found.seen.seen == 3


def test_a_ghost_that_the_inventory_still_lists_is_dropped() -> None:
    found = of(Cloud({"dg-a": lambda _: None}), target("dg-a"), target("dg-b"))
    assert going(found) == {"dg-b"}
    assert found.seen.seen == 1


def test_what_the_cloud_protects_shows_already_in_the_plan() -> None:
    found = of(Cloud({"dg-a": lambda found: replace(found, protection="deletion protection")}), target("dg-a"))
    assert going(found) == set()
    [(_, judged)] = found.seen
    assert "deletion protection" in judged.reason


def test_what_cant_be_read_again_stays_and_is_a_gap_by_name() -> None:
    def refuse(_: Target) -> Target | None:
        raise AccessDenied("no")

    found = of(Cloud({"dg-a": refuse}), target("dg-a"), target("dg-b"))
    assert going(found) == {"dg-b"}
    assert [(gap.what, gap.error) for gap in found.gaps] == [("dg-a", "no")]


def test_beyond_the_cap_nothing_is_looked_at_since_nothing_will_go() -> None:
    cloud = Cloud()
    found = of(cloud, *(target(f"dg-{number:05}") for number in range(1500)))
    assert cloud.read_again == []
    assert found.seen.going.left_out == 500
