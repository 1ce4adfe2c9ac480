"""A pull request in the origin: what its contracts break, what consumers said of it, and whom to ask."""

from __future__ import annotations

import functools
import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from driftguard.cross_repo import asking, budget
from driftguard.cross_repo.asking import Place, Wish
from driftguard.cross_repo.contracts.changes import Change, Level, Setup, Unreadable, Version
from driftguard.cross_repo.diffing import differs, unreadable
from driftguard.cross_repo.graph import Graph
from driftguard.cross_repo.ledger import Ledger
from driftguard.cross_repo.round import Round, merged, questions
from driftguard.cross_repo.telling import consumer_findings, summary
from driftguard.cross_repo.verdicts import State, Together, Verdict, Waived, aggregate, step
from driftguard.errors import DriftGuardError
from driftguard.events import compared
from driftguard.forge import Override, Scope
from driftguard.globs import Globs
from driftguard.model import Event, Finding, Gap, Plan, Severity
from driftguard.policy import AskOn, Contract, Rule, RuleMode
from driftguard.ports import FileChange, Sources, SourceTree

ANSWERS_OF = "what the consumers answered"
FORK = "a fork's pull request asks no consumer, its token can't write down who was asked: `/driftguard recheck` does"
NEVER: frozenset[State] = frozenset()
AGAIN = frozenset({State.QUEUED, State.UNREACHABLE, State.CRASHED, State.SILENT})
"""Whom a maintainer's ``recheck`` asks once more: who couldn't be asked, or couldn't say."""


@dataclass(slots=True)
class _Found:
    """What a review comes to, contract by contract."""

    findings: list[Finding] = field(default_factory=list)
    wishes: list[Wish] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    said: list[Verdict] = field(default_factory=list)
    changes: dict[str, str] = field(default_factory=dict)


def review(event: Event, rule: Rule, sources: Sources) -> Plan:
    """Findings of what breaks, answers of the consumers, and a question to each who has not been asked yet."""
    try:
        ends = compared(event, sources.tree)
        changes = sources.tree.changes(*ends) if ends else ()
    except DriftGuardError as error:
        return Plan(gaps=(Gap(f"git/{event.repo}", "the change", str(error)),))
    touched = [contract for contract in sources.policy.cross_repo.contracts if ends and _touches(contract, changes)]
    if not ends or not touched:
        return Plan()
    found = _Found()
    known = _known(event, sources, found)
    for contract in touched:
        _Review(event, rule, sources, ends, known).add(contract, found)
    return _planned(event, sources, known, found)


def _planned(event: Event, sources: Sources, known: tuple[Verdict, ...], found: _Found) -> Plan:
    """Nobody is asked while it isn't known who was asked, nor with a token that can't write down who is."""
    place = Place(event.repo, event.sha, event.number)
    fork = event.from_fork and bool(found.wishes)
    unknown = any(gap.what == ANSWERS_OF for gap in found.gaps)
    try:
        wishes = () if fork or unknown else found.wishes
        asked = questions(wishes, place, known, sources, budget.AN_HOUR)
    except DriftGuardError as error:
        found.gaps.append(Gap(f"github/{event.repo}", "whom to ask", str(error)))
        asked = Round()
    told = [v for v in merged(found.said, asked.verdicts) if v.question.contract in found.changes]
    graph = Graph.of(sources.policy.cross_repo.contracts)
    table = summary(told, graph, sources.clock(), found.changes) if told else ""
    notes = (*asked.notes, *((FORK,) if fork else ()))
    return Plan(tuple(found.findings), asked.actions, tuple(found.gaps), notes, tables=(table,) if table else ())


def _known(event: Event, sources: Sources, found: _Found) -> tuple[Verdict, ...]:
    """What consumers have said of this head, waivers counted in; what can't be read is a gap."""
    if event.number is None or not event.sha or sources.forge is None:
        return ()
    try:
        verdicts = Ledger(sources.forge, sources.policy).read(event.repo, event.sha, event.number).verdicts
    except DriftGuardError as error:
        found.gaps.append(Gap(f"github/{event.repo}", ANSWERS_OF, str(error)))
        return ()
    return waived(verdicts, sources.overrides(event).held) if verdicts else ()


def waived(verdicts: Sequence[Verdict], held: Sequence[Override]) -> tuple[Verdict, ...]:
    """A maintainer's ``/driftguard override cross-repo owner/repo reason`` waives that consumer alone."""
    waivers = {one.consumer.lower(): one for one in held if one.scope is Scope.CONSUMER}

    def with_waiver(verdict: Verdict) -> Verdict:
        override = waivers.get(verdict.question.consumer.lower())
        return step(verdict, Waived(override.made_at, override.waiver())).verdict if override else verdict

    return tuple(map(with_waiver, verdicts))


