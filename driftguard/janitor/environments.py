"""The names of environments: which one a pull request has, which one an event ends. Pure."""

from __future__ import annotations

import re

from driftguard.model import Event
from driftguard.policy import Policy, Rule, RuleScope

_DIGITS = "\0"
"""Stands for the number where a name is turned into a pattern; no name can hold it."""


def ended_environment(event: Event, rule: Rule, policy: Policy) -> str | None:
    """The ``driftguard:env`` value that ``event`` ends under ``rule``.

    ``None`` for a rule that goes by time; empty for a rule of scope ``event`` on an event that ends no environment,
    and then nothing may go.
    """
    if rule.scope is not RuleScope.EVENT:
        return None
    if event.kind != "pull_request.closed" or event.number is None:
        return ""
    return environment_of(event.repo, event.number, policy)


def environment_of(repo: str, number: int | str, policy: Policy) -> str:
    """The ``driftguard:env`` value of a pull request of ``repo`` (``owner/name``)."""
    owner, _, name = repo.partition("/")
    return policy.janitor.environment.format(owner=slug(owner), repo=slug(name), number=number)


def number_of(environment: str, repo: str, policy: Policy) -> int | None:
    """The pull request of ``repo`` that ``environment`` belongs to; ``None`` if it is none of this repository's."""
    pattern = re.escape(environment_of(repo, _DIGITS, policy)).replace(re.escape(_DIGITS), r"([1-9][0-9]{0,9})", 1)
    match = re.fullmatch(pattern.replace(re.escape(_DIGITS), r"\1"), environment)
    return int(match[1]) if match else None


def slug(text: str) -> str:
    """``text`` as it stands in an environment's name."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
