"""Suggestions stand where GitHub takes them, change nothing but what they add, and come once."""

import subprocess
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from fakes.github import BOT, TOKEN, FakeGitHub
from fakes.nobody import nothing_but

from driftguard import markers
from driftguard.clients.git import GitTree
from driftguard.clients.github import GitHubReader, GitHubWriter
from driftguard.clients.github_api import ReadApi, WriteApi
from driftguard.forge import Forge
from driftguard.model import Action, Conclusion, Event, Finding, Mode, Report
from driftguard.policy import Policy
from driftguard.ports import Sources, SourceTree
from driftguard.report.publishers.suggestions import SuggestionsPublisher

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
POLICY = Policy.model_validate({"version": 1, "rules": [{"name": "docs", "on": ["pull_request"], "run": "ai_sync"}]})
BASE_DOC = "# Settings\n\n| Name | Meaning |\n|---|---|\n| `PORT` | where |\n"
HEAD_DOC = BASE_DOC + "| `HOST` | who |\n\n\u202ehidden\n"


def here(tree: SourceTree, forge: Forge) -> Sources:
    """A real repository and a real client."""
    sources: Sources = nothing_but(
        tree=tree, forge=forge, policy=POLICY, web_url="https://github.example", run_url="", clock=lambda: NOW
    )
    return sources


def git(where: Path, *words: str) -> str:
    command = ["git", "-c", "user.name=t", "-c", "user.email=t@example.com", *words]
    return subprocess.run(command, cwd=where, check=True, capture_output=True, text=True).stdout.strip()


def commit(where: Path, text: str) -> str:
    (where / "docs.md").write_text(text)
    git(where, "add", "-A")
    git(where, "commit", "-qm", "x")
    return git(where, "rev-parse", "HEAD")


@pytest.fixture
def ends(tmp_path: Path) -> tuple[str, str]:
    git(tmp_path, "init", "-q")
    return commit(tmp_path, BASE_DOC), commit(tmp_path, HEAD_DOC)


def report(ends: tuple[str, str], *findings: Finding) -> Report:
    base, head = ends
    payload = {"pull_request": {"number": 7, "base": {"sha": base}, "head": {"sha": head}}}
    event = Event("1", "pull_request.opened", "acme/shop", "topic", head, "alice", NOW, payload)
    return Report("r", event, Mode.LIVE, Conclusion.BLOCKED, findings)


def finding(after: int, number: int = 1, path: str = "docs.md") -> Finding:
    name = f"NEW_{number}"
    found = Finding(f"f{number}", "ai_sync/undocumented", "env_var", name, f"{name} is read", "a.py", 1)
    return replace(found, fix=f"| `{name}` | what |", fix_path=path, fix_after=after)


class TestSuggestions:
    @pytest.fixture(autouse=True)
    def arranged(self, hub: FakeGitHub, tmp_path: Path, ends: tuple[str, str]) -> Any:
        hub.pull(7, ends[1], ends[0])
        self.hub, self.ends = hub, ends
        opened: AbstractContextManager[GitTree] = GitTree.open(tmp_path)
        with opened as tree:
            self.publisher = SuggestionsPublisher(here(tree, GitHubReader(ReadApi(TOKEN, hub.url))))
            yield

    def proposed(self, *findings: Finding) -> list[Any]:
        actions: tuple[Action, ...] = self.publisher.publish(report(self.ends, *findings)).actions
        return [comment for action in actions for comment in action.body["comments"]]

    def test_one_repeats_the_line_it_stands_at_and_adds_the_new_one(self) -> None:
        [comment] = self.proposed(finding(6))
        assert (comment["path"], comment["line"], comment["side"]) == ("docs.md", 6, "RIGHT")
        assert "```suggestion\n| `HOST` | who |\n| `NEW_1` | what |\n```" in comment["body"]

    @pytest.mark.parametrize("after", [1, 5, 0, 99])
    def test_at_a_line_that_the_change_does_not_add_there_is_none(self, after: int) -> None:
        assert self.proposed(finding(after)) == []

    def test_in_a_file_that_is_not_in_the_diff_there_is_none(self) -> None:
        assert self.proposed(finding(6, path="other.md")) == []

    def test_a_line_that_could_not_be_repeated_unchanged_is_left_alone(self) -> None:
        assert self.proposed(finding(8)) == []

    def test_each_finding_s_comes_once_and_a_stranger_s_marker_stops_none(self) -> None:
        writer = GitHubWriter(WriteApi(TOKEN, self.hub.url))
        [first] = self.proposed(finding(6))
        writer.review("acme/shop", 7, {"event": "COMMENT", "comments": [first]})
        eve = {"id": 1, "user": {"login": "eve"}, "body": markers.fix("f2")}
        self.hub.repo().reviews[7].append({"comments": [eve]})
        [second] = self.proposed(finding(6), finding(6, 2))
        assert markers.suggested(second["body"]) == markers.short("f2")
        assert self.hub.repo().reviews[7][0]["comments"][0]["user"]["login"] == BOT

    def test_there_are_never_more_than_ten_at_a_time(self) -> None:
        assert len(self.proposed(*(finding(6, number) for number in range(30)))) == 10
