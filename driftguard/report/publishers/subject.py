"""Whether a report is a verdict on a pull request's head, and whether this run may write there. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from driftguard.model import Event, Report, Target
from driftguard.policy import Policy
from driftguard.ports import Sources

JUDGES = ("ai_sync", "cross_repo")
"""The modules whose rules judge a change; a run of others says nothing about a pull request's head."""

_NEW_HEADS = ("opened", "synchronize")
INSTEAD = "annotations, the job summary and the exit code tell it instead"


@dataclass(frozen=True, slots=True)
class Subject:
    """The pull request that a report is about."""

    repo: str
    number: int
    sha: str

    @property
    def target(self) -> Target:
        place = f"{self.repo}#{self.number}"
        return Target("github", f"github/{self.repo}", "pull_request", place, place)


def subject(report: Report, policy: Policy) -> Subject | None:
    """``None`` where there is nothing to write to: no pull request, no commit, or no verdict on it as a whole."""
    event = report.event
    if event.number is None or not re.fullmatch(r"[0-9a-f]{40}|[0-9a-f]{64}", event.sha):
        return None
    return Subject(event.repo, event.number, event.sha) if _judges(event, policy) else None


def silenced(event: Event, sources: Sources) -> str:
    """Why this run can't write to GitHub; empty if it may try."""
    if event.from_fork:
        return f"this pull request comes from a fork, so the token may only read: {INSTEAD}"
    if sources.forge is None:
        return f"{sources.policy.github.token_env} is not set, so nothing is written to the pull request: {INSTEAD}"
    return ""


def _judges(event: Event, policy: Policy) -> bool:
    """Whether the rules that ran are all that judge a new head, so that their verdict may stand for the whole.

    A label must not turn a check green because the one rule that listens to labels found nothing.
    """
    name, _, action = event.kind.partition(".")
    if name not in ("pull_request", "pull_request_target") or action == "closed":
        return False
    ran = _judging(policy, event.kind)
    if action in _NEW_HEADS:
        return bool(ran)
    return bool(ran) and all(_judging(policy, f"{name}.{new}") <= ran for new in _NEW_HEADS)


def _judging(policy: Policy, kind: str) -> frozenset[str]:
    return frozenset(rule.name for rule in policy.rules if rule.run in JUDGES and rule.matches(kind))
