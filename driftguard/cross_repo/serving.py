"""In a consumer: somebody asks whether we can live with a proposed contract. Only what our policy lists is tried."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from driftguard.model import Action, Event, Plan, Risk, Target
from driftguard.policy import ContractAnswer
from driftguard.ports import Sources, Wanted

_TEXTS = ("origin", "contract", "sha", "digest", "nonce", "consumer")
_FORMS = {
    "origin": re.compile(r"[\w.-]{1,100}/[\w.-]{1,100}"),
    "sha": re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}"),
    "digest": re.compile(r"[0-9a-f]{64}"),
    "nonce": re.compile(r"[\w-]{16,200}"),
    "consumer": re.compile(r"[\w.-]{1,100}/[\w.-]{1,100}"),
}
_LONGEST_NAME = 100
_AROUND = timedelta(minutes=2)
"""For fetching the files before the command, and the answer after it."""


def serve(event: Event, sources: Sources) -> Plan:
    """Try the contract with the policy's command, never with anything from the payload, and report back."""
    asked = question(event)
    if asked is None or not _whole(asked):
        return Plan(notes=(f"{event.kind}: not a question about a contract",))
    known = next(filter(lambda one: _fits(one, asked), sources.policy.cross_repo.answers), None)
    if known is None:
        said = f"cross_repo.answers lists nothing for the contract '{asked['contract']}' of {asked['origin']}"
        return Plan(notes=(f"{said}, so nothing is run and nothing is answered",))
    return Plan(actions=(_trial(event, asked, known, sources),))


def question(event: Event) -> Mapping[str, Any] | None:
    """What somebody asks: the payload of a repository_dispatch, or the input of a workflow that was started."""
    given: Any = event.payload.get("client_payload")
    if event.kind == "workflow_dispatch":
        given = _json(event.question)
    return given if isinstance(given, Mapping) else None


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _whole(asked: Mapping[str, Any]) -> bool:
    texts = all(isinstance(asked.get(name), str) and asked[name] for name in _TEXTS)
    fits = all(pattern.fullmatch(str(asked.get(name))) for name, pattern in _FORMS.items())
    number = asked.get("pull_request")
    return texts and fits and type(number) is int and number > 0 and _paths(asked) is not None


def _paths(asked: Mapping[str, Any]) -> tuple[tuple[str, ...], str] | None:
    """The contract's files, or the check run that lists them; ``None`` for what is neither."""
    paths = asked.get("paths")
    if isinstance(paths, Mapping):
        check = paths.get("check")
        return ((), check) if isinstance(check, str) and 0 < len(check) <= _LONGEST_NAME else None
    if isinstance(paths, list) and all(isinstance(path, str) and path for path in paths):
        return tuple(paths), ""
    return None


def _fits(known: ContractAnswer, asked: Mapping[str, Any]) -> bool:
    return (known.origin.lower(), known.contract) == (asked["origin"].lower(), asked["contract"])


def _trial(event: Event, asked: Mapping[str, Any], known: ContractAnswer, sources: Sources) -> Action:
    return Action(
        id=f"contract_answer:{known.origin}:{asked['sha']}:{known.contract}",
        kind="contract_answer",
        target=Target("github", f"github/{known.origin}", "repository", known.origin, known.origin),
        risk=Risk.WRITE,
        why=f"{known.origin} asks about its contract '{known.contract}' at {asked['sha'][:9]}",
        timeout=known.timeout + _AROUND,
        body={
            "origin": known.origin,
            "contract": known.contract,
            "sha": asked["sha"],
            "digest": asked["digest"],
            "nonce": asked["nonce"],
            "consumer": asked["consumer"],
            "pull_request": asked["pull_request"],
            "wanted": Wanted(known.origin, asked["sha"], asked["digest"], *(_paths(asked) or ((), ""))),
            "command": list(known.command),
            "timeout": int(known.timeout.total_seconds()),
            "link": sources.run_url,
            "event_id": event.id,
            "announced": event.kind == "workflow_dispatch",
        },
    )
