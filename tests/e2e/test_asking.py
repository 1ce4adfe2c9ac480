"""How consumers are asked: written down first, by either way, within limits, and again where that helps."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fakes.github import FakeGitHub, Request
from stage.two import CONSUMER, NUMBER, ORIGIN, Two

STARTED = ORIGIN.replace("timeout: 30m", "timeout: 30m, ask: workflow_dispatch, workflow: contracts.yml, ref: trunk")
WORKED = CONSUMER.replace("repository_dispatch.driftguard-contract", "workflow_dispatch")


@pytest.fixture
def two(hub: FakeGitHub, tmp_path: Path) -> Two:
    return Two(hub, tmp_path)


def outcome(report: Mapping[str, Any], beginning: str) -> dict[str, Any]:
    return next(one for one in report["outcomes"] if one["action_id"].startswith(beginning))


def asks_the_required_one(request: Request) -> bool:
    """Both consumers are asked side by side; only this one's answer holds the pull request."""
    return request.operation == "repos/create-dispatch-event" and request.path.startswith("/repos/acme/web")


def recheck(two: Two) -> tuple[int, dict[str, Any]]:
    """A maintainer comments; the policy takes commands."""
    two.hub.repo().permissions["alice"] = "write"
    commands = "  - {name: commands, on: [issue_comment], run: commands}\ncross_repo:"
    two.governed(ORIGIN.replace("cross_repo:", commands))
    return two.run("shop", "issue_comment", two.hub.comment(NUMBER, "alice", "/driftguard recheck"))


def test_questions_are_written_down_before_the_first_is_sent(two: Two) -> None:
    two.opened()
    order = [request.operation for request in two.hub.writes]
    assert order.index("checks/create") < order.index("repos/create-dispatch-event")


def test_nobody_is_asked_where_the_questions_cannot_be_written_down(two: Two) -> None:
    two.hub.fail("checks/create", 403, times=9)
    code, report = two.opened()
    assert two.hub.repo("acme/web").dispatches == []
    assert "not begun" in outcome(report, "repository_dispatch:acme/web")["note"]
    assert "permission" in outcome(report, "check_run:acme/shop")["error"]
    assert code == 1


def test_a_consumer_that_answers_before_the_asking_run_has_ended_is_heard(two: Two) -> None:
    """The page stands as soon as the first question is out."""
    heard: list[str] = []

    def answers_at_once(request: Request) -> bool:
        if asks_the_required_one(request):
            heard.append(two.hub.check(two.head, "DriftGuard contracts")["status"])
        return False

    two.hub.fail("none", 500)
    two.hub.failures[-1].fits = answers_at_once
    two.opened()
    assert heard == ["in_progress"]


def test_a_workflow_is_started_as_the_policy_says_and_its_run_is_known_at_once(two: Two) -> None:
    two.governed(STARTED, WORKED)
    two.hub.repo("acme/web").workflows = {"contracts.yml"}
    two.opened()
    [run] = two.hub.repo("acme/web").runs
    assert (run["head_branch"], set(run["inputs"])) == ("trunk", {"question"})
    assert two.hub.repo("acme/web").dispatches == []
    two.run("web", "workflow_dispatch", {"inputs": run["inputs"], "repository": {"full_name": "acme/web"}})
    said = [sent["client_payload"]["says"] for sent in two.hub.repo().dispatches]
    assert said == ["failed"]  # it has no check.sh; that it runs is known without its saying so


@pytest.mark.parametrize("way", ["repository_dispatch", "workflow_dispatch"])
def test_a_consumer_s_report_and_trail_hold_no_nonce(two: Two, way: str) -> None:
    """Whoever reads an artifact of the consumer's must not answer in its name."""
    two.check = "exit 1"
    (two.work / "web" / "check.sh").write_text(two.check)
    nonce = "n" * 43
    payload: dict[str, Any] = {"origin": "acme/shop", "contract": "orders", "sha": two.head, "digest": "d" * 64}
    payload |= {"nonce": nonce}
    payload |= {"consumer": "acme/web", "pull_request": 7, "paths": []}
    two.governed(consumer=CONSUMER.replace("repository_dispatch.driftguard-contract", way))
    inputs = {"inputs": {"question": json.dumps(payload)}}
    event = inputs if way == "workflow_dispatch" else {"action": "driftguard-contract", "client_payload": payload}
    _, report = two.run("web", way, event | {"repository": {"full_name": "acme/web"}})
    assert len(report["actions"]) == 1
    trail = (two.work / "web" / ".driftguard" / "audit" / "audit.jsonl").read_text()
    assert nonce not in json.dumps(report) + trail


