"""Whose is it, is it protected, and has its time run out? Pure: no clock, no network, no state.

The planner and the gate both ask here and nowhere else. Ownership comes before protection, protection before expiry;
whatever can't be read counts against deletion. Tag keys are compared without case and with ``:`` as ``-``, so that the
same words work as AWS tags, Azure tags and GCP labels; where that makes two tags one, both must agree.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from fnmatch import fnmatchcase

from driftguard.janitor.tags import Tags, as_read
from driftguard.model import History, Target
from driftguard.policy import Janitor, Policy, format_duration, parse_duration

EXPIRES_AT = "driftguard:expires-at"
TTL = "driftguard:ttl"
ENVIRONMENT = "driftguard:env"
OLDEST = datetime(2006, 1, 1, tzinfo=UTC)
"""Before any of the clouds: what says it is older was never given a time, which APIs write as year 1 or as 1970."""

SKEW = timedelta(hours=1)
"""How far a cloud's clock may be ahead of ours; an age beyond that is no age."""

WARNING = "janitor/expiring"
"""The rule of the finding that warns of an end; an earlier run's is what `History.warned` holds."""


class LeaseVerdict(StrEnum):
    EXPIRED = "expired"
    ENDED = "ended"
    UNEXPIRED = "unexpired"
    UNWARNED = "unwarned"
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


@dataclass(frozen=True, slots=True)
class Terms:
    """What a lease is read by, besides the target.

    ``ended`` is the environment that a closed pull request ended: then what belongs to it may go whatever its TTL, and
    nothing else may. ``None`` asks for whatever is past its time.
    """

    policy: Policy
    now: datetime
    ended: str | None = None
    history: History = field(default_factory=History)


def judge(target: Target, terms: Terms) -> Lease:
    """Read the lease of ``target``."""
    if target.tags is None:
        return Lease(LeaseVerdict.PROTECTED, "its tags could not be read", "janitor.owner_tag")
    tags = Tags.of(target.tags)
    janitor = terms.policy.janitor
    stays = _unowned(target.name, tags, janitor) or _protected(target, tags, janitor) or _kept(tags, terms)
    if stays is not None:
        return stays
    if terms.ended is not None:
        return _of_environment(tags, terms.ended)
    return _warned(target, _by_time(target, tags, terms), terms)


def judge_whole(target: Target, takes: Sequence[Target], terms: Terms) -> Lease:
    """The lease of ``target`` together with all that goes with it: whatever of it stays keeps the whole."""
    judged = judge(target, terms)
    stays = _first_to_stay(takes, terms) if judged.deletable else None
    return stays or judged


def judge_environment(name: str, resources: Sequence[Target], terms: Terms) -> Lease:
    """The lease of a whole environment: it goes if every one of its resources may go, and else it stays whole.

    An environment without any resource that we see can end with its pull request, but never by time.
    """
    stays = _first_to_stay(resources, terms)
    if stays is not None:
        return stays
    tags = Tags.of({ENVIRONMENT: name})
    kept = _kept(tags, terms)
    if kept is not None:
        return kept
    if terms.ended is not None:
        return _of_environment(tags, terms.ended)
    if not resources:
        return Lease(LeaseVerdict.UNKNOWN, "nothing of it was found that says when it ends", "janitor.terraform")
    return Lease(LeaseVerdict.EXPIRED, f"all of its {len(resources)} resources have expired", "janitor.ttl")


def _first_to_stay(resources: Sequence[Target], terms: Terms) -> Lease | None:
    for resource in (each for held in resources for each in held.whole):
        judged = judge(resource, terms)
        if not judged.deletable:
            reason = f"{resource.name or resource.id} in it stays: {judged.reason}"
            return Lease(judged.verdict, reason, judged.policy_path, judged.expires_at)
    return None


def warns(judged: Lease, terms: Terms) -> bool:
    """Whether the end that ``judged`` tells is near or past and nobody has been told of it: ``janitor.warn_before``."""
    grace = terms.policy.janitor.warn_before
    if grace is None or judged.expires_at is None:
        return False
    if judged.verdict is LeaseVerdict.UNEXPIRED:
        return judged.expires_at - grace <= terms.now
    return judged.verdict is LeaseVerdict.UNWARNED


