"""Repositories as GitHub holds them: bare, with the refs of their pull requests, and the events that it sends."""

import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fakes.github import FakeGitHub, Pull
from stage.repository import Repository

NUMBER = 7
Files = Mapping[str, str | bytes | None]


@dataclass
class Hosted:
    """``work`` is where somebody writes; ``bare`` is what jobs see. Pull request 7 is the one there is."""

    name: str
    hub: FakeGitHub
    work: Repository
    bare: Repository
    base: str
    head: str = ""
    merge: str = ""

    @classmethod
    def make(cls, name: str, hub: FakeGitHub, root: Path, files: Files) -> "Hosted":
        work = Repository.init(root / "work" / name)
        base = work.commit(files)
        hub.repo(name)
        bare = work.bare(root / "repositories" / f"{name}.git")
        bare.git("config", "uploadpack.allowAnySHA1InWant", "true")  # as GitHub
        return cls(name, hub, work, bare, base)

    @property
    def pull(self) -> Pull:
        return self.hub.repo(self.name).pulls[NUMBER]

    def push(self, files: Files) -> None:
        """A new head on the pull request, from the base branch if there is none yet."""
        self.work.git("checkout", "--quiet", "-B", "topic", self.head or self.base)
        self.head = self.work.commit(files)
        self.work.git("checkout", "--quiet", "--detach", self.base)
        self.work.git("merge", "--quiet", "--no-ff", "-m", "merge", self.head)
        self.merge = self.work.git("rev-parse", "HEAD")
        refs = (f"{self.head}:refs/heads/topic", f"{self.head}:refs/pull/7/head", f"{self.merge}:refs/pull/7/merge")
        self.work.git("push", "--quiet", "--force", str(self.bare.path), *refs)
        repo = self.hub.repo(self.name)
        if NUMBER in repo.pulls:
            self.pull.push(self.head)
        else:
            repo.pulls[NUMBER] = Pull(NUMBER, self.head, self.base)
        repo.files = {path: self._at_head(path) for path in self._paths()}

    def _paths(self) -> list[str]:
        return self.work.git("ls-tree", "-r", "--name-only", self.head).splitlines()

    def _at_head(self, path: str) -> bytes:
        show = ["git", "show", f"{self.head}:{path}"]
        return subprocess.run(show, cwd=self.work.path, check=True, capture_output=True).stdout

    def checkout(self, directory: Path, commit: str) -> Path:
        """The files of ``commit``, with its history."""
        self.bare.git("clone", "--quiet", "--no-checkout", str(self.bare.path), str(directory))
        clone = Repository(directory)
        clone.git("fetch", "--quiet", "origin", commit)
        clone.git("checkout", "--quiet", "--detach", commit)
        return directory

    @property
    def about(self) -> dict[str, Any]:
        return {"repository": {"full_name": self.name, "default_branch": "main"}, "sender": {"login": "mallory"}}

    def pull_request(self, action: str) -> dict[str, Any]:
        pull, this = self.pull, {"full_name": self.name}
        head = {"sha": pull.head, "ref": "topic", "repo": {"full_name": pull.head_repo or self.name}}
        said = {"number": NUMBER, "head": head, "base": {"sha": pull.base, "ref": "main", "repo": this}}
        return {"action": action, "number": NUMBER, "pull_request": said} | self.about

    def dispatched(self, sent: Mapping[str, Any]) -> dict[str, Any]:
        """The event of a dispatch that the hub took for this repository."""
        return {"action": sent["event_type"], "branch": "main", "client_payload": sent["client_payload"]} | self.about
