"""A contract's change, its consumer's check and the answer: two repositories' workflows as they are, run by act."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from fakes.github import FakeGitHub
from stage.act import Act, Ran, callers
from stage.hosted import Hosted

pytestmark = pytest.mark.long

ORIGIN = """\
version: 1
dry_run: false
rules:
  - {name: contracts, on: [pull_request, "repository_dispatch.driftguard-verdict", schedule], run: cross_repo}
cross_repo:
  contracts: [{name: orders, paths: [api/**], consumers: [{repo: acme/web, timeout: 30m}]}]
"""
CONSUMER = """\
version: 1
dry_run: false
rules: [{name: answers, on: [repository_dispatch.driftguard-contract], run: cross_repo}]
cross_repo:
  answers: [{origin: acme/shop, contract: orders, command: [sh, check.sh], timeout: 1m}]
"""
TAKES_IT, BREAKS, CRASHES = "grep -q total $DRIFTGUARD_CONTRACT/api/orders.json", "exit 3", "kill -9 $$"


@dataclass
class Two:
    """acme/shop, whose pull request breaks a contract, and acme/web, which relies on it."""

    act: Act
    shop: Hosted
    web: Hosted

    def opens(self, action: str = "opened") -> Ran:
        return self.act.run(
            self.shop, "pull_request", self.shop.pull_request(action), job="check", commit=self.shop.merge
        )

    def answers(self) -> list[dict[str, Any]]:
        """The consumer's job for the one question there is, and what it told the origin."""
        [asked] = self.shop.hub.repo("acme/web").dispatches
        ran = self.act.run(self.web, "repository_dispatch", self.web.dispatched(asked), job="dispatch")
        assert ran.jobs == {"DriftGuard dispatch": "success"}, ran.log
        return self.shop.hub.repo("acme/shop").dispatches

    def hears(self, said: Mapping[str, Any]) -> Ran:
        ran = self.act.run(self.shop, "repository_dispatch", self.shop.dispatched(said), job="dispatch")
        assert list(ran.jobs) == ["DriftGuard dispatch"], ran.log
        return ran

    def hears_all(self) -> None:
        for said in self.answers():
            self.hears(said)

    @property
    def together(self) -> str | None:
        """The conclusion of the check that waits for every consumer; ``None`` while it waits."""
        conclusion: str | None = self.shop.hub.check(self.shop.head, "DriftGuard contracts")["conclusion"]
        return conclusion

    def status(self, consumer: str = "acme/web") -> str:
        found = [s for s in self.shop.hub.repo().statuses if s["context"] == f"driftguard/orders: {consumer}"]
        return f"{found[-1]['state']} {found[-1]['description']}" if found else ""


@pytest.fixture
def origin() -> str:
    """acme/shop's policy."""
    return ORIGIN


@pytest.fixture
def check() -> str:
    """acme/web's command that tries what is proposed."""
    return TAKES_IT


@pytest.fixture
def two(act: Act, hub: FakeGitHub, origin: str, check: str) -> Two:
    hub.repo("acme/reports")
    files = {"api/orders.json": '{"total": 1}', "api/old.json": "{}"}
    shop = Hosted.make("acme/shop", hub, act.work, callers("acme/shop", origin, contracts=("api",)) | files)
    shop.push({"api/old.json": None, "api/orders.json": '{"total": 2}'})
    web = Hosted.make("acme/web", hub, act.work, callers("acme/web", CONSUMER) | {"check.sh": check})
    two = Two(act, shop, web)
    ran = two.opens()
    assert ran.jobs == {"DriftGuard": "failure"}, ran.log
    assert (two.together, two.status()) == (None, "")
    return two


def test_a_consumer_that_takes_it_turns_the_check_green(two: Two) -> None:
    two.hears_all()
    assert (two.together, two.status()) == ("success", "success passed")
    assert two.shop.hub.check(two.shop.head)["conclusion"] == "success"


@pytest.mark.parametrize(
    ("check", "status"),
    [(BREAKS, "failure failed: exit code 3"), (CRASHES, "error crashed: ended by signal 9")],
    ids=["breaks", "crashes"],
)
def test_a_consumer_that_breaks_or_crashes_holds_the_pull_request(two: Two, status: str) -> None:
    two.hears_all()
    assert (two.together, two.status()) == ("failure", status)


PATIENT = "consumers: [{repo: acme/web, timeout: 1s}, {repo: acme/reports, timeout: 30m}]"


@pytest.mark.parametrize("origin", [ORIGIN.replace("consumers: [{repo: acme/web, timeout: 30m}]", PATIENT)])
def test_silence_becomes_a_verdict_in_the_sweep_and_not_before_its_time(two: Two) -> None:
    ran = two.act.run(two.shop, "schedule", {"schedule": "23 * * * *"} | two.shop.about, job="sweep")
    assert ran.jobs == {"DriftGuard sweep": "success"}, ran.log
    assert (two.together, two.status()) == ("failure", "failure silent: no answer in time")
    assert two.status("acme/reports") == ""


def test_an_answer_about_an_older_head_changes_nothing(two: Two) -> None:
    said = two.answers()[-1]
    two.shop.push({"api/orders.json": '{"sum": 3}'})
    ran = two.hears(said)
    assert two.status() == ""
    assert "changes nothing" in ran.log


def test_a_forged_answer_changes_nothing_and_stands_in_the_trail(two: Two) -> None:
    said = two.answers()[-1]
    ran = two.hears({**said, "client_payload": said["client_payload"] | {"nonce": "guessed"}})
    assert (two.together, two.status()) == (None, "")
    assert "forged" in (ran.artifacts / "driftguard-dispatch-1" / "audit" / "audit.jsonl").read_text()


@pytest.mark.parametrize("check", [BREAKS])
def test_a_replay_and_a_change_of_mind_change_nothing(two: Two) -> None:
    said = two.answers()[-1]
    two.hears(said)
    assert "repeat" in two.hears(said).log
    two.hears({**said, "client_payload": said["client_payload"] | {"says": "passed"}})
    assert (two.together, two.status()) == ("failure", "failure failed: exit code 3")
