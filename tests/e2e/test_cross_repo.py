"""A contract change asks its consumer and waits: two repositories, two policies, one GitHub that checks requests."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fakes.github import FakeGitHub
from stage.two import ORIGIN, Two, dispatched


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


def test_a_question_that_is_repeated_after_its_answer_runs_nothing(two: Two) -> None:
    two.opened()
    two.consumer_runs()
    for answer in two.said:
        two.hears(answer)
    two.check = "touch again"
    two.consumer_runs()
    assert not (two.work / "web" / "again").exists()
    assert len(two.said) == 2


def test_whom_to_ask_is_named_where_it_breaks(two: Two) -> None:
    two.governed(ORIGIN.replace("timeout: 30m", 'timeout: 30m, owners: ["@acme/web-team"]'))
    two.check = "exit 1"
    two.opened()
    two.consumer_runs()
    _, report = [two.hears(answer) for answer in two.said][-1]
    [finding] = [finding for finding in report["findings"] if finding["kind"] == "consumer"]
    assert finding["message"].endswith("exit code 1; ask @acme/web-team")


def test_what_a_payload_names_is_never_run_and_an_unlisted_origin_is_not_served(two: Two) -> None:
    two.opened()
    payload = two.question()["client_payload"] | {"origin": "mallory/shop", "command": ["touch", "owned"]}
    code, report = two.run("web", "repository_dispatch", dispatched("acme/web", "driftguard-contract", payload))
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
