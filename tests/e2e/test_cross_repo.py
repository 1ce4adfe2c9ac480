"""A contract change asks its consumer and waits: two repositories, two policies, one GitHub that checks requests."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fakes.github import TOKEN, FakeGitHub
from stage.command import within
from stage.repository import Repository

ORIGIN = """\
version: 1
dry_run: false
rules:
  - {name: contracts, on: [pull_request, "repository_dispatch.driftguard-verdict", schedule], run: cross_repo}
cross_repo:
  contracts:
    - name: orders
      paths: [api/**]
      consumers:
        - {repo: acme/web, timeout: 30m}
        - {repo: acme/reports, required: false}
"""
CONSUMER = """\
version: 1
dry_run: false
rules: [{name: answers, on: [repository_dispatch.driftguard-contract], run: cross_repo}]
cross_repo:
  answers: [{origin: acme/shop, contract: orders, command: [sh, check.sh], timeout: 1m}]
"""
NUMBER = 7


@dataclass
class Two:
    """acme/shop with pull request 7, which removes a contract's file, and acme/web, which relies on it."""

    hub: FakeGitHub
    work: Path
    check: str = "grep -q total $DRIFTGUARD_CONTRACT/api/orders.json"
    said: list[Mapping[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        for name in ("acme/web", "acme/reports"):
            self.hub.repo(name)
        self.shop = Repository.init(self.work / "shop")
        base = self.shop.commit({"api/orders.json": '{"total": 1}', "api/old.json": "{}"})
        self.shop.git("checkout", "-q", "-b", "topic")
        self.propose({"api/old.json": None, "api/orders.json": '{"total": 2}'})
        self.pull = self.hub.pull(NUMBER, self.head, base)
        self.web = Repository.init(self.work / "web")
        (self.work / "web" / "policy.yaml").write_text(CONSUMER)
        (self.work / "policy.yaml").write_text(ORIGIN)

    def propose(self, files: Mapping[str, str | bytes | None]) -> None:
        self.head = self.shop.commit(files)
        tracked = self.shop.git("ls-files", "api").splitlines()
        self.hub.repo().files = {path: (self.shop.path / path).read_bytes() for path in tracked}

    def run(self, where: str, name: str, payload: Mapping[str, Any], *words: str) -> tuple[int, dict[str, Any]]:
        directory = self.work / where
        policy = self.work / "policy.yaml" if where == "shop" else directory / "policy.yaml"
        (self.work / "event.json").write_text(json.dumps(payload))
        environ = self.hub.environ | {"DRIFTGUARD_TOKEN": TOKEN, "GITHUB_REPOSITORY": f"acme/{where}"}
        words = ("--policy", str(policy), "--format", "json", *words)
        event = ("--event-name", name, "--event-path", str(self.work / "event.json"))
        code, out = within("run", *event, *words, cwd=directory, environ=environ)
        return code, json.loads(out)

    def opened(self, *words: str) -> tuple[int, dict[str, Any]]:
        head = {"sha": self.pull.head, "ref": "topic", "repo": {"full_name": "acme/shop"}}
        base = {"sha": self.pull.base, "ref": "main", "repo": {"full_name": "acme/shop"}}
        pull = {"number": NUMBER, "head": head, "base": base}
        about = {"action": "opened", "number": NUMBER, "pull_request": pull, "repository": {"full_name": "acme/shop"}}
        return self.run("shop", "pull_request", about, *words)

    def question(self) -> dict[str, Any]:
        [asked] = self.hub.repo("acme/web").dispatches
        return asked

    def consumer_runs(self) -> None:
        """acme/web's job; what it tells the origin is kept in ``said``."""
        (self.work / "web" / "check.sh").write_text(self.check)
        payload = self.question()["client_payload"]
        self.run("web", "repository_dispatch", _dispatched("acme/web", "driftguard-contract", payload))
        self.said = [sent["client_payload"] for sent in self.hub.repo().dispatches]

    def hears(self, answer: Mapping[str, Any]) -> tuple[int, dict[str, Any]]:
        """acme/shop's job for one answer."""
        return self.run("shop", "repository_dispatch", _dispatched("acme/shop", "driftguard-verdict", answer))

    def together(self) -> Mapping[str, Any]:
        """The check run that waits for the consumers, as it is now."""
        return self.hub.check(self.pull.head, "DriftGuard contracts")

    def status(self, consumer: str = "acme/web") -> str:
        ours = [s for s in self.hub.repo().statuses if s["context"] == f"driftguard/orders: {consumer}"]
        return f"{ours[-1]['state']} {ours[-1]['description']}" if ours else ""


def _dispatched(repo: str, action: str, payload: Mapping[str, Any]) -> dict[str, Any]:
    return {"action": action, "client_payload": dict(payload), "repository": {"full_name": repo}}


@pytest.fixture
def two(hub: FakeGitHub, tmp_path: Path) -> Two:
    return Two(hub, tmp_path)


def notes(report: Mapping[str, Any]) -> str:
    return "\n".join(report["notes"])


def test_a_breaking_change_asks_each_consumer_and_a_check_waits(two: Two) -> None:
    code, report = two.opened()
    assert code == 1
    assert [action["target"]["name"] for action in report["actions"] if action["kind"] == "repository_dispatch"] == [
        "acme/web",
        "acme/reports",
    ]
    payload = two.question()["client_payload"]
    assert len(payload) <= 10
    assert (payload["origin"], payload["sha"], payload["contract"]) == ("acme/shop", two.head, "orders")
    assert two.together()["status"] == "in_progress"
    assert two.hub.refused == []


def test_the_nonce_stands_in_the_payload_and_nowhere_else(two: Two) -> None:
    _, report = two.opened()
    nonce = two.question()["client_payload"]["nonce"]
    trail = (two.work / "shop" / ".driftguard" / "audit" / "audit.jsonl").read_text()
    assert nonce not in json.dumps(report) + trail + json.dumps(two.hub.repo().checks)


def test_a_consumer_that_takes_it_turns_the_check_green_and_the_finding_to_a_note(two: Two) -> None:
    two.opened()
    two.consumer_runs()
    assert [answer["says"] for answer in two.said] == ["running", "passed"]
    for answer in two.said:
        code, report = two.hears(answer)
    assert two.status() == "success passed"
    assert two.together()["conclusion"] == "success"
    assert code == 0, notes(report)
    removed = next(finding for finding in report["findings"] if finding["rule"] == "cross_repo/file-removed")
    assert (removed["severity"], "taken by acme/web" in removed["message"]) == ("note", True)
    assert two.hub.check(two.head)["conclusion"] == "success"


def test_a_consumer_that_breaks_is_a_finding_with_its_name(two: Two) -> None:
    two.check = "exit 3"
    two.opened()
    two.consumer_runs()
    code, report = [two.hears(answer) for answer in two.said][-1]
    assert (code, two.together()["conclusion"]) == (1, "failure")
    assert two.status() == "failure failed: exit code 3"
    [finding] = [finding for finding in report["findings"] if finding["kind"] == "consumer"]
    assert (finding["rule"], finding["name"], finding["severity"]) == (
        "cross_repo/consumer-failed",
        "acme/web",
        "error",
    )


def test_a_command_that_crashes_is_said_so(two: Two) -> None:
    two.check = "kill -9 $$"
    two.opened()
    two.consumer_runs()
    assert [answer["says"] for answer in two.said] == ["running", "crashed"]
    for answer in two.said:
        two.hears(answer)
    assert two.status() == "error crashed: ended by signal 9"
    assert two.together()["conclusion"] == "failure"


def test_the_command_that_reads_a_stranger_s_files_is_given_no_token(two: Two) -> None:
    two.check = 'test -z "$DRIFTGUARD_TOKEN$GITHUB_TOKEN"'
    two.opened()
    two.consumer_runs()
    assert [answer["says"] for answer in two.said] == ["running", "passed"]


def test_silence_becomes_a_verdict_in_the_nightly_sweep(two: Two, monkeypatch: pytest.MonkeyPatch) -> None:
    two.opened()
    night = {"schedule": "0 3 * * *", "repository": {"full_name": "acme/shop"}}
    two.run("shop", "schedule", night)
    assert two.status() == ""
    monkeypatch.setattr("driftguard.wiring.assembly.utc_now", lambda: datetime.now(UTC) + timedelta(hours=1))
    two.run("shop", "schedule", night)
    assert two.status() == "failure silent: no answer in time"
    assert two.together()["conclusion"] == "failure"


def test_a_forged_answer_changes_nothing_and_is_on_the_trail(two: Two) -> None:
    two.opened()
    two.consumer_runs()
    forged = {**two.said[-1], "nonce": "guessed"}
    _, report = two.hears(forged)
    assert "forged" in notes(report)
    assert (two.status(), two.together()["status"]) == ("", "in_progress")
    assert "forged" in (two.work / "shop" / ".driftguard" / "audit" / "audit.jsonl").read_text()


def test_a_replay_and_a_late_change_of_mind_change_nothing(two: Two) -> None:
    two.check = "exit 1"
    two.opened()
    two.consumer_runs()
    failed = two.said[-1]
    two.hears(failed)
    _, report = two.hears(failed)
    assert "repeat" in notes(report)
    _, report = two.hears({**failed, "says": "passed"})
    assert "already" in notes(report)
    assert two.status().startswith("failure")


def test_an_answer_about_an_older_head_is_stale(two: Two) -> None:
    two.opened()
    two.consumer_runs()
    two.propose({"api/orders.json": '{"sum": 3}'})
    two.pull.push(two.head)
    _, report = two.hears(two.said[-1])
    assert "changes nothing" in notes(report)
    assert two.status() == ""


def test_asking_twice_about_one_head_is_asking_once(two: Two) -> None:
    two.opened()
    two.opened()
    assert len(two.hub.repo("acme/web").dispatches) == 1


def test_what_a_payload_names_is_never_run_and_an_unlisted_origin_is_not_served(two: Two) -> None:
    two.opened()
    payload = two.question()["client_payload"] | {"origin": "mallory/shop", "command": ["touch", "owned"]}
    code, report = two.run("web", "repository_dispatch", _dispatched("acme/web", "driftguard-contract", payload))
    assert code == 0
    assert "nothing is run" in notes(report)
    assert not (two.work / "web" / "owned").exists()


def test_files_that_are_not_those_that_were_asked_about_are_not_tried(two: Two) -> None:
    two.opened()
    two.hub.repo().files["api/orders.json"] = b"{}"
    two.consumer_runs()
    assert [answer["says"] for answer in two.said] == ["running", "crashed"]
    assert "not the one that was asked about" in two.said[-1]["why"]


@pytest.mark.parametrize(("status", "said"), [(404, "is the name right"), (422, "422"), (403, "permission")])
def test_a_consumer_that_cannot_be_asked_is_named_with_what_to_do(two: Two, status: int, said: str) -> None:
    two.hub.fail("repos/create-dispatch-event", status, times=2)
    code, report = two.opened()
    assert code == 1
    errors = [outcome["error"] for outcome in report["outcomes"] if outcome["status"] == "failed"]
    assert [said in error for error in errors] == [True, True]
    assert two.together()["conclusion"] == "failure"
    assert "unreachable" in two.together()["output"]["summary"]


def test_a_rehearsal_asks_nobody(two: Two) -> None:
    two.opened("--dry-run")
    assert two.hub.writes == []
