"""What a ``terraform destroy`` really said, and what that means for the deletion by API after it. Pure.

Terraform's exit code and summaries mislead: a corrupt local state comes under the summary of a held lock, and a state
that is missing ends as a success that destroyed nothing. So each ending is read from the detail of the diagnostics
(https://developer.hashicorp.com/terraform/internals/machine-readable-ui); every row was produced by Terraform 1.11.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from driftguard.janitor import lease
from driftguard.policy import Janitor
from driftguard.ports import Ran


class Ending(StrEnum):
    """How a run of Terraform ended."""

    DESTROYED = "destroyed what its state held"
    NOTHING_DESTROYED = (
        "succeeded without destroying anything: its state is missing or empty, or there is no configuration"
    )
    PARTLY_DESTROYED = "destroyed a part and failed on the rest"
    LOCKED = "found its state locked by another run"
    LOCK_UNREADABLE = "found a lock that it can't read or take"
    STATE_CORRUPT = "can't read its state: it is corrupt"
    STATE_UNSUPPORTED = "can't read its state: another version of Terraform wrote it"
    STATE_MISMATCHED = "doesn't trust its state: it isn't the one that the lock table knows"
    BACKEND_GONE = "has lost its state: what held it is gone"
    NOT_INITIALISED = "was not initialised"
    PROTECTED = "is forbidden to destroy it: prevent_destroy"
    INTERRUPTED = "was stopped before it ended"
    UNKNOWN = "failed"


class PhaseTwo(StrEnum):
    """What the deletion by API does after an ending."""

    FOLLOWS = "the API deletes what is left"
    FOLLOWS_A_FAILURE = "the API deletes what is left, and the run is incomplete"
    WAITS = "everything stays until a later run"
    NEVER = "everything stays: it is protected"
    FAILS = "everything stays, and the run is incomplete: nobody knows what Terraform would have said"


PHASE_TWO: Mapping[Ending, PhaseTwo] = {
    Ending.DESTROYED: PhaseTwo.FOLLOWS,
    Ending.NOTHING_DESTROYED: PhaseTwo.FOLLOWS,
    Ending.PARTLY_DESTROYED: PhaseTwo.FOLLOWS_A_FAILURE,
    Ending.LOCKED: PhaseTwo.WAITS,
    Ending.LOCK_UNREADABLE: PhaseTwo.FAILS,
    Ending.STATE_CORRUPT: PhaseTwo.FOLLOWS,
    Ending.STATE_UNSUPPORTED: PhaseTwo.FOLLOWS,
    Ending.STATE_MISMATCHED: PhaseTwo.FOLLOWS,
    Ending.BACKEND_GONE: PhaseTwo.FOLLOWS,
    Ending.NOT_INITIALISED: PhaseTwo.FAILS,
    Ending.PROTECTED: PhaseTwo.NEVER,
    Ending.INTERRUPTED: PhaseTwo.FAILS,
    Ending.UNKNOWN: PhaseTwo.FAILS,
}

UNTOLD = frozenset(
    {
        Ending.NOTHING_DESTROYED,
        Ending.STATE_CORRUPT,
        Ending.STATE_UNSUPPORTED,
        Ending.STATE_MISMATCHED,
        Ending.BACKEND_GONE,
    }
)
"""Endings in which Terraform never came to look at ``prevent_destroy``, so that the configuration must be asked."""


@dataclass(frozen=True, slots=True)
class Lock:
    """Who holds a state, and since when; ``created`` is ``None`` where that can't be read."""

    id: str
    who: str
    created: datetime | None

    def older_than(self, age: timedelta, now: datetime) -> bool:
        """Whether it is an orphan by that measure. A time that is unknown or to come never is."""
        return self.created is not None and now - self.created > age

    def __str__(self) -> str:
        since = f"{self.created:%Y-%m-%d %H:%M:%S} UTC" if self.created else "nobody knows when"
        return f"lock {self.id} of {self.who or 'nobody named'} since {since}"


@dataclass(frozen=True, slots=True)
class Read:
    """A run of Terraform, read: its ending, the first error in one line, the lock it met, and what it destroyed."""

    ending: Ending
    error: str = ""
    lock: Lock | None = None
    destroyed: int = 0

    @property
    def phase_two(self) -> PhaseTwo:
        return PHASE_TWO[self.ending]


_CORRUPT = re.compile(r'Unsupported state file format.*(parsed as JSON|does not have a "version"|invalid)', re.DOTALL)
_UNSUPPORTED = re.compile(
    r"format version \S+, which is not supported|state snapshot was created by Terraform .* newer"
)
_GONE = re.compile(
    r"""S3 bucket "[^"]*" does not exist|NoSuchBucket"""
    r"""|ContainerNotFound|The specified container does not exist|storage: bucket doesn't exist""",
)
_SIGNS: Sequence[tuple[Ending, re.Pattern[str]]] = (
    (Ending.STATE_CORRUPT, _CORRUPT),
    (Ending.STATE_UNSUPPORTED, _UNSUPPORTED),
    (Ending.PROTECTED, re.compile(r"Instance cannot be destroyed|lifecycle\.prevent_destroy set")),
    (Ending.NOTHING_DESTROYED, re.compile(r'[Ww]orkspace "[^"]*" does not exist')),  # so it never had a state
    (Ending.STATE_MISMATCHED, re.compile(r"does not have the expected content")),
    (Ending.LOCKED, re.compile(r"Error acquiring the state lock.*Lock Info:\s+ID:\s+\S", re.DOTALL)),
    (Ending.LOCK_UNREADABLE, re.compile(r"Error acquiring the state lock")),
    (
        Ending.NOT_INITIALISED,
        re.compile(r"Backend initialization required|Module not installed|Required plugins are not"),
    ),
    (Ending.BACKEND_GONE, _GONE),
)


