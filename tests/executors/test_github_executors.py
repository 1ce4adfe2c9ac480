"""The executors that speak on GitHub, through the real client against the checking fake."""

from typing import Any

import pytest
from fakes.github import BOT, TOKEN, FakeGitHub
from fakes.nobody import nothing_but

from driftguard import markers
from driftguard.clients.github import GitHubWriter
from driftguard.clients.github_api import WriteApi
from driftguard.errors import PermanentError
from driftguard.executors.check_run import BATCH, CheckRunExecutor
from driftguard.executors.override import OverrideExecutor
from driftguard.executors.pr_comment import PrComment
from driftguard.executors.pr_review import PrReview
from driftguard.model import Action, Risk, Status, Target
from driftguard.ports import Writers

HEAD, BASE = "a" * 40, "b" * 40
TARGET = Target("github", "github/acme/shop", "pull_request", "acme/shop#7", "acme/shop#7")


@pytest.fixture
def writers(hub: FakeGitHub) -> Writers:
    hub.pull(7, HEAD, BASE)
    writers: Writers = nothing_but(forge=GitHubWriter(WriteApi(TOKEN, hub.url)))
    return writers


def action(kind: str, **body: Any) -> Action:
    return Action("a", kind, TARGET, Risk.NOTIFY, "why", body={"repo": "acme/shop", "number": 7, **body})


def check(count: int) -> Action:
    place = {"path": "a.py", "end_line": 10**6, "annotation_level": "notice", "message": "m"}
    return action(
        "check_run",
        identity={"name": "DriftGuard", "head_sha": HEAD},
        conclusion="failure",
        completed_at="2026-11-23T12:00:00Z",
        output={"title": "t", "summary": "s"},
        annotations=[{**place, "start_line": line + 1} for line in range(count)],
    )


@pytest.mark.parametrize("count", [0, 1, 49, 50, 51, 100, 101, 120, 250])
def test_annotations_go_in_batches_in_order_and_the_last_one_completes(
    hub: FakeGitHub, writers: Writers, count: int
) -> None:
    assert CheckRunExecutor(writers).apply(check(count)).status is Status.APPLIED
    sent = [request.body for request in hub.writes]
    assert len(sent) == max(1, -(-count // BATCH))
    assert [body["status"] for body in sent] == ["in_progress"] * (len(sent) - 1) + ["completed"]
    assert ["conclusion" in body for body in sent] == [False] * (len(sent) - 1) + [True]
    assert [a["start_line"] for a in hub.check(HEAD)["annotations"]] == [*range(1, count + 1)]


def test_a_comment_that_was_deleted_meanwhile_is_written_anew(hub: FakeGitHub, writers: Writers) -> None:
    said = action("pr_comment", marker="<!-- m ", author=BOT, text="<!-- m --> text")
    PrComment(writers).apply(said)
    hub.repo().comments[7].clear()
    assert PrComment(writers).apply(said).note == "created"
    assert PrComment(writers).apply(said).note == "unchanged"
    assert hub.said(7) == ["<!-- m --> text"]


def override(**check: Any) -> Action:
    fields = {"name": "n", "head_sha": HEAD, "status": "completed", "conclusion": "neutral"} | check
    return action("override", comment=12, author=BOT, text="granted", check=fields)


def test_an_override_s_answer_names_the_check_run_that_holds_it(hub: FakeGitHub, writers: Writers) -> None:
    OverrideExecutor(writers).apply(override())
    [answer] = hub.said(7)
    assert markers.granted(answer) == hub.check(HEAD, "n")["id"]
    assert answer.startswith(markers.answer(12))


def test_an_override_that_can_t_be_held_is_not_answered(hub: FakeGitHub, writers: Writers) -> None:
    hub.fail("checks/create", 422)
    with pytest.raises(PermanentError):
        OverrideExecutor(writers).apply(override())
    assert hub.said(7) == []


def test_suggestions_go_in_one_review_that_neither_approves_nor_blocks(hub: FakeGitHub, writers: Writers) -> None:
    comments = [{"path": "docs/a.md", "line": line, "side": "RIGHT", "body": "b"} for line in (1, 2)]
    PrReview(writers).apply(action("pr_review", commit_id=HEAD, comments=comments))
    [sent] = hub.writes
    assert (sent.operation, sent.body["event"], len(sent.body["comments"])) == ("pulls/create-review", "COMMENT", 2)
