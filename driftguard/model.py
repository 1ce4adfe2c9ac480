"""The nouns: frozen values that every room speaks in. Nothing here does anything.

Times are timezone-aware UTC datetimes; ``None`` for tags means *could not be read*, never *none*.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any


class Mode(StrEnum):
    """How the gate was built. A rehearsal has no executor, so it can't write."""

    LIVE = "live"
    REHEARSAL = "dry-run"


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


class Risk(StrEnum):
    """What an action can cost when it is wrong, least first."""

    NOTIFY = "notify"
    WRITE = "write"
    DESTROY = "destroy"


class Precondition(StrEnum):
    """``STILL_EXISTS``: the gate re-reads the target right before; gone is success, changed is stale."""

    ALWAYS = "always"
    STILL_EXISTS = "still_exists"


class Verdict(StrEnum):
    ALLOW = "allow"
    DENY = "deny"


class Status(StrEnum):
    """How an action ended. ``VERIFIED`` is ``APPLIED`` and re-read as gone."""

    SIMULATED = "simulated"
    DENIED = "denied"
    STALE = "stale"
    APPLIED = "applied"
    VERIFIED = "verified"
    FAILED = "failed"


class Conclusion(StrEnum):
    """What the run as a whole says; the command line maps it to an exit code."""

    CLEAN = "clean"
    BLOCKED = "blocked"
    INCOMPLETE = "incomplete"


@dataclass(frozen=True, slots=True)
class Event:
    """Something happened. ``kind`` is ``name.action`` (``pull_request.opened``) or the bare name (``push``).

    ``sha`` is the commit the event is about; for a pull request its head, empty for the work tree.
    """

    id: str
    kind: str
    repo: str
    ref: str
    sha: str
    actor: str
    occurred_at: datetime
    payload: Mapping[str, Any] = field(repr=False)

    @property
    def base_sha(self) -> str | None:
        """The base commit of a pull request; ``None`` for any other event."""
        base = _dig(self.payload, "pull_request", "base", "sha")
        return base if isinstance(base, str) and base else None

    @property
    def number(self) -> int | None:
        """The pull request's number, also for a comment on one; ``None`` where there is none."""
        found = _dig(self.payload, "pull_request", "number") or _dig(self.payload, "issue", "number")
        return found if isinstance(found, int) else None

    @property
    def from_fork(self) -> bool:
        """Whether GitHub gave this run a token that can't write: ``pull_request`` from another repository."""
        head = _dig(self.payload, "pull_request", "head")
        if not self.kind.startswith("pull_request.") or not isinstance(head, Mapping) or "repo" not in head:
            return False
        return bool(_dig(head, "repo", "full_name") != self.repo)

    @property
    def question(self) -> str:
        """What another repository asks by starting this workflow, as JSON; empty for any other event."""
        found = _dig(self.payload, "inputs", "question") if self.kind == "workflow_dispatch" else ""
        return found if isinstance(found, str) else ""

    @property
    def asked_again(self) -> bool:
        """Whether a maintainer wants it looked at once more (``AGAIN`` in a payload of ours)."""
        return self.payload.get(AGAIN) is True


AGAIN = "driftguard:again"
"""The key of a payload that a command makes; GitHub's own have no such key."""


def _dig(value: Any, *keys: str) -> Any:
    for key in keys:
        value = value.get(key) if isinstance(value, Mapping) else None
    return value


@dataclass(frozen=True, slots=True)
class Waiver:
    """Who set a finding aside, why, and until when (``None``: for good). A waived finding is shown, but blocks not."""

    by: str
    why: str
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """Something a person should know, with its place and the evidence for it.

    ``rule`` names the check (``ai_sync/undocumented``), ``kind`` what it is about (``env_var``), ``name``
    which one. ``line`` counts from 1. ``source`` is ``guard`` or ``llm``. ``fix`` is text ready to paste,
    as new lines of ``fix_path`` after its line ``fix_after`` at the head (both empty where no place is known).
    """

    id: str
    rule: str
    kind: str
    name: str
    message: str
    path: str = ""
    line: int = 0
    severity: Severity = Severity.ERROR
    confidence: float = 1.0
    source: str = "guard"
    evidence: str = ""
    fix: str = ""
    fix_path: str = ""
    fix_after: int = 0
    waiver: Waiver | None = None

    @property
    def blocks(self) -> bool:
        return self.severity is Severity.ERROR and self.waiver is None


