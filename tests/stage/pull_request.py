"""A pull request as a job sees it: a real git repository, a GitHub on loopback, and driftguard on the command line."""

import json
import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fakes.github import FakeGitHub, Pull
from stage.command import within

POLICY = """\
version: 1
dry_run: false
rules:
  - {name: docs, on: [pull_request.opened, pull_request.synchronize], run: ai_sync}
  - {name: commands, on: [issue_comment], run: commands}
"""
READ = 'import os\n\nLIMIT = os.environ["{name}"]\n'
NUMBER = 7


@dataclass(frozen=True)
class Ran:
    """How one run of the command line ended."""

    code: int
    report: Mapping[str, Any]
    summary: str
    stdout: str
    stderr: str

    def outcomes(self, kind: str) -> list[str]:
        """The statuses of the actions of one kind."""
        kinds = {action["id"]: action["kind"] for action in self.report["actions"]}
        return [o["status"] for o in self.report["outcomes"] if kinds[o["action_id"]] == kind]


@dataclass
class PullRequestStage:
    """acme/shop, its pull request 7, and hands for whoever takes part."""

    hub: FakeGitHub
    work: Path
    capture: pytest.CaptureFixture[str]
    policy: str = POLICY
    environ: dict[str, str] = field(default_factory=dict)
    pull: Pull = field(init=False)

    def __post_init__(self) -> None:
        self.clone.mkdir()
        self._git("init", "-q", "-b", "main")
        base = self.commit({"README.md": "# Shop\n\n| Setting | Meaning |\n|---|---|\n| `PORT` | where |\n"})
        self._git("switch", "-q", "-c", "topic")
        self.pull = self.hub.pull(NUMBER, base, base)

    @property
    def clone(self) -> Path:
        return self.work / "clone"

    def _git(self, *words: str) -> str:
        identity = ("-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false")
        done = subprocess.run(
            ["git", *identity, *words], cwd=self.clone, check=True, capture_output=True, text=True, env=os.environ
        )
        return done.stdout.strip()

    def commit(self, files: Mapping[str, str]) -> str:
        for name, text in files.items():
            path = self.clone / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        self._git("add", "-A")
        self._git("commit", "-q", "-m", "change")
        return self._git("rev-parse", "HEAD")

    def push(self, files: Mapping[str, str]) -> str:
        """A new head on the pull request."""
        self.pull.push(self.commit(files))
        return self.pull.head

    def judged(self, action: str = "synchronize", *words: str, event: str = "pull_request") -> Ran:
        """The job that a push starts."""
        return self._run(event, self._payload(action), *words)

    def says(self, author: str, text: str, *, action: str = "created", after: timedelta = timedelta(minutes=1)) -> Ran:
        """Somebody comments, and the job that this starts runs. ``after`` is how long after now it was written."""
        payload = self.hub.comment(NUMBER, author, text, datetime.now(UTC) + after)
        return self.replayed(payload | {"action": action})

    def nightly(self) -> Ran:
        """The job that the clock starts."""
        return self._run("schedule", {"schedule": "0 3 * * *"})

    def replayed(self, payload: Mapping[str, Any]) -> Ran:
        """The job of an earlier comment once more."""
        return self._run("issue_comment", payload)

    def _payload(self, action: str) -> dict[str, Any]:
        head_repo = self.pull.head_repo or "acme/shop"
        return {
            "action": action,
            "number": NUMBER,
            "pull_request": {
                "number": NUMBER,
                "head": {"sha": self.pull.head, "ref": "topic", "repo": {"full_name": head_repo}},
                "base": {"sha": self.pull.base, "ref": "main", "repo": {"full_name": "acme/shop"}},
            },
            "repository": {"full_name": "acme/shop"},
            "sender": {"login": self.pull.author},
        }

    def _run(self, name: str, payload: Mapping[str, Any], *words: str) -> Ran:
        (self.work / "policy.yaml").write_text(self.policy)
        (self.work / "event.json").write_text(json.dumps(payload))
        summary = self.work / "summary.md"
        summary.write_text("")
        environ = self.hub.environ | self._job(name, summary) | self.environ
        self.capture.readouterr()
        arguments = ("run", "--repo", str(self.clone), "--policy", "policy.yaml", "--format", "json", *words)
        code, out = within(*arguments, cwd=self.work, environ=environ)
        told = self.capture.readouterr().err
        return Ran(code, json.loads(out) if out.startswith("{") else {}, summary.read_text(), out, told)

    def _job(self, name: str, summary: Path) -> dict[str, str]:
        return {
            "GITHUB_ACTIONS": "true",
            "GITHUB_EVENT_NAME": name,
            "GITHUB_EVENT_PATH": str(self.work / "event.json"),
            "GITHUB_REPOSITORY": "acme/shop",
            "GITHUB_SERVER_URL": "https://github.example",
            "GITHUB_RUN_ID": "99",
            "GITHUB_STEP_SUMMARY": str(summary),
        }

    def trail(self) -> list[dict[str, Any]]:
        """Every record of the audit trail."""
        lines = (self.work / ".driftguard/audit/audit.jsonl").read_text().splitlines()
        return [json.loads(line) for line in lines]


@pytest.fixture
def stage(hub: FakeGitHub, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> PullRequestStage:
    """A pull request with nothing on it yet; ``alice`` may write, ``carol`` maintains, everybody else may read."""
    hub.repo().permissions |= {"alice": "write", "carol": "maintain", "eve": "read"}
    return PullRequestStage(hub, tmp_path, capsys)
