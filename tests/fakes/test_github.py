"""The fake GitHub refuses what GitHub refuses; what it lets through, the tests of the real client may rely on."""

import json
import urllib.error
import urllib.request
from typing import Any

import pytest
from fakes.github import TOKEN, FakeGitHub
from fakes.github_answers import ANSWERS, NEEDS
from fakes.github_rules import DESCRIPTION, operation

HEAD = "a" * 40
REPO = "/repos/acme/shop"


def ask(
    hub: FakeGitHub, method: str, path: str, body: Any = None, token: str = TOKEN
) -> tuple[int, Any, dict[str, str]]:
    data = None if body is None else json.dumps(body).encode()
    headers = {"Authorization": f"token {token}", "Content-Type": "application/json"}
    request = urllib.request.Request(hub.url + path, data, headers, method=method)
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=10) as answer:
            text = answer.read()
            return answer.status, json.loads(text) if text else None, dict(answer.headers)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.loads(error.read()), dict(error.headers)


def check(**more: Any) -> dict[str, Any]:
    return {"name": "n", "head_sha": HEAD, **more}


def annotations(count: int) -> list[dict[str, Any]]:
    return [{"path": "a", "start_line": 1, "end_line": 1, "annotation_level": "notice", "message": "m"}] * count


@pytest.mark.parametrize(
    ("method", "path", "body", "why"),
    [
        pytest.param("POST", "/repos/acme/shop/unheard-of", {}, "no such operation", id="unknown path"),
        pytest.param("DELETE", f"{REPO}/pulls/1", None, "no such operation", id="unknown method"),
        pytest.param("GET", f"{REPO}/pulls/one", None, "not of type 'integer'", id="a path of the wrong type"),
        pytest.param("GET", f"{REPO}/issues/1/comments?per_page=500", None, "per_page", id="a page too large"),
        pytest.param("GET", f"{REPO}/issues/1/comments?sort=up", None, "no query parameter", id="unknown query"),
        pytest.param("GET", f"{REPO}/commits/x/check-runs?filter=some", None, "not one of", id="query off its list"),
        pytest.param("POST", f"{REPO}/issues/1/comments", {"text": "x"}, "required", id="a field is missing"),
        pytest.param(
            "POST", f"{REPO}/issues/1/comments", {"body": "x", "bdoy": 1}, "no field bdoy", id="a misspelt field"
        ),
        pytest.param("POST", f"{REPO}/issues/1/comments", {"body": "x" * 65_537}, "too long", id="a long comment"),
        pytest.param("POST", f"{REPO}/issues/1/comments", {"body": " "}, "blank", id="an empty comment"),
        pytest.param("POST", f"{REPO}/check-runs", check(status="done"), "not one of", id="no such status"),
        pytest.param("POST", f"{REPO}/check-runs", check(status="completed"), "conclusion", id="completed, but how?"),
        pytest.param("POST", f"{REPO}/check-runs", check(completed_at="noon"), "date-time", id="no time"),
        pytest.param("POST", f"{REPO}/check-runs", check(conclusion="stale"), "only GitHub", id="stale"),
        pytest.param(
            "POST",
            f"{REPO}/check-runs",
            check(output={"title": "t", "summary": "s", "annotations": annotations(51)}),
            "50",
            id="51 annotations",
        ),
        pytest.param(
            "POST", f"{REPO}/check-runs", check(output={"title": "t", "summary": "s" * 65_536}), "long", id="summary"
        ),
        pytest.param("POST", f"{REPO}/statuses/{HEAD}", {"state": "ok"}, "not one of", id="no such state"),
        pytest.param(
            "POST", f"{REPO}/statuses/{HEAD}", {"state": "success", "description": "d" * 141}, "140", id="description"
        ),
        pytest.param("POST", f"{REPO}/dispatches", {"event_type": "t" * 101}, "long", id="event type"),
        pytest.param(
            "POST",
            f"{REPO}/dispatches",
            {"event_type": "t", "client_payload": {str(n): n for n in range(11)}},
            "properties",
            id="11 keys",
        ),
        pytest.param(
            "POST",
            f"{REPO}/dispatches",
            {"event_type": "t", "client_payload": {"x": "y" * 65_536}},
            "64 KB",
            id="64 KB",
        ),
    ],
)
def test_what_github_would_refuse_is_refused_and_changes_nothing(
    hub: FakeGitHub, method: str, path: str, body: Any, why: str
) -> None:
    hub.pull(1, HEAD, "b" * 40)
    status, _, _ = ask(hub, method, path, body)
    assert status in (404, 422)
    assert any(why in defect for defect in hub.refused), hub.refused
    repo = hub.repo()
    assert (repo.checks, repo.statuses, repo.dispatches, dict(repo.comments)) == ([], [], [], {})
    hub.refused.clear()