def read(ran: Ran) -> Read:
    """The ending of ``terraform init``, ``state pull`` or ``destroy``, with or without ``-json``."""
    said = list(_messages(f"{ran.output}\n{ran.errors}"))
    errors = [_error(message["diagnostic"]) for message in said if _is_error(message)]
    plain = "\n".join(message["text"] for message in said if "text" in message)
    text = "\n".join(errors) or plain
    first = _one_line(text)
    destroyed = sum(message.get("type") == "apply_complete" for message in said)
    if ran.stopped or ran.code < 0 or "execution halted" in text:
        return Read(Ending.INTERRUPTED, first, destroyed=destroyed)
    if ran.code == 0:
        return Read(Ending.DESTROYED if destroyed else Ending.NOTHING_DESTROYED, destroyed=destroyed)
    if destroyed or any(message.get("type") == "apply_errored" for message in said):
        return Read(Ending.PARTLY_DESTROYED, first, destroyed=destroyed)
    ending = next((ending for ending, sign in _SIGNS if sign.search(text)), Ending.UNKNOWN)
    return Read(ending, first, lock=_lock(text) if ending is Ending.LOCKED else None)


def _messages(output: str) -> Iterator[Mapping[str, Any]]:
    """Each line of ``-json`` output; whatever is no JSON object is ``{"text": line}``."""
    for line in output.splitlines():
        try:
            message = json.loads(line)
        except (ValueError, RecursionError):
            message = None
        yield message if isinstance(message, dict) else {"text": line}


def _is_error(message: Mapping[str, Any]) -> bool:
    diagnostic = message.get("diagnostic")
    return isinstance(diagnostic, Mapping) and diagnostic.get("severity") == "error"


def _error(diagnostic: Mapping[str, Any]) -> str:
    return f"{diagnostic.get('summary', '')}\n{diagnostic.get('detail', '')}".strip()


def _one_line(text: str) -> str:
    lines = [line.strip(" │╷╵") for line in text.splitlines()]
    return " ".join(line for line in lines if line)[:300]


def _lock(text: str) -> Lock:
    def named(name: str) -> str:
        found = re.search(rf"^\s*{name}:[ \t]+(\S.*?)[ \t]*$", text, re.MULTILINE)
        return found[1] if found else ""

    return Lock(named("ID"), named("Who"), _go_time(named("Created")))


def _go_time(text: str) -> datetime | None:
    """``2026-11-23 10:00:00.123456789 +0000 UTC``, as Go's ``time.Time`` prints itself."""
    match = re.match(r"(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(?:\.\d+)? ([+-]\d\d)(\d\d)\b", text, re.ASCII)
    try:
        return datetime.fromisoformat(f"{match[1]}T{match[2]}{match[3]}:{match[4]}").astimezone(UTC) if match else None
    except (ValueError, OverflowError):
        return None


_GUARDED = re.compile(
    r"(\w+_)?(delete|deletion|termination|deregistration)_protection(_\w+)?"
    r"|disable_api_termination|protect_from_scale_in|object_lock_enabled"
)
"""Attributes by which providers switch on what their cloud protects with; ``force_destroy`` goes past Object Lock."""

_ON = ("true", "enabled", "active", "protected")
"""What such an attribute says then, or a word that begins with ``prevent``."""


def forbidden(state: str, environment: str, janitor: Janitor) -> str:
    """What in ``state`` (of ``terraform state pull``) must not go with ``environment``, and why; empty if all may.

    No state at all forbids nothing; one that isn't of the known form forbids everything.
    """
    try:
        resources = json.loads(state).get("resources", []) if state.strip() else []
        found = (
            f"its state holds {resource['type']}.{resource['name']}, {why}"
            for resource in resources
            if resource.get("mode") == "managed"
            for instance in resource.get("instances", [])
            if (why := _why_not(instance.get("attributes") or {}, environment, janitor))
        )
        return next(found, "")
    except (ValueError, RecursionError, AttributeError, KeyError, TypeError) as error:
        return f"its state could not be understood: {error!r}"


def _why_not(attributes: Mapping[str, Any], environment: str, janitor: Janitor) -> str:
    guard = next(_guards(attributes), "")
    if guard:
        return f"protected by the cloud: {guard}"
    for name in ("tags_all", "tags", "effective_labels", "labels", "tag"):
        tags = _as_mapping(attributes.get(name))
        plain = {str(key): str(value) for key, value in tags.items() if value is not None}
        why = lease.contradiction(plain, environment, janitor)
        if why:
            return why
    return ""


def _guards(attributes: Any) -> Iterator[str]:
    """The names of those that protect, in nested blocks, too."""
    if isinstance(attributes, list):
        for each in attributes:
            yield from _guards(each)
    elif isinstance(attributes, Mapping):
        for name, value in attributes.items():
            if isinstance(value, Mapping | list):
                yield from _guards(value)
            elif _GUARDED.fullmatch(name) and str(value).lower().startswith((*_ON, "prevent")):
                yield name


def _as_mapping(tags: Any) -> Mapping[str, Any]:
    """Tags are a mapping, or blocks with a key and a value each."""
    if isinstance(tags, list):
        return {each["key"]: each.get("value") for each in tags if isinstance(each, Mapping) and "key" in each}
    return tags if isinstance(tags, Mapping) else {}


_PREVENTS = re.compile(r"""["']?prevent_destroy["']?\s*[=:]\s*(?!false\b)\S""")


def prevents(configuration: str) -> bool:
    """Whether ``configuration`` (a ``.tf`` or ``.tf.json`` file's text) forbids to destroy anything.

    Read generously: also in a comment, and whatever isn't plainly ``false``.
    """
    return _PREVENTS.search(configuration) is not None
