"""What DriftGuard reads and writes on GitHub: pull requests, comments, check runs, and questions to other repositories.

Foreign JSON becomes our nouns here, once; whatever lacks the field it must have is a ``PermanentError``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

from driftguard.clients.github_api import API, ReadApi, Repeat, Turn, WriteApi, at_once, repo_path
from driftguard.errors import NotFound, PermanentError
from driftguard.forge import CheckRun, Comment, CommitStatus, Key, PullRequest


def reader(token: str, environ: Mapping[str, str], turn: Turn = at_once) -> GitHubReader:
    """A ``forge.Forge`` that can only read; ``turn`` waits until one more request may go out."""
    return GitHubReader(ReadApi(token, environ.get("GITHUB_API_URL") or API, turn=turn))


def writer(token: str, environ: Mapping[str, str], turn: Turn = at_once) -> GitHubWriter:
    """A ``forge.ForgeWriter``."""
    return GitHubWriter(WriteApi(token, environ.get("GITHUB_API_URL") or API, turn=turn))


def same_for_all(token: str, environ: Mapping[str, str], turn: Turn = at_once) -> Callable[[str, str], WriteApi]:
    """One session for every repository and permission, with a token that reaches them all."""
    api = WriteApi(token, environ.get("GITHUB_API_URL") or API, turn=turn)
    return lambda _repo, _permission: api


def dispatcher(reach: Callable[[str, str], WriteApi]) -> GitHubDispatcher:
    """A ``ports.Dispatcher`` over sessions for single repositories."""
    return GitHubDispatcher(reach)


@dataclass(frozen=True)
class GitHubReader:
    api: ReadApi

    def pull(self, repo: str, number: int) -> PullRequest:
        return _pull(self.api.get(f"{repo_path(repo)}/pulls/{number:d}"), repo)

    def permission(self, repo: str, login: str) -> str:
        try:
            found = self.api.get(f"{repo_path(repo)}/collaborators/{quote(login, safe='')}/permission")
        except NotFound:  # not a user: a bot, or an account that is gone
            return "none"
        return _text(found, "permission")

    def comments(self, repo: str, number: int) -> Sequence[Comment]:
        return [_comment(item) for item in self.api.pages(f"{repo_path(repo)}/issues/{number:d}/comments")]

    def suggested(self, repo: str, number: int) -> Sequence[Comment]:
        return [_comment(item) for item in self.api.pages(f"{repo_path(repo)}/pulls/{number:d}/comments")]

    def check_runs(self, repo: str, sha: str, name: str) -> Sequence[CheckRun]:
        path = f"{repo_path(repo)}/commits/{_sha(sha)}/check-runs"
        return [_check(item) for item in self.api.pages(path, "check_runs", check_name=name, filter="all")]

    def check_run(self, repo: str, number: int) -> CheckRun:
        return _check(self.api.get(f"{repo_path(repo)}/check-runs/{number:d}"))

    def open_pulls(self, repo: str) -> Sequence[PullRequest]:
        return [_pull(item, repo) for item in self.api.pages(f"{repo_path(repo)}/pulls", state="open")]

    def statuses(self, repo: str, sha: str) -> Sequence[CommitStatus]:
        """GitHub lists the newest first."""
        return [_status(item) for item in self.api.pages(f"{repo_path(repo)}/commits/{_sha(sha)}/statuses")]


@dataclass(frozen=True)
class GitHubWriter:
    api: WriteApi

    def say(self, repo: str, number: int, key: Key, body: str) -> str:
        """Looks for our comment right before, so that neither a second run nor a deleted comment leaves two or none."""
        path = f"{repo_path(repo)}/issues"
        known = next(filter(key.fits, self._comments(f"{path}/{number:d}/comments")), None)
        if known is None:
            self.api.send("POST", f"{path}/{number:d}/comments", {"body": body})
            return "created"
        if known.body == body:
            return "unchanged"
        self.api.send("PATCH", f"{path}/comments/{known.id:d}", {"body": body}, Repeat.SAFE)
        return "updated"

    def create_check(self, repo: str, fields: Mapping[str, Any]) -> int:
        """Sent again when in doubt: of two check runs of one name on one commit, the newer counts."""
        found = self.api.send("POST", f"{repo_path(repo)}/check-runs", fields, Repeat.SAFE)
        return _number(found, "id")

    def update_check(self, repo: str, check: int, fields: Mapping[str, Any]) -> None:
        self.api.send("PATCH", f"{repo_path(repo)}/check-runs/{check:d}", fields, Repeat.SAFE)

    def review(self, repo: str, number: int, fields: Mapping[str, Any]) -> None:
        self.api.send("POST", f"{repo_path(repo)}/pulls/{number:d}/reviews", fields)

    def set_status(self, repo: str, sha: str, fields: Mapping[str, Any]) -> None:
        self.api.send("POST", f"{repo_path(repo)}/statuses/{_sha(sha)}", fields, Repeat.SAFE)

    def _comments(self, path: str) -> Iterator[Comment]:
        return (_comment(item) for item in self.api.pages(path))


@dataclass(frozen=True)
class GitHubDispatcher:
    """Asks other repositories. A request whose fate is unknown is never sent twice: a dispatch isn't idempotent.

    PyGithub's own ``create_repository_dispatch`` isn't used: it answers False to a 403, a 404 and a 422 alike.
    """

    reach: Callable[[str, str], WriteApi]
    """A session for a repository, by its name and the permission that is needed there."""

    def dispatch(self, repo: str, event_type: str, payload: Mapping[str, Any]) -> None:
        body = {"event_type": event_type, "client_payload": dict(payload)}
        api = self.reach(repo, "contents:write")
        api.send("POST", f"{repo_path(repo)}/dispatches", body, Repeat.NEVER)

    def run_workflow(self, repo: str, workflow: str, ref: str, inputs: Mapping[str, str]) -> str:
        path = f"{repo_path(repo)}/actions/workflows/{quote(workflow, safe='')}/dispatches"
        body = {"ref": ref, "inputs": dict(inputs), "return_run_details": True}
        found = self.reach(repo, "actions:write").send("POST", path, body, Repeat.NEVER)
        return _text(found, "html_url", default="")


def _pull(item: Any, repo: str) -> PullRequest:
    return PullRequest(
        repo=repo,
        number=_number(item, "number"),
        open=_text(item, "state") == "open",
        head_sha=_text(item, "head", "sha"),
        head_ref=_text(item, "head", "ref"),
        head_repo=_text(item, "head", "repo", "full_name", default=""),
        base_sha=_text(item, "base", "sha"),
        base_ref=_text(item, "base", "ref"),
    )


def _status(item: Any) -> CommitStatus:
    return CommitStatus(
        context=_text(item, "context"),
        state=_text(item, "state"),
        description=_text(item, "description", default=""),
        author=_text(item, "creator", "login", default=""),
        link=_text(item, "target_url", default=""),
        at=_when(_text(item, "created_at", default="")),
    )


def _comment(item: Any) -> Comment:
    """A comment whose author is gone has none, and so can be nobody's."""
    return Comment(_number(item, "id"), _text(item, "user", "login", default=""), _text(item, "body", default=""))


