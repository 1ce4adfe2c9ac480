"""Whose is it, is it protected, and has its time run out? Pure: no clock, no network, no state.

The planner and the gate both ask here and nowhere else. Ownership comes before protection, protection before expiry;
whatever can't be read counts against deletion. Tag keys are compared without case and with ``:`` as ``-``, so that the
same words work as AWS tags, Azure tags and GCP labels.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from fnmatch import fnmatchcase

from driftguard.model import Event, Target
from driftguard.policy import Janitor, Policy, Rule, RuleScope, format_duration, parse_duration

EXPIRES_AT = "driftguard:expires-at"
TTL = "driftguard:ttl"
ENVIRONMENT = "driftguard:env"


class LeaseVerdict(StrEnum):
    EXPIRED = "expired"
    ENDED = "ended"
    UNEXPIRED = "unexpired"
    OTHER_ENVIRONMENT = "other environment"
    PROTECTED = "protected"
    UNOWNED = "unowned"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Lease:
    """The answer for one target. ``policy_path`` is the policy's key that decided; ``expires_at`` is UTC."""

    verdict: LeaseVerdict
    reason: str
    policy_path: str
    expires_at: datetime | None = None

    @property
    def deletable(self) -> bool:
        return self.verdict in (LeaseVerdict.EXPIRED, LeaseVerdict.ENDED)


def judge(target: Target, policy: Policy, now: datetime, ended: str | None) -> Lease:
    """Read the lease of ``target`` at ``now``.

    ``ended`` is the environment that a closed pull request ended: then what belongs to it may go whatever its TTL, and
    nothing else may. ``None`` asks for whatever is past its time.
    """
    janitor = policy.janitor
    tags = None if target.tags is None else {_canonical(key): value for key, value in target.tags.items()}
    if tags is None:
        return Lease(LeaseVerdict.PROTECTED, "its tags could not be read", "janitor.owner_tag")
    kept = _unowned(target.name, tags, janitor) or _protected(target, tags, janitor)
    if kept is not None:
        return kept
    if ended is not None:
        return _of_environment(tags, ended)
    return _by_time(target, tags, janitor, now)


def ended_environment(event: Event, rule: Rule, policy: Policy) -> str | None:
    """The ``driftguard:env`` value that ``event`` ends under ``rule``.

    ``None`` for a rule that goes by time; empty for a rule of scope ``event`` on an event that ends no environment,
    and then nothing may go.
    """
    if rule.scope is not RuleScope.EVENT:
        return None
    if event.kind != "pull_request.closed" or event.number is None:
        return ""
    owner, _, repo = event.repo.partition("/")
    return policy.janitor.environment.format(owner=_slug(owner), repo=_slug(repo), number=event.number)


def states_expiry(target: Target) -> bool:
    """Whether a tag says when ``target`` ends, so that its age doesn't matter."""
    return any(_canonical(key) == _canonical(EXPIRES_AT) for key in target.tags or {})


def has_owner(target: Target, janitor: Janitor) -> bool:
    """Whether ``target`` carries the owner tag, whatever it says."""
    return any(_canonical(key) == _canonical(janitor.owner_tag) for key in target.tags or {})


def _canonical(key: str) -> str:
    return key.lower().replace(":", "-")


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def _unowned(name: str, tags: Mapping[str, str], janitor: Janitor) -> Lease | None:
    if not name.startswith(janitor.namespace):
        reason = f"not ours: its name doesn't begin with '{janitor.namespace}'"
        return Lease(LeaseVerdict.UNOWNED, reason, "janitor.namespace")
    owner = tags.get(_canonical(janitor.owner_tag), "").strip()
    if not owner:
        return Lease(LeaseVerdict.UNOWNED, f"not ours: it has no tag {janitor.owner_tag}", "janitor.owner_tag")
    if janitor.owners and owner not in janitor.owners:
        return Lease(LeaseVerdict.UNOWNED, f"not ours: its owner is '{owner}'", "janitor.owners")
    return None


def _protected(target: Target, tags: Mapping[str, str], janitor: Janitor) -> Lease | None:
    if target.protection:
        return Lease(LeaseVerdict.PROTECTED, f"protected by the cloud: {target.protection}", "janitor.protected_tags")
    for key, patterns in janitor.protected_tags.items():
        value = tags.get(_canonical(key))
        if value is not None and any(fnmatchcase(value.lower(), pattern.lower()) for pattern in patterns):
            path = f"janitor.protected_tags.{key}"
            return Lease(LeaseVerdict.PROTECTED, f"protected by its tag {key}={value}", path)
    return None


def _of_environment(tags: Mapping[str, str], ended: str) -> Lease:
    environment = tags.get(_canonical(ENVIRONMENT), "")
    if ended and environment == ended:
        return Lease(LeaseVerdict.ENDED, f"its environment {ended} has ended", "janitor.environment")
    reason = f"not of the environment {ended}" if ended else "no environment has ended"
    return Lease(LeaseVerdict.OTHER_ENVIRONMENT, reason, "janitor.environment")


def _by_time(target: Target, tags: Mapping[str, str], janitor: Janitor, now: datetime) -> Lease:
    try:
        expires_at, source = _expiry(target, tags, janitor, now)
    except (ValueError, OverflowError) as error:
        return Lease(LeaseVerdict.UNKNOWN, f"its lease can't be read: {error}", "janitor.ttl")
    when = f"{expires_at:%Y-%m-%d %H:%M} UTC ({source})"
    if expires_at <= now:
        return Lease(LeaseVerdict.EXPIRED, f"expired {when}", "janitor.ttl", expires_at)
    return Lease(LeaseVerdict.UNEXPIRED, f"lives until {when}", "janitor.ttl", expires_at)


def _expiry(target: Target, tags: Mapping[str, str], janitor: Janitor, now: datetime) -> tuple[datetime, str]:
    """When it ends, and what says so. Raises ``ValueError`` where that can't be known for sure."""
    stated = tags.get(_canonical(EXPIRES_AT))
    if stated is not None:
        return parse_expiry(stated), EXPIRES_AT
    own = tags.get(_canonical(TTL))
    ttl = janitor.ttl if own is None else parse_duration(own)
    if target.created_at is None:
        raise ValueError("its age is unknown")
    if target.created_at > now:
        raise ValueError("it was created in the future")
    return target.created_at + ttl, f"{'policy' if own is None else TTL} {format_duration(ttl)}"


def parse_expiry(text: str) -> datetime:
    """``2026-11-23T12:00:00Z`` (RFC 3339) as it stands; ``2026-11-23`` as the end of that day in UTC.

    Raises ``ValueError`` for anything else: another order of day and month, a time without a zone.
    """
    text = text.strip()
    try:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
            midnight = datetime.combine(date.fromisoformat(text), datetime.min.time(), UTC)
            return midnight + timedelta(days=1)
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})", text):
            return datetime.fromisoformat(text.upper()).astimezone(UTC)
    except ValueError as error:
        raise ValueError(f"'{text[:40]}' is no date: {error}") from None
    raise ValueError(f"'{text[:40]}' is not a date like 2026-11-23T12:00:00Z or 2026-11-23")
