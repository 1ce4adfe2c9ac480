"""In a consumer: somebody asks whether we can live with a proposed contract. Only what our policy lists is tried."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from driftguard.model import Action, Event, Plan, Risk, Target
from driftguard.policy import ContractAnswer
from driftguard.ports import Sources

_TEXTS = ("origin", "contract", "sha", "digest", "nonce", "consumer")


def serve(event: Event, sources: Sources) -> Plan:
    """Try the contract with the policy's command, never with anything from the payload, and report back."""
    payload: Any = event.payload.get("client_payload")
    asked: Mapping[str, Any] = payload if isinstance(payload, Mapping) else {}
    if not _whole(asked):
        return Plan(notes=(f"{event.kind}: not a question about a contract",))
    known = next(filter(lambda one: _fits(one, asked), sources.policy.cross_repo.answers), None)
    if known is None:
        said = f"cross_repo.answers lists nothing for the contract '{asked['contract']}' of {asked['origin']}"
        return Plan(notes=(f"{said}, so nothing is run and nothing is answered",))
    return Plan(actions=(_trial(event, asked, known, sources),))


def _whole(asked: Mapping[str, Any]) -> bool:
    paths = asked.get("paths")
    texts = all(isinstance(asked.get(name), str) and asked[name] for name in _TEXTS)
    listed = isinstance(paths, list) and all(isinstance(path, str) and path for path in paths)
    return texts and listed and isinstance(asked.get("pull_request"), int)


def _fits(known: ContractAnswer, asked: Mapping[str, Any]) -> bool:
    return (known.origin.lower(), known.contract) == (asked["origin"].lower(), asked["contract"])


def _trial(event: Event, asked: Mapping[str, Any], known: ContractAnswer, sources: Sources) -> Action:
    return Action(
        id=f"contract_answer:{known.origin}:{asked['sha']}:{known.contract}",
        kind="contract_answer",
        target=Target("github", f"github/{known.origin}", "repository", known.origin, known.origin),
        risk=Risk.WRITE,
        why=f"{known.origin} asks about its contract '{known.contract}' at {asked['sha'][:9]}",
        body={
            "origin": known.origin,
            "contract": known.contract,
            "sha": asked["sha"],
            "digest": asked["digest"],
            "nonce": asked["nonce"],
            "consumer": asked["consumer"],
            "pull_request": asked["pull_request"],
            "paths": list(asked["paths"]),
            "command": list(known.command),
            "timeout": int(known.timeout.total_seconds()),
            "link": sources.run_url,
            "event_id": event.id,
        },
    )
