"""An App's way into other repositories: as few rights as will do, renewed in time, clear where something is missing."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from fakes.github import FakeGitHub, serving

from driftguard.clients.github import GitHubDispatcher
from driftguard.clients.github_app import AppKey, AppSessions
from driftguard.errors import PermanentError, UsageError

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
CONSUMERS = ("acme/web", "acme/app", "rival/site")


@pytest.fixture(scope="module")
def server() -> Iterator[FakeGitHub]:
    with serving(FakeGitHub()) as fake:
        yield fake


@pytest.fixture
def github(server: FakeGitHub) -> FakeGitHub:
    server.repos.clear()
    server.asked.clear()
    server.now = NOW
    server.app_may = frozenset({"contents", "actions", "checks"})
    for name in (*CONSUMERS, "acme/other"):
        server.repo(name).installation = 1 if name.startswith("acme/") else 2
    return server


def sessions(github: FakeGitHub, key: str, now: list[datetime] | None = None) -> AppSessions:
    app = AppKey(12345, key, "DRIFTGUARD_APP_KEY", "policy.yaml:7")
    moments = now or [NOW]
    return AppSessions(app, CONSUMERS, {"GITHUB_API_URL": github.url}, clock=lambda: moments[-1])


def minted(github: FakeGitHub) -> list[dict[str, object]]:
    return [request.body for request in github.asked if request.operation == "apps/create-installation-access-token"]


def test_one_token_an_owner_for_its_consumers_and_one_permission_alone(github: FakeGitHub, pem: str) -> None:
    ask = GitHubDispatcher(sessions(github, pem).reach)
    for consumer in CONSUMERS:
        ask.dispatch(consumer, "asked", {"a": 1})
    assert minted(github) == [
        {"repositories": ["app", "web"], "permissions": {"contents": "write"}},
        {"repositories": ["site"], "permissions": {"contents": "write"}},
    ]
    assert [len(github.repo(name).dispatches) for name in (*CONSUMERS, "acme/other")] == [1, 1, 1, 0]


def test_a_workflow_is_started_without_any_right_to_write_code(github: FakeGitHub, pem: str) -> None:
    github.repo("acme/web").workflows = {"driftguard.yml"}
    run = GitHubDispatcher(sessions(github, pem).reach).run_workflow("acme/web", "driftguard.yml", "main", {"q": "{}"})
    assert run.startswith("https://github.example/acme/web/actions/runs/")
    assert minted(github) == [{"repositories": ["app", "web"], "permissions": {"actions": "write"}}]


def test_a_repository_that_is_no_consumer_has_a_token_of_its_own(github: FakeGitHub, pem: str) -> None:
    sessions(github, pem).reach("acme/other", "contents:read")
    assert minted(github) == [{"repositories": ["other"], "permissions": {"contents": "read"}}]


def test_a_token_is_used_until_it_grows_old_and_then_renewed(github: FakeGitHub, pem: str) -> None:
    now = [NOW]
    reach = sessions(github, pem, now).reach
    first = reach("acme/web", "contents:write")
    now.append(NOW + timedelta(minutes=54))
    assert reach("acme/app", "contents:write") is first
    now.append(NOW + timedelta(minutes=56))
    assert reach("acme/web", "contents:write") is not first
    assert len(minted(github)) == 2


def test_where_it_is_not_installed_is_named_and_the_others_are_reached(github: FakeGitHub, pem: str) -> None:
    github.repo("acme/app").installation = None
    reach = sessions(github, pem).reach
    reach("acme/web", "contents:write")
    with pytest.raises(PermanentError, match="the App 12345 is not installed at acme/app: install it there"):
        reach("acme/app", "contents:write")


def test_a_permission_that_the_app_lacks_is_named_with_what_to_do(github: FakeGitHub, pem: str) -> None:
    github.app_may = frozenset({"contents"})
    with pytest.raises(PermanentError, match="give the App 12345 'actions: write', and accept that"):
        sessions(github, pem).reach("acme/web", "actions:write")


def test_a_key_that_github_does_not_take_is_told_with_its_line(github: FakeGitHub, pem: str) -> None:
    github.fail("apps/get-repo-installation", 401, "A JSON web token could not be decoded")
    said = "policy.yaml:7: cross_repo.app: GitHub doesn't take the key in DRIFTGUARD_APP_KEY for the App 12345"
    with pytest.raises(PermanentError) as caught:
        sessions(github, pem).reach("acme/web", "contents:write")
    assert str(caught.value).startswith(said)


@pytest.mark.parametrize("key", ["", "no key", "-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----"])
def test_what_is_no_key_is_told_without_being_shown(github: FakeGitHub, key: str) -> None:
    with pytest.raises(UsageError, match="DRIFTGUARD_APP_KEY holds no private key") as caught:
        sessions(github, key).reach("acme/web", "contents:write")
    assert not key or key not in str(caught.value)
    assert github.asked == []


def test_a_key_on_one_line_is_taken_as_secrets_often_hold_it(github: FakeGitHub, pem: str) -> None:
    sessions(github, pem.replace("\n", "\\n")).reach("acme/web", "contents:write")
    assert github.asked


def test_neither_key_nor_token_is_shown(github: FakeGitHub, pem: str) -> None:
    held = sessions(github, pem)
    api = held.reach("acme/web", "contents:write")
    assert "PRIVATE KEY" not in repr(held) + repr(held.app)
    assert "ghs_installation" not in repr(held) + repr(api)
