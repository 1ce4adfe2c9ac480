"""The sweep: silence becomes a verdict, and what an older head was asked about is stale."""

from __future__ import annotations

from driftguard.cross_repo.answering import written
from driftguard.cross_repo.ledger import Ledger
from driftguard.cross_repo.verdicts import Looked, Verdict, step
from driftguard.errors import DriftGuardError
from driftguard.forge import PullRequest
from driftguard.model import Action, Event, Gap, Plan
from driftguard.ports import Sources


def sweep(event: Event, sources: Sources) -> Plan:
    """A status for each question of an open pull request whose time is over."""
    if sources.forge is None:
        return Plan(notes=(f"{sources.policy.github.token_env} is not set, so no question is looked after",))
    try:
        pulls = sources.forge.open_pulls(event.repo)
    except DriftGuardError as error:
        return Plan(gaps=(Gap(f"github/{event.repo}", "the open pull requests", str(error)),))
    actions: list[Action] = []
    gaps: list[Gap] = []
    for pull in pulls:
        try:
            known = Ledger(sources.forge, sources.policy).read(event.repo, pull.head_sha, pull.number)
        except DriftGuardError as error:
            gaps.append(Gap(f"github/{event.repo}/pulls/{pull.number}", "its questions", str(error)))
            continue
        looked = [_looked(verdict, pull, sources) for verdict in known]
        over = [after for before, after in zip(known, looked, strict=True) if after.answer is not before.answer]
        actions += [written(event.repo, pull.number, verdict, sources) for verdict in over]
    return Plan(actions=tuple(actions), gaps=tuple(gaps))


def _looked(verdict: Verdict, pull: PullRequest, sources: Sources) -> Verdict:
    return step(verdict, Looked(sources.clock(), pull.head_sha)).verdict