def test_another_token_is_nobody(hub: FakeGitHub) -> None:
    assert ask(hub, "GET", REPO, token="ghs_other")[0] == 401


def test_a_token_without_the_permission_is_told_which(hub: FakeGitHub) -> None:
    hub.scopes = frozenset()
    status, _, headers = ask(hub, "POST", f"{REPO}/dispatches", {"event_type": "t"})
    assert (status, headers["X-Accepted-GitHub-Permissions"]) == (403, "contents=write")


def test_lists_come_in_pages_that_name_the_next(hub: FakeGitHub) -> None:
    hub.pull(1, HEAD, "b" * 40)
    for number in range(5):
        hub.comment(1, "alice", str(number))
    _, first, headers = ask(hub, "GET", f"{REPO}/issues/1/comments?per_page=3")
    _, second, last = ask(hub, "GET", f"{REPO}/issues/1/comments?per_page=3&page=2")
    assert [comment["body"] for comment in (*first, *second)] == ["0", "1", "2", "3", "4"]
    assert "page=2" in headers["Link"]
    assert "Link" not in last


def test_of_check_runs_with_one_name_the_newest_counts_unless_all_are_asked_for(hub: FakeGitHub) -> None:
    for conclusion in ("failure", "success"):
        ask(hub, "POST", f"{REPO}/check-runs", check(status="completed", conclusion=conclusion))
    _, latest, _ = ask(hub, "GET", f"{REPO}/commits/{HEAD}/check-runs")
    _, everything, _ = ask(hub, "GET", f"{REPO}/commits/{HEAD}/check-runs?filter=all")
    assert [c["conclusion"] for c in latest["check_runs"]] == ["success"]
    assert everything["total_count"] == 2


def test_a_commit_without_statuses_is_pending(hub: FakeGitHub) -> None:
    assert ask(hub, "GET", f"{REPO}/commits/{HEAD}/status")[1]["state"] == "pending"
    ask(hub, "POST", f"{REPO}/statuses/{HEAD}", {"state": "success"})
    assert ask(hub, "GET", f"{REPO}/commits/{HEAD}/status")[1]["state"] == "success"


def test_an_installation_s_token_reaches_only_what_it_was_narrowed_to(hub: FakeGitHub) -> None:
    hub.repo("acme/shop").installation = hub.repo("acme/web").installation = 42
    key = "e30.e30.c2ln"
    assert ask(hub, "GET", "/repos/acme/web/installation", token=key)[1]["id"] == 42
    _, made, _ = ask(hub, "POST", "/app/installations/42/access_tokens", {"repositories": ["web"]}, token=key)
    assert ask(hub, "GET", "/repos/acme/web", token=made["token"])[0] == 200
    assert ask(hub, "GET", REPO, token=made["token"])[0] == 404


def test_a_workflow_run_is_named_where_that_was_asked_for(hub: FakeGitHub) -> None:
    hub.repo().workflows.add("ci.yml")
    path = f"{REPO}/actions/workflows/ci.yml/dispatches"
    assert ask(hub, "POST", path, {"ref": "main"})[0] == 204
    status, answer, _ = ask(hub, "POST", path, {"ref": "main", "return_run_details": True})
    assert status == 200
    assert ask(hub, "GET", f"{REPO}/actions/runs/{answer['workflow_run_id']}")[1]["status"] == "queued"


def test_a_scripted_failure_comes_as_often_as_was_said_before_or_after_it_took_effect(hub: FakeGitHub) -> None:
    hub.pull(1, HEAD, "b" * 40)
    hub.fail("issues/create-comment", 502, times=1)
    hub.fail("issues/create-comment", 504, arrives=True)
    path = f"{REPO}/issues/1/comments"
    assert [ask(hub, "POST", path, {"body": "x"})[0] for _ in range(3)] == [502, 504, 201]
    assert len(hub.said(1)) == 2


def test_every_answer_counts_down_the_limit(hub: FakeGitHub) -> None:
    first, second = (int(ask(hub, "GET", REPO)[2]["X-RateLimit-Remaining"]) for _ in range(2))
    assert second == first - 1


def test_a_file_s_path_may_hold_slashes_and_a_workflow_s_name_may_not() -> None:
    contents = operation("GET", f"{REPO}/contents/a/b.md")
    assert contents is not None
    assert contents.path["path"] == "a/b.md"
    assert operation("POST", f"{REPO}/actions/workflows/a/b.yml/dispatches") is None


def test_every_operation_that_is_described_is_answered_and_no_other() -> None:
    described = json.loads(DESCRIPTION.read_text())["operations"]
    assert {each["id"] for each in described} == set(ANSWERS)
    assert {each["id"] for each in described if each["method"] != "GET"} == {
        *NEEDS,
        "apps/create-installation-access-token",
    }
