"""One round of questions: first the page that holds them, then each of them. Pure.

A question is part of its page: if the page can't be written, nobody is asked what nobody could believe an answer to.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from driftguard.cross_repo import asking, budget, pages, telling
from driftguard.cross_repo.asking import Place, Wish
from driftguard.cross_repo.budget import Spread
from driftguard.cross_repo.checks import check_action
from driftguard.cross_repo.graph import Graph
from driftguard.cross_repo.verdicts import Question, Sent, Verdict, ask, step
from driftguard.model import Action, Risk
from driftguard.ports import Sources


@dataclass(frozen=True, slots=True)
class Round:
    """``verdicts`` is where each question stands once ``actions`` are done."""

    actions: tuple[Action, ...] = ()
    verdicts: tuple[Verdict, ...] = ()
    notes: tuple[str, ...] = ()


def questions(wishes: Sequence[Wish], place: Place, known: Sequence[Verdict], sources: Sources, most: int) -> Round:
    """Everything that asks ``wishes``; ``known`` is what stands on the head's pages already. At most ``most`` go now.

    Raises ``PermanentError`` where a contract's files can't be listed.
    """
    if not wishes:
        return Round()
    check, now = sources.policy.cross_repo.check, sources.clock()
    spread = budget.spread(len(wishes), now, sources.policy.limits.deadline, most)
    dispatches = [asking.question(wish, place, check, sources.nonces) for wish in wishes]
    fresh = tuple(_verdicts(wishes, dispatches, place, spread, sources))
    notes = tuple(budget.said(spread))
    if place.number is None:
        return Round(tuple(dispatches[: len(spread.times)]), fresh, notes)
    after = merged(known, fresh)
    written = list(_pages(wishes, fresh, after, place, sources))
    ids = tuple(page.id for page in written)
    sent = [replace(dispatch, after=ids, part_of=ids) for dispatch in dispatches[: len(spread.times)]]
    return Round((*written, *sent), fresh, notes)


def _verdicts(
    wishes: Sequence[Wish], dispatches: Sequence[Action], place: Place, spread: Spread, sources: Sources
) -> Iterator[Verdict]:
    now = sources.clock()
    for index, (wish, dispatch) in enumerate(zip(wishes, dispatches, strict=True)):
        question = Question(
            consumer=wish.consumer.repo,
            contract=wish.about.name,
            sha=place.sha,
            digest=wish.about.digest,
            nonce_sha256=dispatch.body["nonce_sha256"],
            required=wish.consumer.required,
            timeout=wish.consumer.timeout,
        )
        verdict = ask(question, now)
        yield step(verdict, Sent(spread.times[index])).verdict if index < len(spread.times) else verdict


def merged(known: Sequence[Verdict], fresh: Sequence[Verdict]) -> tuple[Verdict, ...]:
    """A question asked anew replaces what is known of that consumer and contract."""
    again = {(verdict.question.consumer.lower(), verdict.question.contract) for verdict in fresh}
    kept = [v for v in known if (v.question.consumer.lower(), v.question.contract) not in again]
    return (*kept, *fresh)


def _pages(
    wishes: Sequence[Wish], fresh: Sequence[Verdict], after: Sequence[Verdict], place: Place, sources: Sources
) -> Iterator[Action]:
    now: datetime = sources.clock()
    paths = {wish.about.digest: wish.about.paths for wish in wishes}
    shown = telling.shown(after, Graph.of(sources.policy.cross_repo.contracts), now)
    for number, line in enumerate(pages.split(fresh, paths), 1):
        page = check_action(place, line, shown, sources)
        yield replace(page, id=f"{page.id}:questions:{number}", risk=Risk.WRITE)