@dataclass(frozen=True, slots=True)
class _Review:
    event: Event
    rule: Rule
    sources: Sources
    ends: tuple[str, str]
    known: tuple[Verdict, ...]

    def add(self, contract: Contract, found: _Found) -> None:
        told = self._told(contract)
        if isinstance(told, Gap):
            found.gaps.append(told)
        about = asking.proposed(contract, _version(self.sources.tree, contract, self.ends[1]))
        said = [v for v in self.known if (v.question.contract, v.question.digest) == (contract.name, about.digest)]
        found.said += said
        found.changes[contract.name] = "not compared" if isinstance(told, Gap) else _counted(told)
        if not isinstance(told, Gap):
            found.findings += self._breaks(contract, told, said)
        found.findings += consumer_findings(said, contract, self.rule.mode, self.sources.clock())
        if isinstance(told, Gap) or _matters(contract, told):
            asked = self._graph.asked(contract.name)
            again = AGAIN if self.event.asked_again else NEVER
            found.wishes += [Wish(consumer, about) for consumer in asking.unasked(asked, about, said, again)]

    @property
    def _graph(self) -> Graph:
        return Graph.of(self.sources.policy.cross_repo.contracts)

    def _told(self, contract: Contract) -> tuple[Change, ...] | Gap:
        """What can't be read blocks, because nobody can say what it breaks; what couldn't be compared is a gap."""
        old, new = (_version(self.sources.tree, contract, revision) for revision in self.ends)
        try:
            return differs(Setup(self.sources.tools, contract.role))[contract.type].diff(old, new)
        except Unreadable as error:
            return (unreadable(error, error.path),)
        except DriftGuardError as error:
            return Gap(f"contract/{contract.name}", "what changed", str(error))

    def _breaks(self, contract: Contract, changes: Sequence[Change], said: Sequence[Verdict]) -> list[Finding]:
        """A breaking change that every required consumer takes is told, but holds nothing up."""
        findings = [_finding(contract, change, self.rule) for change in changes]
        required = {consumer.repo.lower() for consumer in self._graph.asked(contract.name) if consumer.required}
        answered = {verdict.question.consumer.lower() for verdict in said if verdict.question.required}
        if not required or required - answered or aggregate(said, self.sources.clock()) is not Together.GREEN:
            return findings
        takers = ", ".join(sorted(verdict.question.consumer for verdict in said if verdict.question.required))
        return [
            replace(finding, severity=Severity.NOTE, message=f"{finding.message}; taken by {takers}")
            if finding.severity is Severity.ERROR
            else finding
            for finding in findings
        ]


def _touches(contract: Contract, changes: Sequence[FileChange]) -> bool:
    globs = Globs(contract.paths)
    return any(globs.match(change.path) or globs.match(change.old_path) for change in changes)


def _counted(changes: Sequence[Change]) -> str:
    """``2 breaking, 1 info``."""
    counts = Counter(change.level for change in changes)
    return ", ".join(f"{counts[level]} {level.value}" for level in Level if counts[level]) or "no difference"


def _matters(contract: Contract, changes: Sequence[Change]) -> bool:
    """Whether the policy wants the consumers asked about changes like these."""
    enough = {AskOn.BREAKING: {Level.BREAKING}, AskOn.DANGEROUS: {Level.BREAKING, Level.DANGEROUS}}
    return contract.on is AskOn.ANY or any(change.level in enough[contract.on] for change in changes)


def _version(tree: SourceTree, contract: Contract, revision: str) -> Version:
    return Version(Globs(contract.paths).select(tree.files(revision)), functools.partial(tree.read, revision))


def _finding(contract: Contract, change: Change, rule: Rule) -> Finding:
    """A bare change of files warns, since it may be harmless; only what is known to break can block."""
    blocks = (
        change.level is Level.BREAKING and rule.mode is RuleMode.BLOCK and any(c.required for c in contract.consumers)
    )
    severity = Severity.NOTE if change.level is Level.INFO else Severity.ERROR if blocks else Severity.WARNING
    consumers = ", ".join(consumer.repo for consumer in contract.consumers) or "nobody that the policy names"
    identity = f"{contract.name} {change.rule} {change.location} {change.message}"
    return Finding(
        id=hashlib.sha256(identity.encode()).hexdigest()[:16],
        rule=f"cross_repo/{change.rule}",
        kind="contract",
        name=contract.name,
        message=f"{change.message}; the contract '{contract.name}' is relied on by {consumers}",
        path=change.path or change.location,
        line=change.line,
        severity=severity,
    )