class Level(StrEnum):
    """``DANGEROUS`` breaks some consumers, ``BREAKING`` those that did everything right."""

    BREAKING = "breaking"
    DANGEROUS = "dangerous"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Change:
    """One difference between two versions of a contract.

    ``location`` is a place inside the contract (``GET /users, parameter limit``) or a path. ``path`` is the file of
    the new version (of the old one, if the file is gone) and ``line`` counts from 1; 0 where no line can be named.
    """

    rule: str
    level: Level
    location: str
    message: str
    path: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class ContractDiff:
    """What two versions of a contract differ in. ``old`` and ``new`` are the paths that were asked about."""

    type: str
    old: str
    new: str
    changes: tuple[Change, ...] = ()

    @property
    def conclusion(self) -> Conclusion:
        breaking = any(change.level is Level.BREAKING for change in self.changes)
        return Conclusion.BLOCKED if breaking else Conclusion.CLEAN


@dataclass(frozen=True, slots=True)
class Target:
    """One thing out there that an action may change.

    ``scope`` is a path from the provider down (``aws/123456789012/eu-west-1``, ``github/acme/web``).
    A ``type`` that lies inside another extends its name (``microsoft.sql:servers:databases``).
    ``protection`` names what the cloud itself protects it with; empty where nothing does. ``size`` is what its price
    goes by, a class, a volume or several (``t3.micro``, ``gp3 100 GiB``, ``2 x a + 5 GiB``); empty if unknown.
    ``holds`` is everything that goes with it, as far as the cloud deletes it whole: a resource group's resources. Its
    ``fingerprint`` then also stands for these.
    """

    provider: str
    scope: str
    type: str
    id: str
    name: str
    tags: Mapping[str, str] | None = field(default_factory=dict)
    created_at: datetime | None = None
    expires_at: datetime | None = None
    fingerprint: str = ""
    protection: str = ""
    size: str = ""
    holds: tuple[Target, ...] = ()

    @property
    def whole(self) -> tuple[Target, ...]:
        """Itself and all that goes with it."""
        return (self, *(each for held in self.holds for each in held.whole))

    @property
    def path(self) -> str:
        """Where it lies, for comparing with a gap's scope: ``aws/123456789012/eu-west-1/sqs:queue``."""
        return f"{self.scope}/{self.type}"


ENVIRONMENT = "environment"
"""The ``Target.type`` of a whole environment: no resource by itself, but what an action ``takes``."""


@dataclass(frozen=True, slots=True)
class Action:
    """One proposed change. ``after`` lists action ids that must have ended first; ``body`` is the executor's.

    ``takes`` is everything that goes with the target and is judged with it: the resources of an environment, or of
    whatever the cloud deletes as a whole.
    ``part_of`` lists the actions that this one finishes: unless all of them went through, it doesn't happen.
    ``timeout`` is its own limit where ``limits.action_timeout`` isn't. ``usd_month`` is what the target costs a month,
    ``None`` if unknown.
    """

    id: str
    kind: str
    target: Target
    risk: Risk
    why: str
    after: tuple[str, ...] = ()
    precondition: Precondition = Precondition.ALWAYS
    body: Mapping[str, Any] = field(default_factory=dict)
    takes: tuple[Target, ...] = ()
    part_of: tuple[str, ...] = ()
    timeout: timedelta | None = None
    usd_month: float | None = None

    @property
    def doomed(self) -> tuple[Target, ...]:
        """The target and everything that goes with it, also what only goes with a thing that it takes."""
        return (*self.target.whole, *(each for taken in self.takes for each in taken.whole))

    @property
    def touched(self) -> tuple[Target, ...]:
        """What is looked at again before and after: the resources of an environment, else the target itself."""
        return self.takes if self.target.type == ENVIRONMENT else (self.target,)


