"""Which contracts a pull request touches, and whom to ask about it. Reads only, and only from git."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from driftguard.cross_repo.contracts.changes import Change, Level, Setup, Unreadable, Version
from driftguard.cross_repo.diffing import differs, unreadable
from driftguard.errors import DriftGuardError
from driftguard.events import compared
from driftguard.globs import Globs
from driftguard.model import Action, Event, Finding, Gap, Plan, Risk, Severity, Target
from driftguard.policy import AskOn, Consumer, Contract, Rule, RuleMode
from driftguard.ports import FileChange, Sources, SourceTree

MOST_PATHS = 50
"""Changed paths in one payload; GitHub takes less than 64 KB, and a consumer can ask git for the rest."""


@dataclass
class CrossRepoPlanner:
    """``ports.Planner`` for contracts between repositories."""

    sources: Sources
    kind: ClassVar[str] = "cross_repo"

    def plan(self, event: Event, rule: Rule) -> Plan:
        try:
            ends = compared(event, self.sources.tree)
            changes = self.sources.tree.changes(*ends) if ends else ()
        except DriftGuardError as error:
            return Plan(gaps=(Gap(f"git/{event.repo}", "the change", str(error)),))
        findings: list[Finding] = []
        actions: list[Action] = []
        gaps: list[Gap] = []
        for contract in self.sources.policy.cross_repo.contracts:
            touched = _touched(contract, changes)
            if not ends or not touched:
                continue
            told = self._told(contract, ends)
            if isinstance(told, Gap):
                gaps.append(told)
            else:
                findings += [_finding(contract, change, rule) for change in told]
            if isinstance(told, Gap) or _matters(contract, told):
                actions += _dispatches(contract, touched, event)
        return Plan(tuple(findings), tuple(actions), tuple(gaps))

    def _told(self, contract: Contract, ends: tuple[str, str]) -> tuple[Change, ...] | Gap:
        """What can't be read blocks, because nobody can say what it breaks; what couldn't be compared is a gap."""
        old, new = (_version(self.sources.tree, contract, revision) for revision in ends)
        try:
            return differs(Setup(self.sources.tools, contract.role))[contract.type].diff(old, new)
        except Unreadable as error:
            return (unreadable(error, error.path),)
        except DriftGuardError as error:
            return Gap(f"contract/{contract.name}", "what changed", str(error))


def _touched(contract: Contract, changes: Sequence[FileChange]) -> list[FileChange]:
    globs = Globs(contract.paths)
    return [change for change in changes if globs.match(change.path) or globs.match(change.old_path)]


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


def _dispatches(contract: Contract, touched: Sequence[FileChange], event: Event) -> Iterator[Action]:
    for consumer in contract.consumers:
        yield Action(
            id=f"repository_dispatch:{consumer.repo}:{contract.name}:{event.sha or 'work tree'}",
            kind="repository_dispatch",
            target=Target("github", f"github/{consumer.repo}", "repository", consumer.repo, consumer.repo),
            risk=Risk.WRITE,
            why=f"{consumer.repo} relies on the contract '{contract.name}', which this change touches",
            body={"event_type": consumer.event_type, "client_payload": _payload(contract, consumer, touched, event)},
        )


def _payload(contract: Contract, consumer: Consumer, touched: Sequence[FileChange], event: Event) -> Mapping[str, Any]:
    """At most 10 keys and 64 KB, https://docs.github.com/en/rest/repos/repos#create-a-repository-dispatch-event."""
    return {
        "event_id": event.id,
        "origin": event.repo,
        "sha": event.sha,
        "base": event.base_sha,
        "pull_request": event.number,
        "contract": contract.name,
        "required": consumer.required,
        "paths": [change.path[:500] for change in touched[:MOST_PATHS]],
        "paths_left_out": max(0, len(touched) - MOST_PATHS),
    }


PLANNER = CrossRepoPlanner
