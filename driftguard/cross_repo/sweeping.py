"""The sweep: silence becomes a verdict, and who could not be asked before is asked now."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from driftguard.cross_repo import budget
from driftguard.cross_repo.asking import Place, Proposed, Wish
from driftguard.cross_repo.ledger import Held, Ledger
from driftguard.cross_repo.reviewing import waived
from driftguard.cross_repo.round import questions
from driftguard.cross_repo.statuses import written
from driftguard.cross_repo.verdicts import Looked, State, Verdict, step
from driftguard.errors import DriftGuardError
from driftguard.forge import Forge, PullRequest
from driftguard.model import Action, Event, Gap, Plan
from driftguard.policy import Consumer
from driftguard.ports import Sources

ASKED_NOW = frozenset({State.QUEUED, State.UNREACHABLE})


@dataclass(slots=True)
class _Found:
    """What a sweep comes to, pull request by pull request; ``room`` is how many questions it may still send."""

    actions: list[Action] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    room: int = budget.AN_HOUR


def sweep(event: Event, sources: Sources) -> Plan:
    """For each open pull request a status for each question whose time is over, and the questions that are due."""
    if sources.forge is None:
        return Plan(notes=(f"{sources.policy.github.token_env} is not set, so no question is looked after",))
    try:
        pulls = sources.forge.open_pulls(event.repo)
    except DriftGuardError as error:
        return Plan(gaps=(Gap(f"github/{event.repo}", "the open pull requests", str(error)),))
    found = _Found()
    for pull in pulls:
        try:
            _sweep_one(pull, sources, sources.forge, found)
        except DriftGuardError as error:
            found.gaps.append(Gap(f"github/{event.repo}/pulls/{pull.number}", "its questions", str(error)))
    return Plan(actions=tuple(found.actions), gaps=tuple(found.gaps), notes=tuple(dict.fromkeys(found.notes)))


def _sweep_one(pull: PullRequest, sources: Sources, forge: Forge, found: _Found) -> None:
    held = Ledger(forge, sources.policy).read(pull.repo, pull.head_sha, pull.number)
    place = Place(pull.repo, pull.head_sha, pull.number)
    looked = [_looked(verdict, pull, sources) for verdict in held.verdicts]
    pairs = zip(held.verdicts, looked, strict=True)
    found.actions += [written(place, after, sources) for before, after in pairs if after.answer is not before.answer]
    asked = questions(list(_due(held, looked, sources)), place, waived(looked, ()), sources, found.room)
    found.room -= sum(action.kind != "check_run" for action in asked.actions)
    found.actions += asked.actions
    found.notes += asked.notes


def _looked(verdict: Verdict, pull: PullRequest, sources: Sources) -> Verdict:
    return step(verdict, Looked(sources.clock(), pull.head_sha)).verdict


def _due(held: Held, verdicts: Sequence[Verdict], sources: Sources) -> Iterator[Wish]:
    """Whom nobody could ask before, as far as the policy still names them."""
    for verdict in verdicts:
        question = verdict.question
        consumer, paths = _named(verdict, sources), held.paths(question.digest)
        if verdict.answer in ASKED_NOW and consumer is not None and paths is not None:
            yield Wish(consumer, Proposed(question.contract, paths, question.digest))


def _named(verdict: Verdict, sources: Sources) -> Consumer | None:
    question = verdict.question
    contracts = (one for one in sources.policy.cross_repo.contracts if one.name == question.contract)
    every = (consumer for contract in contracts for consumer in contract.consumers)
    return next((one for one in every if one.repo.lower() == question.consumer.lower()), None)