_TYPE_DEPTH = 3


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that was not looked at. Forbids destroying anything in ``scope`` or below it."""

    scope: str
    what: str
    error: str

    def covers(self, path: str) -> bool:
        """Whether ``path`` is this gap's scope or lies below it, segment by segment; ``*`` covers everything."""
        return self.scope in ("*", path) or path.startswith(f"{self.scope}/")

    @property
    def hides_resources(self) -> bool:
        """Whether a whole type, region or account went unseen, rather than one resource whose id is known.

        A type is ``provider/account/region/type``, a resource lies below that.
        """
        return self.scope.count("/") <= _TYPE_DEPTH


@dataclass(frozen=True, slots=True)
class Consultation:
    """One request to a language model, for the trail: of what was asked only the hash.

    ``outcome`` is ``answered`` or why it was not; ``cost_usd`` is reckoned by the table of prices.
    """

    model: str
    prompt_sha256: str
    outcome: str
    input_tokens: int = 0
    output_tokens: int = 0
    cost_usd: float = 0.0


@dataclass(frozen=True, slots=True)
class Plan:
    """What a planner saw and proposes. ``notes`` are plain sentences for the report ('AI unavailable: guard only').

    ``kept`` maps environments to the moment until which somebody asked to keep them, ``None`` where that is unknown.
    ``then`` is another event to look at when this one is done: a comment that asks for a pull request's rules again.
    ``seen`` counts all that was looked at, ``left_out`` the deletions that a plan has no room for: both count for caps.
    ``tables`` are ready Markdown for the comment.
    """

    findings: tuple[Finding, ...] = ()
    actions: tuple[Action, ...] = ()
    gaps: tuple[Gap, ...] = ()
    notes: tuple[str, ...] = ()
    kept: Mapping[str, datetime | None] = field(default_factory=dict)
    then: Event | None = None
    consulted: tuple[Consultation, ...] = ()
    seen: int = 0
    left_out: int = 0
    tables: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Decision:
    """The gate's answer to one action. ``policy_line`` reads ``policy.yaml:14``."""

    action_id: str
    verdict: Verdict
    reason: str
    policy_line: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one allowed action ended. ``note`` is what the executor had to say (``already gone``)."""

    action_id: str
    status: Status
    attempts: int = 1
    error: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class History:
    """What was told and promised before.

    ``warned`` maps a target's id to the end (``datetime.isoformat``) that an earlier live run last told of; ``kept``
    maps an environment to the moment until which somebody asked to keep it, ``None`` where that can't be known.
    """

    warned: Mapping[str, str] = field(default_factory=dict)
    kept: Mapping[str, datetime | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AuditRecord:
    """One line of the trail. ``who`` holds actor, run URL and commit; ``prev_hash`` chains the lines."""

    seq: int
    prev_hash: str
    run_id: str
    at: str
    mode: str
    policy_sha: str
    state: str
    who: Mapping[str, str]
    why: str
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Report:
    """Everything a run has to say, for any renderer."""

    run_id: str
    event: Event
    mode: Mode
    conclusion: Conclusion
    findings: tuple[Finding, ...] = ()
    actions: tuple[Action, ...] = ()
    decisions: tuple[Decision, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    gaps: tuple[Gap, ...] = ()
    notes: tuple[str, ...] = ()
    trail: str = ""
    tables: tuple[str, ...] = ()


def fingerprint(tags: Mapping[str, str] | None) -> str:
    """A short digest of the tags that a decision stood on; a different one later makes the decision stale."""
    canonical = json.dumps(sorted(tags.items()) if tags is not None else None, ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()[:16]