def test_the_link_to_a_started_run_stands_in_the_table_before_it_answers(two: Two) -> None:
    two.governed(STARTED, WORKED)
    two.hub.repo("acme/web").workflows = {"contracts.yml"}
    two.opened()
    [run] = two.hub.repo("acme/web").runs
    assert f"asked | [run]({run['html_url']})" in two.together()["output"]["summary"]


def test_a_workflow_that_is_not_there_is_told_with_what_to_do(two: Two) -> None:
    two.governed(STARTED)
    _, report = two.opened()
    error = outcome(report, "workflow_dispatch:acme/web")["error"]
    assert "/actions/workflows/contracts.yml/dispatches: 404" in error
    assert "is the name right" in error
    assert "unreachable" in two.together()["output"]["summary"]


def test_a_question_that_starts_a_workflow_cleans_no_cloud(two: Two) -> None:
    """Whoever may ask may not choose the moment at which another repository's environments end."""
    rules = "rules: [{name: nightly, on: [schedule, workflow_dispatch], run: janitor}, "
    two.governed(consumer=WORKED.replace("rules: [", rules))
    about = {"inputs": {"question": "{}"}, "repository": {"full_name": "acme/web"}}
    code, report = two.run("web", "workflow_dispatch", about)
    assert (code, report["actions"]) == (0, [])
    assert "rule 'nightly': a question about a contract ends nothing" in report["notes"]


@pytest.mark.parametrize("text", ["", "{", "[]", '{"origin": 1}', "null", "[" * 5000])
def test_a_workflow_started_with_anything_else_runs_nothing(two: Two, text: str) -> None:
    two.governed(STARTED, WORKED)
    about = {"inputs": {"question": text}, "repository": {"full_name": "acme/web"}}
    code, report = two.run("web", "workflow_dispatch", about)
    assert (code, report["actions"]) == (0, [])


