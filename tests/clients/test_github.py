"""GitHub's client against a GitHub that holds each request against GitHub's own description."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from fakes.github import BOT, TOKEN, FakeGitHub

from driftguard.clients import github_api
from driftguard.clients.github import GitHubDispatcher, GitHubReader, GitHubWriter
from driftguard.clients.github_api import ReadApi, Repeat, WriteApi
from driftguard.errors import (
    AccessDenied,
    DriftGuardError,
    NotFound,
    PermanentError,
    ReadOnlyViolation,
    TransientError,
)
from driftguard.forge import Key
from driftguard.retry import Backoff

HEAD, BASE = "a" * 40, "b" * 40
KEY = Key("<!-- mark -->", BOT)


@pytest.fixture
def naps() -> list[float]:
    """How long the client would have slept, in seconds."""
    return []


@pytest.fixture
def backoff(naps: list[float]) -> Backoff:
    return Backoff(attempts=4, first=0.01, sleep=naps.append)


@pytest.fixture
def reader(hub: FakeGitHub, backoff: Backoff) -> GitHubReader:
    hub.pull(7, HEAD, BASE)
    return GitHubReader(ReadApi(TOKEN, hub.url, backoff))


@pytest.fixture
def writer(hub: FakeGitHub, backoff: Backoff) -> GitHubWriter:
    hub.pull(7, HEAD, BASE)
    return GitHubWriter(WriteApi(TOKEN, hub.url, backoff))


class TestReading:
    def test_a_pull_request_as_it_is_now(self, hub: FakeGitHub, reader: GitHubReader) -> None:
        hub.repo().pulls[7].head_repo = "mallory/shop"
        found = reader.pull("acme/shop", 7)
        assert (found.head_sha, found.base_sha, found.head_repo, found.open) == (HEAD, BASE, "mallory/shop", True)

    @pytest.mark.parametrize(
        ("role", "says"),
        [("admin", "admin"), ("maintain", "write"), ("write", "write"), ("triage", "read"), ("gone", "none")],
    )
    def test_permission_is_what_github_says(self, hub: FakeGitHub, reader: GitHubReader, role: str, says: str) -> None:
        hub.repo().permissions["alice"] = role
        assert reader.permission("acme/shop", "alice") == says

    def test_every_comment_of_many_pages_in_order(self, hub: FakeGitHub, reader: GitHubReader) -> None:
        for number in range(250):
            hub.comment(7, "alice", str(number))
        assert [comment.body for comment in reader.comments("acme/shop", 7)] == [str(n) for n in range(250)]

    def test_more_than_is_looked_at_is_an_error_and_not_a_part(
        self, hub: FakeGitHub, reader: GitHubReader, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(github_api, "MOST_PAGES", 2)
        for number in range(201):
            hub.comment(7, "alice", str(number))
        with pytest.raises(PermanentError, match="more than 200 items"):
            reader.comments("acme/shop", 7)

    def test_a_comment_of_a_deleted_account_is_nobody_s(self, hub: FakeGitHub, reader: GitHubReader) -> None:
        hub.comment(7, "ghost", "boo")
        hub.repo().comments[7][0]["user"] = None
        assert [comment.author for comment in reader.comments("acme/shop", 7)] == [""]

    def test_superseded_check_runs_too(self, reader: GitHubReader, writer: GitHubWriter) -> None:
        ids = {writer.create_check("acme/shop", {"name": "n", "head_sha": HEAD}) for _ in range(2)}
        assert {check.id for check in reader.check_runs("acme/shop", HEAD, "n")} == ids

    @pytest.mark.parametrize("repo", ["acme", "acme/shop/x", "../..", "acme/..", "acme/shop?x=1", "a b/c", ""])
    def test_what_is_no_repository_reaches_no_wire(self, hub: FakeGitHub, reader: GitHubReader, repo: str) -> None:
        with pytest.raises(PermanentError, match="not a repository"):
            reader.pull(repo, 7)
        assert hub.asked == []

    def test_a_login_can_t_leave_its_place_in_the_path(self, hub: FakeGitHub, reader: GitHubReader) -> None:
        hub.repo().permissions["a/../../x"] = "gone"
        assert reader.permission("acme/shop", "a/../../x") == "none"
        assert hub.asked[-1].operation == "repos/get-collaborator-permission-level"

    @pytest.mark.parametrize("sha", ["main", "a" * 39, "../x", ""])
    def test_a_check_is_looked_for_on_a_commit_and_nothing_else(self, reader: GitHubReader, sha: str) -> None:
        with pytest.raises(PermanentError, match="not a commit"):
            reader.check_runs("acme/shop", sha, "n")

    def test_an_answer_without_what_it_must_hold_is_an_error(self, hub: FakeGitHub, reader: GitHubReader) -> None:
        hub.fail("pulls/get", 200)
        with pytest.raises(PermanentError, match=r"no number at number"):
            reader.pull("acme/shop", 7)

    def test_a_read_session_can_t_write(self, hub: FakeGitHub, reader: GitHubReader) -> None:
        with pytest.raises(ReadOnlyViolation):
            reader.api._request("POST", "/repos/acme/shop/check-runs", Repeat.SAFE, body={"name": "n"})
        assert hub.asked == []
        assert not hasattr(reader.api, "send")


class TestWaiting:
    def test_as_long_as_retry_after_says(self, hub: FakeGitHub, reader: GitHubReader, naps: list[float]) -> None:
        hub.fail("pulls/get", 429, headers={"Retry-After": "3"})
        hub.fail("pulls/get", 403, headers={"Retry-After": "5"})
        assert reader.pull("acme/shop", 7).open
        assert naps == [3.0, 5.0]

    def test_until_the_limit_is_reset(self, hub: FakeGitHub, reader: GitHubReader, naps: list[float]) -> None:
        reset = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(int(time.time()) + 30)}
        hub.fail("pulls/get", 403, "API rate limit exceeded", headers=reset)
        reader.pull("acme/shop", 7)
        assert 25 < naps[0] <= 30

    def test_a_minute_for_a_secondary_limit_that_names_no_time(
        self, hub: FakeGitHub, reader: GitHubReader, naps: list[float]
    ) -> None:
        hub.fail("pulls/get", 403, "You have exceeded a secondary rate limit")
        reader.pull("acme/shop", 7)
        assert naps == [60.0]

    def test_not_for_an_hour_but_saying_so(self, hub: FakeGitHub, reader: GitHubReader, naps: list[float]) -> None:
        hub.fail("pulls/get", 403, "API rate limit exceeded", headers={"Retry-After": "3600"})
        with pytest.raises(TransientError, match="lifts in 3600 s"):
            reader.pull("acme/shop", 7)
        assert naps == []

    @pytest.mark.parametrize("odd", ["soon", "Wed, 21 Oct 2026 07:28:00 GMT", "-1", "1e99", ""])
    def test_a_time_that_is_none_is_a_refusal(self, hub: FakeGitHub, reader: GitHubReader, odd: str) -> None:
        hub.fail("pulls/get", 403, headers={"Retry-After": odd})
        with pytest.raises(AccessDenied):
            reader.pull("acme/shop", 7)

    def test_an_outage_is_tried_again_with_growing_pauses_and_not_for_ever(
        self, hub: FakeGitHub, reader: GitHubReader, naps: list[float]
    ) -> None:
        hub.fail("pulls/get", 503, times=10)
        with pytest.raises(TransientError, match="503"):
            reader.pull("acme/shop", 7)
        assert len(naps) == 3

    def test_a_server_that_isn_t_there(self, backoff: Backoff) -> None:
        with pytest.raises(TransientError, match="could not be reached"):
            GitHubReader(ReadApi(TOKEN, "http://127.0.0.1:1", backoff)).pull("acme/shop", 7)


class TestRefusals:
    @pytest.mark.parametrize(
        ("status", "error", "says"),
        [
            (404, NotFound, "reach"),
            (401, AccessDenied, "lacks"),
            (403, AccessDenied, "lacks"),
            (410, PermanentError, "410"),
        ],
    )
    def test_each_is_one_of_our_errors(
        self, hub: FakeGitHub, reader: GitHubReader, status: int, error: type[DriftGuardError], says: str
    ) -> None:
        hub.fail("pulls/get", status)
        with pytest.raises(error, match=says):
            reader.pull("acme/shop", 7)

    def test_a_422_says_which_field(self, hub: FakeGitHub, writer: GitHubWriter) -> None:
        with pytest.raises(PermanentError, match="conclusion is required"):
            writer.create_check("acme/shop", {"name": "n", "head_sha": HEAD, "status": "completed"})
        hub.refused.clear()

    def test_no_error_holds_the_token(self, hub: FakeGitHub, reader: GitHubReader) -> None:
        hub.fail("pulls/get", 401)
        with pytest.raises(AccessDenied) as caught:
            reader.pull("acme/shop", 7)
        assert TOKEN not in f"{caught.value!r} {caught.value} {reader!r}"


class TestWriting:
    def test_one_comment_is_found_again_by_marker_and_author(self, hub: FakeGitHub, writer: GitHubWriter) -> None:
        hub.comment(7, "eve", "<!-- mark --> mine")
        hub.comment(7, BOT, "about <!-- mark -->")
        said = [writer.say("acme/shop", 7, KEY, f"<!-- mark --> {text}") for text in ("one", "two", "two")]
        assert said == ["created", "updated", "unchanged"]
        assert hub.said(7) == ["about <!-- mark -->", "<!-- mark --> two"]

    def test_an_update_in_doubt_is_sent_again_and_a_new_comment_is_not(
        self, hub: FakeGitHub, writer: GitHubWriter
    ) -> None:
        hub.fail("issues/create-comment", 502, arrives=True)
        with pytest.raises(PermanentError, match="not sent again"):
            writer.say("acme/shop", 7, KEY, "<!-- mark --> one")
        hub.fail("issues/update-comment", 502, arrives=True)
        assert writer.say("acme/shop", 7, KEY, "<!-- mark --> two") == "updated"
        assert hub.said(7) == ["<!-- mark --> two"]

    @pytest.mark.parametrize(
        ("status", "headers", "error", "says"),
        [
            (404, {}, NotFound, "reach"),
            (403, {}, AccessDenied, "lacks"),
            (422, {}, PermanentError, "422"),
            (502, {}, PermanentError, "not sent again"),
        ],
    )
    def test_a_dispatch_that_fails_says_what_to_look_at_and_is_never_sent_twice(
        self,
        hub: FakeGitHub,
        backoff: Backoff,
        status: int,
        headers: dict[str, str],
        error: type[DriftGuardError],
        says: str,
    ) -> None:
        hub.fail("repos/create-dispatch-event", status, headers=headers)
        with pytest.raises(error, match=says):
            dispatcher(hub, backoff).dispatch("acme/shop", "asked", {"a": 1})
        assert len(hub.asked) == 1

    def test_a_dispatch_waits_for_the_limit(self, hub: FakeGitHub, backoff: Backoff, naps: list[float]) -> None:
        hub.fail("repos/create-dispatch-event", 403, headers={"Retry-After": "7"})
        dispatcher(hub, backoff).dispatch("acme/shop", "asked", {"a": 1})
        assert naps == [7.0]
        assert hub.repo().dispatches == [{"event_type": "asked", "client_payload": {"a": 1}}]

    @pytest.mark.parametrize("payload", [{str(n): n for n in range(11)}, {"x": "y" * 65_536}])
    def test_a_payload_beyond_github_s_limits_is_refused(
        self, hub: FakeGitHub, backoff: Backoff, payload: dict[str, Any]
    ) -> None:
        with pytest.raises(PermanentError, match="422"):
            dispatcher(hub, backoff).dispatch("acme/shop", "asked", payload)
        hub.refused.clear()


def dispatcher(hub: FakeGitHub, backoff: Backoff) -> GitHubDispatcher:
    return GitHubDispatcher(lambda _repo, _permission: WriteApi(TOKEN, hub.url, backoff))


@pytest.mark.parametrize("make", [lambda u: ReadApi(TOKEN, u), lambda u: WriteApi(TOKEN, u)])
def test_no_session_shows_its_token(make: Callable[[str], object]) -> None:
    assert TOKEN not in repr(make("http://127.0.0.1:1"))