def _check(item: Any) -> CheckRun:
    return CheckRun(
        id=_number(item, "id"),
        name=_text(item, "name"),
        app=_text(item, "app", "slug", default=""),
        external_id=_text(item, "external_id", default=""),
        head_sha=_text(item, "head_sha"),
        completed_at=_when(_text(item, "completed_at", default="")),
        text=_text(item, "output", "text", default=""),
        conclusion=_text(item, "conclusion", default=""),
    )


def _when(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else None


def _sha(text: str) -> str:
    if not re.fullmatch(r"[0-9a-f]{40}|[0-9a-f]{64}", text):
        raise PermanentError(f"'{text[:80]}' is not a commit's id")
    return text


def _dig(value: Any, path: Sequence[str]) -> Any:
    for key in path:
        value = value.get(key) if isinstance(value, Mapping) else None
    return value


def _text(value: Any, *path: str, default: str | None = None) -> str:
    found = _dig(value, path)
    if isinstance(found, str):
        return found
    if default is None:
        raise PermanentError(f"GitHub's answer has no text at {'.'.join(path)}")
    return default


def _number(value: Any, *path: str) -> int:
    found = _dig(value, path)
    if not isinstance(found, int):
        raise PermanentError(f"GitHub's answer has no number at {'.'.join(path)}")
    return found
