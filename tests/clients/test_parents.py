"""Policies of other repositories: fetched once a commit, found again without a network, and named by their commit."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fakes.github import TOKEN, FakeGitHub, serving

from driftguard.clients.contents import file_at
from driftguard.clients.github_api import ReadApi
from driftguard.clients.parents import ParentStore
from driftguard.errors import DriftGuardError, NotFound, PermanentError, UsageError
from driftguard.policy import Reference

SHA, LATER = "c" * 40, "d" * 40
TOKENS = ("DRIFTGUARD_TOKEN", "GITHUB_TOKEN")


@pytest.fixture(scope="module")
def server() -> Iterator[FakeGitHub]:
    with serving(FakeGitHub()) as fake:
        repo = fake.repo("acme/platform")
        repo.refs = {"v1": SHA, "release/2": LATER}
        repo.at = {SHA: {"p/policy.yaml": b"version: 1\n"}, LATER: {"p/policy.yaml": b"version: 1\n# later\n"}}
        yield fake


@pytest.fixture
def github(server: FakeGitHub) -> FakeGitHub:
    server.asked.clear()
    return server


def store(github: FakeGitHub, cache: Path, **environ: str) -> ParentStore:
    return ParentStore({"GITHUB_API_URL": github.url, "GITHUB_TOKEN": TOKEN} | environ, cache)


def reference(ref: str) -> Reference:
    return Reference("acme/platform", "p/policy.yaml", ref)


def test_a_commit_is_fetched_once_and_then_needs_neither_network_nor_token(github: FakeGitHub, tmp_path: Path) -> None:
    first = store(github, tmp_path).fetch(reference(SHA), TOKENS)
    asked = len(github.asked)
    assert store(github, tmp_path, GITHUB_TOKEN="").fetch(reference(SHA), TOKENS) == first
    assert (first.sha, first.data, len(github.asked)) == (SHA, b"version: 1\n", asked)


@pytest.mark.parametrize(("ref", "sha"), [("v1", SHA), ("release/2", LATER)])
def test_a_tag_or_branch_is_read_at_the_commit_that_it_names_now(
    github: FakeGitHub, tmp_path: Path, ref: str, sha: str
) -> None:
    assert store(github, tmp_path).fetch(reference(ref), TOKENS).sha == sha
    assert store(github, tmp_path, GITHUB_TOKEN="").fetch(reference(sha), TOKENS).sha == sha


def test_one_run_asks_once_so_that_it_has_one_policy(github: FakeGitHub, tmp_path: Path) -> None:
    one = store(github, tmp_path)
    one.fetch(reference("v1"), TOKENS)
    asked = len(github.asked)
    one.fetch(reference("v1"), TOKENS)
    assert len(github.asked) == asked


@pytest.mark.parametrize(("ref", "said"), [(SHA, "is not in the cache"), ("v1", "name a full commit id")])
def test_without_a_token_nobody_is_asked_and_the_error_says_what_to_do(
    github: FakeGitHub, tmp_path: Path, ref: str, said: str
) -> None:
    with pytest.raises(UsageError, match="set DRIFTGUARD_TOKEN or GITHUB_TOKEN") as caught:
        store(github, tmp_path, GITHUB_TOKEN="").fetch(reference(ref), TOKENS)
    assert said in str(caught.value)
    assert github.asked == []


def test_the_first_token_that_is_set_is_the_one_that_asks(github: FakeGitHub, tmp_path: Path) -> None:
    with pytest.raises(DriftGuardError, match="401"):
        store(github, tmp_path, DRIFTGUARD_TOKEN="wrong").fetch(reference(SHA), TOKENS)


@pytest.mark.parametrize(
    "missing",
    [
        Reference("acme/gone", "policy.yaml", "v1"),
        Reference("acme/platform", "p/none.yaml", SHA),
    ],
)
def test_what_is_not_there_says_so_and_is_not_kept(github: FakeGitHub, tmp_path: Path, missing: Reference) -> None:
    with pytest.raises(NotFound, match="does the token"):
        store(github, tmp_path).fetch(missing, TOKENS)
    assert list(tmp_path.iterdir()) == []


def test_a_cache_that_cannot_be_written_costs_a_request_and_nothing_else(github: FakeGitHub, tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file where the directory should be")
    assert store(github, tmp_path / "cache").fetch(reference(SHA), TOKENS).data == b"version: 1\n"


def test_a_file_of_more_than_a_megabyte_comes_whole(github: FakeGitHub) -> None:
    data = b"x" * 1_200_000
    github.repo("acme/large").files = {"a b/große.json": data, "empty": b""}
    api = ReadApi(TOKEN, github.url)
    assert file_at(api, "acme/large", SHA, "a b/große.json") == data
    assert file_at(api, "acme/large", SHA, "empty") == b""


def test_what_is_no_file_is_refused() -> None:
    class Answers(ReadApi):
        def get(self, path: str, accept: str = "", **query: object) -> object:
            return [{"type": "file"}] if "folder" in path else {"type": "submodule"}

    for path in ("folder", "module"):
        with pytest.raises(PermanentError, match="is not a file"):
            file_at(Answers(TOKEN), "acme/x", SHA, path)
