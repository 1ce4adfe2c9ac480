"""The check run that waits for the consumers: what GitHub holds of their answers, told to people.

Every run writes what it reads after its own writes, and looks again after that. So of several answers in one instant
the last one to be written sees all of them, and what an earlier one wrote too late is put right.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from driftguard import markers
from driftguard.cross_repo import pages, telling
from driftguard.cross_repo.asking import Place
from driftguard.cross_repo.checks import CONCLUSIONS, check_action
from driftguard.cross_repo.graph import Graph
from driftguard.cross_repo.ledger import Held, Ledger, context, status
from driftguard.cross_repo.pages import Page
from driftguard.cross_repo.reviewing import waived
from driftguard.cross_repo.statuses import written
from driftguard.cross_repo.telling import Shown
from driftguard.cross_repo.verdicts import OPEN, State, Together, Verdict
from driftguard.forge import Forge
from driftguard.model import Action, Mode, Outcome, Plan, Report, Risk, Status
from driftguard.policy import Ask
from driftguard.ports import Sources

FEW = 30
"""Up to so many questions each answer is told at once; beyond, every tenth, and the one that settles it."""

TENTH = 10
_RUN = re.compile(r"run (https?://[^\s,]+)")
_SWEEPS = frozenset({"schedule", "workflow_dispatch"})
_QUESTIONS = frozenset(ask.value for ask in Ask)


@dataclass
class ContractsPublisher:
    """``ports.Settling``."""

    sources: Sources
    kind: ClassVar[str] = "contracts"

    def publish(self, report: Report) -> Plan:
        """Of each pull request that this run asked, answered or judged."""
        return self._told(report, dict.fromkeys([*_judged(report), *_answered(report), *self._swept(report)]))

    def settled(self, report: Report) -> Plan:
        return self._told(report, dict.fromkeys(_written(report, self.sources.policy.cross_repo.check)))

    def _told(self, report: Report, places: Iterable[Place]) -> Plan:
        forge = self.sources.forge
        if forge is None or report.mode is not Mode.LIVE or report.event.from_fork:
            return Plan()
        ended = dict(_ended(report))
        ledger = Ledger(forge, self.sources.policy)
        return Plan(actions=tuple(action for place in places for action in self._one(report, place, ledger, ended)))

    def _one(self, report: Report, place: Place, ledger: Ledger, ended: Mapping[str, Outcome]) -> Iterator[Action]:
        held = ledger.read(place.repo, place.sha, place.number or 0)
        if not held.verdicts:
            return
        now = self.sources.clock()
        event = replace(report.event, sha=place.sha, payload={"pull_request": {"number": place.number}})
        verdicts = waived([_as_sent(v, ended) for v in held.verdicts], self.sources.overrides(event).held)
        shown = telling.shown(verdicts, Graph.of(self.sources.policy.cross_repo.contracts), now)
        yield from self._outdone(place, held)
        if ended or not _can_wait(verdicts, shown):
            yield from self._pages(place, held, shown, ended)

    def _outdone(self, place: Place, held: Held) -> Iterator[Action]:
        """A status that a slower run wrote over an answer is put right."""
        for verdict in held.verdicts:
            about = context(verdict.question)
            if about in held.shown and verdict.answer not in OPEN:
                action = written(place, verdict, self.sources)
                if held.shown[about] != status(verdict, "")["description"]:
                    yield replace(action, risk=Risk.NOTIFY, id=f"{action.id}:again")

    def _pages(self, place: Place, held: Held, shown: Shown, ended: Mapping[str, Outcome]) -> Iterator[Action]:
        """Every page says the same; of several check runs of one name the newest counts."""
        wanted = CONCLUSIONS[shown.together]
        for page in held.pages:
            line = _line(page, ended)
            same = (page.told, page.run.conclusion, pages.held(page.run)) == (shown.digest, wanted, line)
            reopened = bool(page.run.conclusion) and not wanted
            if not same and not reopened:
                yield check_action(place, line, shown, self.sources, page.run.id)
            elif reopened and page is held.pages[-1]:
                yield check_action(place, "", shown, self.sources)  # what has ended is not begun again, but followed

    def _swept(self, report: Report) -> Iterator[Place]:
        """A sweep looks at every open pull request: a waiver may have ended."""
        forge: Forge | None = self.sources.forge
        if forge is not None and report.mode is Mode.LIVE and report.event.kind in _SWEEPS:
            for pull in forge.open_pulls(report.event.repo):
                yield Place(pull.repo, pull.head_sha, pull.number)


def _can_wait(verdicts: Sequence[Verdict], shown: Shown) -> bool:
    """Whether another answer will soon tell this one, too: a check run for each of hundreds is too many."""
    done = sum(verdict.answer not in OPEN for verdict in verdicts)
    return len(verdicts) > FEW and shown.together is Together.WAITING and done % TENTH != 0


def _judged(report: Report) -> Iterator[Place]:
    event = report.event
    if event.kind.startswith("pull_request") and event.number is not None and event.sha:
        yield Place(event.repo, event.sha, event.number)


def _answered(report: Report) -> Iterator[Place]:
    for action in report.actions:
        if action.kind == "commit_status" and not str(action.body["fields"]["description"]).startswith("running"):
            yield Place(str(action.body["repo"]), str(action.body["sha"]), int(action.body["number"]))


def _written(report: Report, check: str) -> Iterator[Place]:
    """What this run wrote as a publisher; its check runs' ``external_id`` ends with the pull request's number."""
    for action in report.actions:
        identity = action.body.get("identity", {})
        if action.kind == "check_run" and action.risk is Risk.NOTIFY and identity.get("name") == check:
            number = str(identity["external_id"]).removeprefix(pages.PREFIX)
            yield Place(str(action.body["repo"]), str(identity["head_sha"]), int(number))


def _ended(report: Report) -> Iterator[tuple[str, Outcome]]:
    """How each question of this run ended, by its nonce's hash."""
    outcomes = {outcome.action_id: outcome for outcome in report.outcomes}
    for action in report.actions:
        if action.kind in _QUESTIONS and action.id in outcomes:
            yield str(action.body["nonce_sha256"]), outcomes[action.id]


def _as_sent(verdict: Verdict, ended: Mapping[str, Outcome]) -> Verdict:
    """A page says that a question was sent; here is what became of that."""
    outcome = ended.get(verdict.question.nonce_sha256)
    if outcome is None or verdict.answer is not State.ASKED:
        return verdict
    if outcome.status in (Status.APPLIED, Status.VERIFIED):
        run = _RUN.search(outcome.note)
        return replace(verdict, link=run[1]) if run else verdict
    why = outcome.error or outcome.note or "it was not sent"
    later = why.startswith(markers.LATER)
    return replace(verdict, answer=State.QUEUED if later else State.UNREACHABLE, why=why[:200])


def _line(page: Page, ended: Mapping[str, Outcome]) -> str:
    """The page's questions with what became of them; as it stands where nothing is new."""
    after = [_as_sent(verdict, ended) for verdict in page.verdicts]
    line = pages.encode(after, page.paths) if tuple(after) != page.verdicts else ""
    return line if 0 < len(line) <= pages.LARGEST else pages.held(page.run)


PUBLISHER = ContractsPublisher
