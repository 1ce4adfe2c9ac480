"""What happened, as an ``Event``: from a GitHub webhook payload or from a local git range.

Payloads are untrusted: a value of the wrong type counts as absent, and control characters never get through.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from driftguard.errors import NotFound, UsageError
from driftguard.model import Event
from driftguard.ports import Clock, SourceTree

MAX_PAYLOAD = 25 * 1024 * 1024
"""Bytes; GitHub sends no larger payloads (https://docs.github.com/en/webhooks/webhook-events-and-payloads)."""

_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_TIMES = ("updated_at", "closed_at", "created_at", "pushed_at", "starred_at", "timestamp")
_SUBJECTS = (
    "comment",
    "review",
    "pull_request",
    "issue",
    "release",
    "check_run",
    "check_suite",
    "workflow_run",
    "head_commit",
)


def from_webhook(name: str, payload: bytes, environ: Mapping[str, str], clock: Clock) -> Event:
    """Any GitHub event, by its name and the JSON of its payload.

    What the payload doesn't say comes from the variables that Actions sets: a ``schedule`` has almost no payload. For
    a pull request, ``sha`` and ``ref`` are its head's, not the merge commit's. Raises ``UsageError``.
    """
    body = _decode(payload)
    kind = ".".join(filter(None, (_clean(name), _text(body, "action"))))
    if not kind:
        raise UsageError("there is no event: give --event-name, or --base/--head for a local git range")
    return Event(
        id=_delivery(kind, payload, environ),
        kind=kind,
        repo=_text(body, "repository", "full_name") or _clean(environ.get("GITHUB_REPOSITORY", "")),
        ref=_text(body, "pull_request", "head", "ref") or _text(body, "ref") or _clean(environ.get("GITHUB_REF", "")),
        sha=_head_sha(body) or _clean(environ.get("GITHUB_SHA", "")),
        actor=_text(body, "sender", "login") or _clean(environ.get("GITHUB_ACTOR") or environ.get("USER", "")),
        occurred_at=_when(body) or clock(),
        payload=body,
    )


def from_range(tree: SourceTree, repo: str, base: str | None, head: str | None, actor: str, clock: Clock) -> Event:
    """A local git range as if it were a pull request just opened.

    ``base`` defaults to the default branch, ``head`` to the work tree (its ``sha`` is empty). As on GitHub, what is
    compared begins where the two parted. Raises ``UsageError``.
    """
    try:
        tip = tree.resolve(head) if head is not None else ""
        onto = tree.resolve(base) if base is not None else tree.default_branch()
    except NotFound as error:
        raise UsageError(str(error)) from error
    payload = {"action": "opened", "pull_request": {"base": {"sha": onto}, "head": {"sha": tip}}}
    kind = "pull_request.opened"
    identity = hashlib.sha256(f"{kind} {repo} {onto} {tip}".encode()).hexdigest()[:16]
    return Event(identity, kind, repo, head or "", tip, _clean(actor), clock(), payload)


def compared(event: Event, tree: SourceTree) -> tuple[str, str] | None:
    """The base and head revisions that a pull request compares; ``None`` for any other event.

    The base is where the two parted, as on GitHub; if that can't be found but both ends are here, the base itself.
    Raises ``NotFound`` if an end isn't in this clone.
    """
    if event.base_sha is None:
        return None
    base = tree.resolve(event.base_sha)
    head = tree.resolve(event.sha) if event.sha else ""
    try:
        return tree.merge_base(base, head), head
    except NotFound:
        return base, head


def _decode(payload: bytes) -> Mapping[str, Any]:
    if len(payload) > MAX_PAYLOAD:
        raise UsageError(f"the event's payload has {len(payload):,} bytes; GitHub sends at most {MAX_PAYLOAD:,}")
    try:
        body = json.loads(payload or b"{}")
    except (ValueError, RecursionError) as error:
        raise UsageError(f"the event's payload is not JSON: {str(error).splitlines()[0]}") from None
    if not isinstance(body, dict):
        raise UsageError("the event's payload is not a JSON object")
    return body


def _delivery(kind: str, payload: bytes, environ: Mapping[str, str]) -> str:
    """The same for every try of one delivery, so that a repeat can be told."""
    run = environ.get("GITHUB_RUN_ID")
    if run:
        return _clean(f"{run}.{environ.get('GITHUB_RUN_ATTEMPT', '1')}")
    return hashlib.sha256(kind.encode(errors="replace") + b"\0" + payload).hexdigest()[:16]


def _head_sha(body: Mapping[str, Any]) -> str:
    for path in (("pull_request", "head", "sha"), ("after",), ("sha",), ("head_commit", "id")):
        found = _text(body, *path)
        if re.fullmatch(r"[0-9a-f]{40}|[0-9a-f]{64}", found):
            return found
    for subject in ("check_run", "check_suite", "workflow_run", "deployment"):
        found = _text(body, subject, "head_sha") or _text(body, subject, "sha")
        if re.fullmatch(r"[0-9a-f]{40}|[0-9a-f]{64}", found):
            return found
    return ""


def _when(body: Mapping[str, Any]) -> datetime | None:
    for subject in _SUBJECTS:
        for name in _TIMES:
            try:
                found = datetime.fromisoformat(_text(body, subject, name))
            except ValueError:
                continue
            if found.tzinfo is not None:
                return found.astimezone(UTC)
    return None


def _text(body: Mapping[str, Any], *path: str) -> str:
    value: Any = body
    for key in path:
        value = value.get(key) if isinstance(value, Mapping) else None
    return _clean(value) if isinstance(value, str) else ""


def _clean(text: str) -> str:
    return _UNSEEN.sub("", text)
