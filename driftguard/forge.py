"""GitHub as the rooms see it: what can be read of a pull request, what can be said on it, and what an override is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from driftguard.model import Finding, Waiver


@dataclass(frozen=True, slots=True)
class PullRequest:
    """A pull request as it is now. ``head_repo`` is empty where the fork is gone."""

    repo: str
    number: int
    open: bool
    head_sha: str
    head_ref: str
    head_repo: str
    base_sha: str
    base_ref: str


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment in a pull request's conversation. ``author`` is the login that GitHub vouches for."""

    id: int
    author: str
    body: str


@dataclass(frozen=True, slots=True)
class CheckRun:
    """A check run; it is in progress while it has no ``conclusion``.

    ``app`` is the slug of the App that wrote it: GitHub lets nobody else write one in its name.
    """

    id: int
    name: str
    app: str
    external_id: str
    head_sha: str
    completed_at: datetime | None
    text: str
    conclusion: str = ""


@dataclass(frozen=True, slots=True)
class CommitStatus:
    """One status on a commit. ``author`` is the login that GitHub vouches for."""

    context: str
    state: str
    description: str
    author: str
    link: str
    at: datetime | None


class Forge(Protocol):
    """The read side. Every method raises a ``DriftGuardError`` where the answer can't be known."""

    def pull(self, repo: str, number: int) -> PullRequest: ...

    def permission(self, repo: str, login: str) -> str:
        """``admin``, ``write``, ``read`` or ``none``, as GitHub answers right now (maintain counts as write)."""

    def comments(self, repo: str, number: int) -> Sequence[Comment]:
        """The whole conversation, oldest first."""

    def suggested(self, repo: str, number: int) -> Sequence[Comment]:
        """The review comments at lines of the diff, oldest first."""

    def check_runs(self, repo: str, sha: str, name: str) -> Sequence[CheckRun]:
        """Every check run of that name on that commit, superseded ones too."""

    def check_run(self, repo: str, number: int) -> CheckRun: ...

    def open_pulls(self, repo: str) -> Sequence[PullRequest]:
        """Every open pull request."""

    def statuses(self, repo: str, sha: str) -> Sequence[CommitStatus]:
        """Every status on that commit, the newest first."""


class ForgeWriter(Protocol):
    """The write side. Only live wiring builds one. Every method raises a ``DriftGuardError`` if it didn't work."""

    def say(self, repo: str, number: int, key: Key, body: str) -> str:
        """Make our one comment that begins with ``key.marker`` read ``body``; what became of it, in a word."""

    def create_check(self, repo: str, fields: Mapping[str, Any]) -> int:
        """A new check run; its id."""

    def update_check(self, repo: str, check: int, fields: Mapping[str, Any]) -> None:
        """Annotations are appended to those that are there."""

    def review(self, repo: str, number: int, fields: Mapping[str, Any]) -> None:
        """One review with comments at lines of the diff."""

    def set_status(self, repo: str, sha: str, fields: Mapping[str, Any]) -> None:
        """The newest status of a context on a commit is the one that counts."""


@dataclass(frozen=True, slots=True)
class Key:
    """How a comment of ours is found again: what its body begins with, and who must have written it."""

    marker: str
    author: str

    def fits(self, comment: Comment) -> bool:
        return comment.author.lower() == self.author.lower() and comment.body.startswith(self.marker)


class Scope(StrEnum):
    """What a command in a comment may set aside; ``KEEP`` sets aside nothing but the end of an environment."""

    DOCS = "docs"
    CONTRACTS = "contracts"
    CONSUMER = "cross-repo"
    KEEP = "keep"


_RULES = {Scope.DOCS: "ai_sync/", Scope.CONTRACTS: "cross_repo/", Scope.CONSUMER: "cross_repo/"}


@dataclass(frozen=True, slots=True)
class Override:
    """A maintainer's word on one pull request, as the check run that holds it tells it.

    ``sha`` is the head it was given for. Unless ``survives``, the next push ends it; ``until`` ends it in any case.
    ``consumer`` is the repository of scope ``cross-repo``; ``comment`` the id of the comment that asked.
    """

    scope: Scope
    by: str
    why: str
    made_at: datetime
    until: datetime
    number: int
    sha: str
    comment: int
    survives: bool = False
    consumer: str = ""

    def holds(self, number: int, sha: str, now: datetime) -> bool:
        """Whether it counts for that pull request at that head. Pure; what is in doubt doesn't count."""
        return self.number == number and now < self.until and (self.survives or (bool(sha) and self.sha == sha))

    def covers(self, finding: Finding) -> bool:
        """A consumer's override covers what is said of that consumer alone: ``kind`` consumer, ``name`` its repo."""
        prefix = _RULES.get(self.scope)
        if prefix is None or not finding.rule.startswith(prefix):
            return False
        if self.scope is Scope.CONSUMER:
            return finding.kind == "consumer" and finding.name.lower() == self.consumer.lower()
        return True

    def waiver(self) -> Waiver:
        return Waiver(self.by, self.why, self.until)


@dataclass(frozen=True, slots=True)
class Overrides:
    """What counts on a pull request now. ``trouble`` says what could not be read; none of that counts."""

    held: tuple[Override, ...] = ()
    trouble: tuple[str, ...] = ()
