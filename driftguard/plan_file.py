"""A reviewed plan as a file: what `driftguard plan` proposes, for `driftguard apply` to do no more than that.

The digest finds a file that was damaged or edited by hand; it is no signature. That is enough, since a plan can't allow
anything: apply plans and decides afresh, and does only what both plans hold.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from driftguard.errors import UsageError
from driftguard.model import Event, Report, Verdict
from driftguard.policy import Policy, format_duration

VERSION = 1
MAX_BYTES = 256 * 1024 * 1024
SKEW = timedelta(minutes=5)
"""How far ahead the clock of whoever planned may be."""


@dataclass(frozen=True, slots=True)
class Proposed:
    """One action that the reviewed plan allows. ``scope`` and ``fingerprint`` are its target's as they were then."""

    id: str
    scope: str
    name: str
    fingerprint: str
    why: str


@dataclass(frozen=True, slots=True)
class Occasion:
    """The event that was planned for, as far as planning goes by it."""

    id: str
    kind: str
    repo: str
    ref: str
    sha: str
    actor: str
    occurred_at: datetime
    number: int | None
    base_sha: str | None

    @property
    def event(self) -> Event:
        pull_request = {"number": self.number, "base": {"sha": self.base_sha}, "head": {"sha": self.sha}}
        payload = {} if self.number is None and self.base_sha is None else {"pull_request": pull_request}
        return Event(
            self.id, self.kind, self.repo, self.ref, self.sha, self.actor, self.occurred_at.astimezone(UTC), payload
        )


@dataclass(frozen=True, slots=True)
class Reviewed:
    """A plan that somebody has read. ``accounts`` are the identities that it was made with."""

    run_id: str
    created_at: datetime
    policy_sha: str
    accounts: tuple[str, ...]
    occasion: Occasion
    actions: tuple[Proposed, ...]

    @property
    def by_id(self) -> Mapping[str, Proposed]:
        return {proposed.id: proposed for proposed in self.actions}


_REVIEWED = TypeAdapter(Reviewed)


def of(report: Report, policy: Policy, accounts: Sequence[str], now: datetime) -> Reviewed:
    """What ``report`` (of a rehearsal) allows."""
    event = report.event
    allowed = {decision.action_id for decision in report.decisions if decision.verdict is Verdict.ALLOW}
    return Reviewed(
        run_id=report.run_id,
        created_at=now,
        policy_sha=policy.sha,
        accounts=tuple(sorted(accounts)),
        occasion=Occasion(
            event.id,
            event.kind,
            event.repo,
            event.ref,
            event.sha,
            event.actor,
            event.occurred_at,
            event.number,
            event.base_sha,
        ),
        actions=tuple(
            Proposed(action.id, action.target.scope, action.target.name, action.target.fingerprint, action.why)
            for action in report.actions
            if action.id in allowed
        ),
    )


def write(path: Path, reviewed: Reviewed) -> None:
    """Raises ``UsageError`` if the file can't be written."""
    plan = _REVIEWED.dump_python(reviewed, mode="json")
    whole = {"version": VERSION, "digest": _digest(plan), "plan": plan}
    try:
        path.write_text(json.dumps(whole, indent=2) + "\n", encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{path}: the plan can't be written: {error.strerror}") from error


_AGAIN = "make a new one: driftguard plan -o FILE"


def load(path: Path) -> Reviewed:
    """Raises ``UsageError`` for a file that isn't a whole plan of this version, as it was written."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise UsageError(f"{path}: is too large for a plan; {_AGAIN}")
        whole = json.loads(path.read_bytes())
        version, digest, plan = whole["version"], whole["digest"], whole["plan"]
    except OSError as error:
        raise UsageError(f"{path}: can't be read: {error.strerror}; `driftguard plan -o {path}` writes it") from error
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise UsageError(f"{path}: is not a plan of `driftguard plan -o`") from error
    if version != VERSION:
        raise UsageError(
            f"{path}: is a plan of version {version!r}; this driftguard applies version {VERSION}; {_AGAIN}"
        )
    if digest != _digest(plan):
        raise UsageError(f"{path}: its digest doesn't fit: it was damaged or changed since it was written; {_AGAIN}")
    try:
        return _REVIEWED.validate_python(plan, strict=False)
    except ValidationError as error:
        raise UsageError(f"{path}: is not a plan of `driftguard plan -o`: {error.errors()[0]['msg']}") from error


def check(reviewed: Reviewed, policy: Policy, now: datetime) -> None:
    """Raises ``UsageError`` if the plan was made under another policy, or too long ago."""
    if reviewed.policy_sha != policy.sha:
        shas = f"{reviewed.policy_sha[:12]}, now {policy.sha[:12]}"
        raise UsageError(f"the policy changed since the plan was made ({shas}); {_AGAIN}")
    age, most = now - reviewed.created_at, policy.limits.plan_age
    if age > most or age < -SKEW:
        when = f"{reviewed.created_at:%Y-%m-%d %H:%M} UTC"
        allowed = f"{policy.where('limits.plan_age')} allows {format_duration(most)}"
        raise UsageError(f"the plan is of {when}; {allowed}; {_AGAIN}")


def check_accounts(reviewed: Reviewed, accounts: Sequence[str]) -> None:
    """Raises ``UsageError`` if the plan was made with the credentials of another account."""
    if tuple(sorted(accounts)) != reviewed.accounts:
        made, here = (", ".join(names) or "no account" for names in (reviewed.accounts, sorted(accounts)))
        raise UsageError(f"the plan is of {made}, the credentials are of {here}; sign in there, or {_AGAIN}")


def check_event(reviewed: Reviewed, event: Event) -> None:
    """Raises ``UsageError`` if the plan was made for another event."""
    planned = reviewed.occasion.event

    def told(event: Event) -> str:
        return " ".join(
            filter(None, (event.kind, event.repo, f"#{event.number}" if event.number else "", event.sha[:12]))
        )

    if told(planned) != told(event) or planned.sha != event.sha or planned.base_sha != event.base_sha:
        raise UsageError(
            f"the plan is for {told(planned)}, this is {told(event)}; apply it with the same event, or {_AGAIN}"
        )


def _digest(plan: Any) -> str:
    canonical = json.dumps(plan, sort_keys=True, separators=(",", ":"))
    return f"sha256:{hashlib.sha256(canonical.encode()).hexdigest()}"