def test_a_limit_leaves_a_question_to_the_next_sweep_which_asks_it(two: Two, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("driftguard.retry.time.sleep", lambda _: None)
    for _ in range(2):
        two.hub.fail("repos/create-dispatch-event", 403, headers={"Retry-After": "3600"})
    _, report = two.opened()
    assert "left to the next sweep" in outcome(report, "repository_dispatch:acme/web")["error"]
    assert "queued" in two.together()["output"]["summary"]
    assert two.together()["status"] == "in_progress"
    two.swept()
    assert len(two.hub.repo("acme/web").dispatches) == 1
    two.check = "true"
    two.consumer_runs()
    for answer in two.said:
        two.hears(answer)
    assert two.together()["conclusion"] == "success"


def test_who_could_not_be_reached_is_asked_by_the_sweep_once_that_is_put_right(two: Two) -> None:
    two.hub.fail("repos/create-dispatch-event", 404)
    two.hub.failures[-1].fits = asks_the_required_one
    two.opened()
    assert two.together()["conclusion"] == "failure"
    two.swept()
    assert two.together()["status"] == "in_progress"
    two.check = "true"
    two.consumer_runs()
    for answer in two.said:
        two.hears(answer)
    assert two.together()["conclusion"] == "success"


def test_recheck_asks_a_consumer_that_crashed_once_more_and_its_old_answer_counts_no_longer(two: Two) -> None:
    two.check = "kill -9 $$"
    two.opened()
    two.consumer_runs()
    old = two.said
    for answer in old:
        two.hears(answer)
    assert two.together()["conclusion"] == "failure"
    recheck(two)
    assert two.together()["status"] == "in_progress"
    assert len(two.hub.repo("acme/web").dispatches) == 2
    _, report = two.hears(old[-1])
    assert "forged" in "\n".join(report["notes"])
    newest = two.hub.repo("acme/web").dispatches.pop()
    two.hub.repo("acme/web").dispatches[:] = [newest]
    two.hub.repo().dispatches.clear()
    two.check = "true"
    two.consumer_runs()
    for answer in two.said:
        two.hears(answer)
    assert two.together()["conclusion"] == "success"


def test_a_fork_s_pull_request_asks_nobody_and_says_who_can(two: Two) -> None:
    two.pull.head_repo = "mallory/shop"
    head = {"sha": two.pull.head, "ref": "topic", "repo": {"full_name": "mallory/shop"}}
    base = {"sha": two.pull.base, "ref": "main", "repo": {"full_name": "acme/shop"}}
    pull = {"number": NUMBER, "head": head, "base": base}
    about = {"action": "opened", "number": NUMBER, "pull_request": pull, "repository": {"full_name": "acme/shop"}}
    _, report = two.run("shop", "pull_request", about)
    assert "asks no consumer" in "\n".join(report["notes"])
    assert two.hub.writes == []
    recheck(two)
    assert len(two.hub.repo("acme/web").dispatches) == 1


def test_a_waived_consumer_holds_nothing_up_and_the_check_says_who_waived_it(two: Two) -> None:
    two.check = "exit 1"
    two.opened()
    two.consumer_runs()
    for answer in two.said:
        two.hears(answer)
    two.hub.repo().permissions["alice"] = "write"
    commands = "  - {name: commands, on: [issue_comment], run: commands}\ncross_repo:"
    two.governed(ORIGIN.replace("cross_repo:", commands))
    said = "/driftguard override cross-repo acme/web they deploy next week"
    asked_at = datetime.now(UTC) + timedelta(minutes=1)
    two.run("shop", "issue_comment", two.hub.comment(NUMBER, "alice", said, asked_at))
    recheck(two)
    assert two.together()["conclusion"] == "success"
    assert "waived: they deploy next week" in two.together()["output"]["summary"]


def test_a_contract_of_very_many_files_travels_as_a_check_run_and_a_digest(two: Two) -> None:
    names = [f"api/{'/'.join(['a-long-name' * 20] * 5)}/{number:02}.json" for number in range(55)]
    two.propose(dict.fromkeys(names, "{}"))
    two.pull.push(two.head)
    two.opened()
    payload = two.question()["client_payload"]
    assert payload["paths"] == {"check": "DriftGuard contracts"}
    assert len(json.dumps(payload)) < 2000
    two.check = "test $(find $DRIFTGUARD_CONTRACT -type f | wc -l) = 56"
    two.consumer_runs()
    assert [answer["says"] for answer in two.said] == ["running", "passed"]


def test_the_comment_has_the_table_and_the_picture(two: Two) -> None:
    two.check = "exit 1"
    two.opened()
    two.consumer_runs()
    for answer in two.said:
        two.hears(answer)
    [comment] = two.hub.said(NUMBER)
    assert "1 breaking, 1 dangerous | acme\\/web | ❌ failed: exit code 1 |  |" in comment
    assert "<details><summary>1 advisory</summary>" in comment
    assert "```mermaid" in comment


def test_an_unreadable_page_is_no_empty_one(two: Two) -> None:
    """Whoever can't read who was asked must neither ask again nor call it settled."""
    two.opened()
    two.hub.repo().checks[0]["output"]["text"] = "something else"
    code, report = two.opened()
    assert "can't be read" in json.dumps(report["gaps"])
    assert len(two.hub.repo("acme/web").dispatches) == 1
    assert code in (1, 3)


def test_an_answer_of_a_stranger_in_the_statuses_is_no_answer(two: Two) -> None:
    two.opened()
    question = {"context": "driftguard/orders: acme/web", "state": "success", "description": "passed"}
    two.hub.repo().statuses.append(
        question
        | {"id": 1, "sha": two.head, "target_url": "", "created_at": two.hub.stamp()}
        | {"creator": {"login": "mallory"}}
    )
    two.opened()
    assert two.together()["status"] == "in_progress"


def test_as_an_app_a_consumer_where_it_is_not_installed_is_named_and_the_other_is_asked(two: Two, pem: str) -> None:
    app = "cross_repo:\n  app: {id: 4711, key_env: SHOP_PEM}"
    two.governed(ORIGIN.replace("cross_repo:", app))
    two.environ = {"SHOP_PEM": pem}
    two.hub.repo("acme/web").installation = 9
    _, report = two.opened()
    assert len(two.hub.repo("acme/web").dispatches) == 1
    error = outcome(report, "repository_dispatch:acme/reports")["error"]
    assert error.startswith("the App 4711 is not installed at acme/reports: install it there")
    trail = (two.work / "shop" / ".driftguard" / "audit" / "audit.jsonl").read_text()
    assert "ghs_installation" not in trail + json.dumps(report)


def test_a_key_that_is_not_set_is_told_with_its_line(two: Two) -> None:
    app = "cross_repo:\n  app: {id: 4711, key_env: SHOP_PEM}"
    two.governed(ORIGIN.replace("cross_repo:", app))
    _, report = two.opened()
    error = outcome(report, "repository_dispatch:acme/web")["error"]
    assert "cross_repo.app.key_env: the environment variable SHOP_PEM is not set" in error
    assert "policy.yaml:6" in error
