"""In the origin: a consumer has answered. The payload is anybody's word until its nonce fits."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from driftguard.cross_repo.asking import Place
from driftguard.cross_repo.ledger import Ledger
from driftguard.cross_repo.reviewing import waived
from driftguard.cross_repo.statuses import written
from driftguard.cross_repo.verdicts import ANSWERS, OPEN, Answered, State, Together, Verdict, aggregate, step
from driftguard.errors import DriftGuardError, NotFound
from driftguard.forge import PullRequest
from driftguard.model import Event, Gap, Plan
from driftguard.ports import Sources

_SHA = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_UNWRITABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_LONGEST = 300


def answer(event: Event, sources: Sources) -> Plan:
    """One commit status if the answer counts; a note that says why if it doesn't, and nothing else happens."""
    said, number = _read(event)
    if said is None or sources.forge is None:
        why = "it lacks a field" if said is None else f"{sources.policy.github.token_env} is not set"
        return Plan(notes=(f"an answer changes nothing: {why}",))
    try:
        pull = sources.forge.pull(event.repo, number)
        known = Ledger(sources.forge, sources.policy).read(event.repo, said.sha, number).verdicts
    except NotFound as error:
        return Plan(notes=(f"an answer changes nothing: {error}",))
    except DriftGuardError as error:
        return Plan(gaps=(Gap(f"github/{event.repo}", "the question of an answer", str(error)),))
    return _counted(event, sources, said, pull, known)


def _counted(event: Event, sources: Sources, said: Answered, pull: PullRequest, known: tuple[Verdict, ...]) -> Plan:
    about = (said.consumer.lower(), said.contract)
    asked = [v for v in known if (v.question.consumer.lower(), v.question.contract) == about]
    if pull.head_sha != said.sha or not pull.open or not asked:
        moved = "the pull request's head moved" if pull.open else "the pull request is closed"
        why = moved if asked else "nobody asked that"
        return Plan(notes=(f"{said.consumer}'s answer changes nothing: {why}",))
    stepped = step(asked[0], said)
    if stepped.ignored:
        return Plan(notes=(f"{said.consumer}'s answer changes nothing: {stepped.ignored}",))
    action = written(Place(event.repo, said.sha, pull.number), stepped.verdict, sources)
    if stepped.verdict.answer is State.RUNNING:
        return Plan(actions=(action,))
    before = waived(known, sources.overrides(_about(event, pull)).held)
    after = [stepped.verdict if verdict.question == stepped.verdict.question else verdict for verdict in before]
    settled = _settled(before, after, sources)
    return Plan(actions=(action,), then=_renewed(event, pull, sources) if settled else None)


def _settled(before: Sequence[Verdict], after: Sequence[Verdict], sources: Sources) -> bool:
    """Whether the answer is worth another look at the pull request: it decides, or it is the last one."""
    now = sources.clock()
    if aggregate(after, now) is Together.WAITING:
        return False
    waiting = any(verdict.answer in OPEN for verdict in after if verdict.question.required)
    return aggregate(before, now) is Together.WAITING or not waiting


def _about(event: Event, pull: PullRequest) -> Event:
    """The pull request's event for its present head.

    No ``head.repo``: this run's token may write, whatever fork the pull request comes from.
    """
    payload = {
        "action": "synchronize",
        "number": pull.number,
        "pull_request": {
            "number": pull.number,
            "base": {"sha": pull.base_sha, "ref": pull.base_ref},
            "head": {"sha": pull.head_sha, "ref": pull.head_ref},
        },
    }
    identity = f"{event.id}.{pull.number}"
    kind = "pull_request.synchronize"
    return Event(identity, kind, event.repo, pull.head_ref, pull.head_sha, event.actor, event.occurred_at, payload)


def _renewed(event: Event, pull: PullRequest, sources: Sources) -> Event | None:
    """Judge the pull request once more, now that everybody has answered; ``None`` where its commits aren't here."""
    try:
        sources.tree.resolve(pull.head_sha)
        sources.tree.resolve(pull.base_sha)
    except DriftGuardError:
        return None
    return _about(event, pull)


def _read(event: Event) -> tuple[Answered | None, int]:
    payload: Any = event.payload.get("client_payload")
    plain: Mapping[str, Any] = payload if isinstance(payload, Mapping) else {}
    texts = {name: _clean(plain.get(name)) for name in ("consumer", "contract", "sha", "digest", "nonce", "says")}
    number = plain.get("pull_request")
    if not all(isinstance(text, str) and 0 < len(text) <= _LONGEST for text in texts.values()):
        return None, 0
    if type(number) is not int or texts["says"] not in ANSWERS or not _SHA.fullmatch(str(texts["sha"])):
        return None, 0
    return _answered(event, texts, plain), number


def _clean(value: Any) -> str | None:
    """One line of text that can be written anywhere; ``None`` for what is no text."""
    return _UNWRITABLE.sub(" ", value) if isinstance(value, str) else None


def _answered(event: Event, texts: Mapping[str, Any], plain: Mapping[str, Any]) -> Answered:
    link, why = ((_clean(plain.get(name)) or "")[:_LONGEST] for name in ("link", "why"))
    return Answered(
        at=event.occurred_at,
        consumer=texts["consumer"],
        contract=texts["contract"],
        sha=texts["sha"],
        digest=texts["digest"],
        nonce=texts["nonce"],
        says=State(texts["says"]),
        link=link if link.startswith("https://") else "",
        why=why,
    )