def contradiction(tags: Mapping[str, str], environment: str, janitor: Janitor) -> str:
    """Why a resource with ``tags`` can't be of ``environment``, or mustn't go with it; empty if it may.

    For what Terraform's state says it holds: there, tags that are missing say nothing, other ones do.
    """
    read = Tags.of(tags)
    protecting = _protecting(read, janitor)
    if protecting is not None:
        return f"protected by its tag {protecting[0]}={protecting[1]}"
    other = next((value for value in read.all(ENVIRONMENT) if value != environment), None)
    if other is not None:
        return f"of the environment '{other}'"
    owner = next((value for value in read.all(janitor.owner_tag) if janitor.owners and value not in janitor.owners), "")
    return f"not ours: its owner is '{owner}'" if owner else ""


def protects(target: Target, janitor: Janitor) -> bool:
    """Whether ``target`` is protected, by the cloud or by a tag; also where it can't be read."""
    unread = target.protection or target.tags is None
    return bool(unread) or _protecting(Tags.of(target.tags or {}), janitor) is not None


def speaks(target: Target, whole: Target, janitor: Janitor) -> bool:
    """Whether what lies in ``whole`` has a word of its own on whether it may go with it.

    By a protection, or by an owner, an end or an environment that aren't the whole's; also where it can't be read.
    """
    if protects(target, janitor):
        return True
    own, its = Tags.of(target.tags or {}), Tags.of(whole.tags or {})
    words = (janitor.owner_tag, EXPIRES_AT, TTL, ENVIRONMENT)
    return any(own.all(key) and set(own.all(key)) != set(its.all(key)) for key in words)


def environment_of(target: Target) -> str:
    """The environment that ``target`` says it belongs to; empty where it says none, or two, or can't be read."""
    values = set(Tags.of(target.tags or {}).all(ENVIRONMENT))
    return values.pop() if len(values) == 1 else ""


def states_expiry(target: Target) -> bool:
    """Whether a tag says when ``target`` ends, so that its age doesn't matter."""
    return bool(Tags.of(target.tags or {}).all(EXPIRES_AT))


def has_owner(target: Target, janitor: Janitor) -> bool:
    """Whether ``target`` carries the owner tag, whatever it says."""
    return bool(Tags.of(target.tags or {}).all(janitor.owner_tag))


def _unowned(name: str, tags: Tags, janitor: Janitor) -> Lease | None:
    if not name.startswith(janitor.namespace):
        reason = f"not ours: its name doesn't begin with '{janitor.namespace}'"
        return Lease(LeaseVerdict.UNOWNED, reason, "janitor.namespace")
    owners = [value.strip() for value in tags.all(janitor.owner_tag)]
    if not all(owners) or not owners:
        return Lease(LeaseVerdict.UNOWNED, f"not ours: it has no tag {janitor.owner_tag}", "janitor.owner_tag")
    foreign = next((owner for owner in owners if janitor.owners and owner not in janitor.owners), None)
    if foreign is not None:
        return Lease(LeaseVerdict.UNOWNED, f"not ours: its owner is '{foreign}'", "janitor.owners")
    return None


def _protected(target: Target, tags: Tags, janitor: Janitor) -> Lease | None:
    if target.protection:
        return Lease(LeaseVerdict.PROTECTED, f"protected by the cloud: {target.protection}", "janitor.protected_tags")
    protecting = _protecting(tags, janitor)
    if protecting is None:
        return None
    key, value = protecting
    return Lease(LeaseVerdict.PROTECTED, f"protected by its tag {key}={value}", f"janitor.protected_tags.{key}")


def _protecting(tags: Tags, janitor: Janitor) -> tuple[str, str] | None:
    """The policy's key and the tag's value, of the first tag that protects."""
    for key, patterns in janitor.protecting:
        for value in tags.alike(key):
            if any(fnmatchcase(as_read(value), as_read(pattern)) for pattern in patterns):
                return key, value
    return None


def _kept(tags: Tags, terms: Terms) -> Lease | None:
    """Somebody asked to keep its environment, and a closed pull request doesn't unsay that."""
    for name in tags.all(ENVIRONMENT):
        if name not in terms.history.kept:
            continue
        until = terms.history.kept[name]
        if until is None:
            reason = f"whether its environment {name} is to be kept could not be read"
            return Lease(LeaseVerdict.UNKNOWN, reason, "overrides.longest_keep")
        if until > terms.now:
            reason = f"its environment {name} is kept until {until:%Y-%m-%d %H:%M} UTC"
            return Lease(LeaseVerdict.UNEXPIRED, reason, "overrides.longest_keep", until)
    return None


