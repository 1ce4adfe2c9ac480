"""Questions to consumers: whom to ask about a proposed contract, and what the question holds. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from driftguard.cross_repo.contracts.changes import Version
from driftguard.cross_repo.verdicts import State, Verdict
from driftguard.model import Action, Event, Risk, Target
from driftguard.policy import Consumer, Contract

LARGEST_PAYLOAD = 60_000
"""Bytes; GitHub takes less than 64 KB (https://docs.github.com/en/rest/repos/repos#create-a-repository-dispatch-event)."""
MOST_AT_ONCE = 450
"""Questions of one run: GitHub takes 500 writes an hour, and answering takes some, too."""
VERDICT_EVENT = "driftguard-verdict"


@dataclass(frozen=True, slots=True)
class Proposed:
    """A contract as a pull request proposes it."""

    contract: Contract
    paths: tuple[str, ...]
    digest: str


def proposed(contract: Contract, version: Version) -> Proposed:
    return Proposed(contract, tuple(version.paths), digest({path: version.read(path) or b"" for path in version.paths}))


def digest(files: Mapping[str, bytes]) -> str:
    """SHA-256 over every path and its content, in the order of the paths."""
    hashed = [[path, hashlib.sha256(files[path]).hexdigest()] for path in sorted(files)]
    return hashlib.sha256(json.dumps(hashed).encode()).hexdigest()


def unasked(consumers: Iterable[Consumer], about: Proposed, known: Sequence[Verdict]) -> Iterator[Consumer]:
    """Those whom nobody has asked about exactly this contract at this head."""
    asked = {
        verdict.question.consumer.lower()
        for verdict in known
        if (verdict.question.contract, verdict.question.digest) == (about.contract.name, about.digest)
        and verdict.answer is not State.QUEUED
    }
    yield from (consumer for consumer in consumers if consumer.repo.lower() not in asked)


def question(consumer: Consumer, about: Proposed, event: Event) -> Action:
    """The dispatch. Its nonce is made when it is sent, and stands nowhere but in the payload."""
    return Action(
        id=f"repository_dispatch:{consumer.repo}:{about.contract.name}:{event.sha or 'work tree'}",
        kind="repository_dispatch",
        target=Target("github", f"github/{consumer.repo}", "repository", consumer.repo, consumer.repo),
        risk=Risk.WRITE,
        why=f"{consumer.repo} relies on the contract '{about.contract.name}', which this change touches",
        body={
            "event_type": consumer.event_type,
            "client_payload": payload(consumer, about, event),
            "question": {
                "repo": event.repo,
                "number": event.number,
                "required": consumer.required,
                "timeout": int(consumer.timeout.total_seconds()),
            },
        },
    )


def payload(consumer: Consumer, about: Proposed, event: Event) -> Mapping[str, Any]:
    """Nine keys; the nonce is the tenth, and GitHub takes ten. ``event_id`` is the same for a repeat."""
    return {
        "event_id": hashlib.sha256(f"{event.repo} {event.sha} {about.digest} {consumer.repo}".encode()).hexdigest()[
            :32
        ],
        "origin": event.repo,
        "sha": event.sha,
        "pull_request": event.number,
        "contract": about.contract.name,
        "digest": about.digest,
        "paths": list(about.paths),
        "consumer": consumer.repo,
        "required": consumer.required,
    }


def too_large(action: Action) -> bool:
    return len(json.dumps(action.body["client_payload"])) > LARGEST_PAYLOAD
