"""Questions to consumers: whom to ask about a proposed contract, and what the question holds. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from driftguard.cross_repo.contracts.changes import Version
from driftguard.cross_repo.verdicts import State, Verdict
from driftguard.model import Action, Risk, Target
from driftguard.policy import Ask, Consumer, Contract
from driftguard.ports import NonceHashes

LARGEST_PAYLOAD = 60_000
"""Bytes; GitHub takes less than 64 KB (https://docs.github.com/en/rest/repos/repos#create-a-repository-dispatch-event),
and 65,535 characters of a workflow's inputs."""

PATIENCE = timedelta(minutes=5)
"""For one question: it waits for its turn, and for a limit to lift."""

VERDICT_EVENT = "driftguard-verdict"


@dataclass(frozen=True, slots=True)
class Proposed:
    """A contract as a pull request proposes it."""

    name: str
    paths: tuple[str, ...]
    digest: str


@dataclass(frozen=True, slots=True)
class Place:
    """The pull request's head that a question is about; no number for a range of commits on somebody's machine."""

    repo: str
    sha: str
    number: int | None


@dataclass(frozen=True, slots=True)
class Wish:
    """One consumer to be asked about one contract."""

    consumer: Consumer
    about: Proposed


def proposed(contract: Contract, version: Version) -> Proposed:
    files = {path: version.read(path) or b"" for path in version.paths}
    return Proposed(contract.name, tuple(version.paths), digest(files))


def digest(files: Mapping[str, bytes]) -> str:
    """SHA-256 over every path and its content, in the order of the paths."""
    hashed = [[path, hashlib.sha256(files[path]).hexdigest()] for path in sorted(files)]
    return hashlib.sha256(json.dumps(hashed).encode()).hexdigest()


def unasked(
    consumers: Iterable[Consumer], about: Proposed, known: Sequence[Verdict], again: frozenset[State]
) -> Iterator[Consumer]:
    """Those whom nobody has asked about exactly this contract at this head, or whose answer is one of ``again``."""
    asked = {
        verdict.question.consumer.lower()
        for verdict in known
        if (verdict.question.contract, verdict.question.digest) == (about.name, about.digest)
        and verdict.answer not in again
    }
    yield from (consumer for consumer in consumers if consumer.repo.lower() not in asked)


def question(wish: Wish, place: Place, check: str, nonces: NonceHashes) -> Action:
    """The dispatch, by the way that the policy names. Its nonce is made when it is sent.

    ``check`` is the check run that lists the contract's files, for where there are too many of them.
    """
    consumer, about = wish.consumer, wish.about
    kind = consumer.ask.value
    identity = f"{kind}:{consumer.repo}:{about.name}:{place.sha or 'work tree'}"
    kept = {"nonce_sha256": nonces.sha256(identity)}
    return Action(
        id=identity,
        kind=kind,
        target=Target("github", f"github/{consumer.repo}", "repository", consumer.repo, consumer.repo),
        risk=Risk.WRITE,
        why=f"{consumer.repo} relies on the contract '{about.name}', which this change touches",
        timeout=PATIENCE,
        body={**_way(consumer), **kept, "client_payload": payload(wish, place, check)},
    )


def _way(consumer: Consumer) -> Mapping[str, Any]:
    if consumer.ask is Ask.WORKFLOW_DISPATCH:
        return {"workflow": consumer.workflow, "ref": consumer.ref}
    return {"event_type": consumer.event_type}


def payload(wish: Wish, place: Place, check: str) -> Mapping[str, Any]:
    """Nine keys; the nonce is the tenth, and GitHub takes ten. ``event_id`` is the same for a repeat."""
    consumer, about = wish.consumer, wish.about
    identity = f"{place.repo} {place.sha} {about.digest} {consumer.repo}"
    whole = {
        "event_id": hashlib.sha256(identity.encode()).hexdigest()[:32],
        "origin": place.repo,
        "sha": place.sha,
        "pull_request": place.number,
        "contract": about.name,
        "digest": about.digest,
        "paths": list(about.paths),
        "consumer": consumer.repo,
        "required": consumer.required,
    }
    return {**whole, "paths": {"check": check}} if _too_large(whole) else whole


def _too_large(whole: Mapping[str, Any]) -> bool:
    """With its quotes escaped, as an input holds it."""
    return len(json.dumps(json.dumps(whole))) > LARGEST_PAYLOAD