def _of_environment(tags: Tags, ended: str) -> Lease:
    names = set(tags.all(ENVIRONMENT))
    if ended and names == {ended}:
        return Lease(LeaseVerdict.ENDED, f"its environment {ended} has ended", "janitor.environment")
    reason = f"not of the environment {ended}" if ended else "no environment has ended"
    return Lease(LeaseVerdict.OTHER_ENVIRONMENT, reason, "janitor.environment")


def _by_time(target: Target, tags: Tags, terms: Terms) -> Lease:
    try:
        expires_at, source = _expiry(target, tags, terms)
    except (ValueError, OverflowError) as error:
        return Lease(LeaseVerdict.UNKNOWN, f"its lease can't be read: {error}", "janitor.ttl")
    when = f"{expires_at:%Y-%m-%d %H:%M} UTC ({source})"
    if expires_at <= terms.now:
        return Lease(LeaseVerdict.EXPIRED, f"expired {when}", "janitor.ttl", expires_at)
    return Lease(LeaseVerdict.UNEXPIRED, f"lives until {when}", "janitor.ttl", expires_at)


def _warned(target: Target, judged: Lease, terms: Terms) -> Lease:
    """With ``janitor.warn_before``, only what an earlier run has warned of, with this very end, may go."""
    if judged.verdict is not LeaseVerdict.EXPIRED or terms.policy.janitor.warn_before is None:
        return judged
    assert judged.expires_at is not None
    if terms.history.warned.get(target.id) == judged.expires_at.isoformat():
        return judged
    reason = f"{judged.reason}; nobody was warned yet, so the next run deletes it"
    return Lease(LeaseVerdict.UNWARNED, reason, "janitor.warn_before", judged.expires_at)


def _expiry(target: Target, tags: Tags, terms: Terms) -> tuple[datetime, str]:
    """When it ends, and what says so. Raises ``ValueError`` where that can't be known for sure."""
    stated = tags.one(EXPIRES_AT)
    if stated is not None:
        return parse_expiry(stated), EXPIRES_AT
    own = tags.one(TTL)
    ttl = terms.policy.janitor.ttl if own is None else parse_duration(own)
    if target.created_at is None:
        raise ValueError("its age is unknown")
    if target.created_at - terms.now > SKEW:
        raise ValueError("it was created in the future")
    if target.created_at < OLDEST:
        raise ValueError(f"it says it is of {target.created_at:%Y-%m-%d}, before there were clouds")
    return target.created_at + ttl, f"{'policy' if own is None else TTL} {format_duration(ttl)}"


def parse_expiry(text: str) -> datetime:
    """``2026-11-23T12:00:00Z`` (RFC 3339) as it stands; ``2026-11-23`` as the end of that day in UTC.

    Where a tag may hold neither capitals nor colons: ``2026-11-23t12-00-00z``, or seconds since 1970, ten digits.
    Raises ``ValueError`` for anything else: another order of day and month, no zone, before ``OLDEST``.
    """
    found = _end(text.strip())
    if found < OLDEST:
        raise ValueError(f"'{text[:40]}' is before there were clouds: an end that was never set")
    return found


def _end(text: str) -> datetime:
    try:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text, re.ASCII):
            midnight = datetime.combine(date.fromisoformat(text), datetime.min.time(), UTC)
            return midnight + timedelta(days=1)
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})", text, re.ASCII):
            return datetime.fromisoformat(text.upper()).astimezone(UTC)
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}[Tt]\d{2}-\d{2}-\d{2}[Zz]", text, re.ASCII):
            return datetime.strptime(text.upper(), "%Y-%m-%dT%H-%M-%SZ").replace(tzinfo=UTC)
        if re.fullmatch(r"[1-9]\d{9}", text, re.ASCII):
            return datetime.fromtimestamp(int(text), UTC)
    except ValueError as error:
        raise ValueError(f"'{text[:40]}' is no date: {error}") from None
    raise ValueError(f"'{text[:40]}' is not a date like 2026-11-23T12:00:00Z or 2026-11-23")
