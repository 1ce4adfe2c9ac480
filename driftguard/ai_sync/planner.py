"""What ai_sync has to say of a pull request. Reads only, and only from git."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import ClassVar

from driftguard.ai_sync.fixes import Fix
from driftguard.ai_sync.guard import Guard
from driftguard.ai_sync.items import Item, ItemKind
from driftguard.ai_sync.judge import Opinion, opinion
from driftguard.ai_sync.near_miss import NearMiss
from driftguard.ai_sync.stale import Stale
from driftguard.errors import DriftGuardError
from driftguard.events import compared
from driftguard.model import Event, Finding, Gap, Plan, Severity
from driftguard.policy import Rule, RuleMode
from driftguard.ports import Sources

WORDS = {
    ItemKind.ENV_VAR: ("the environment variable", "is read"),
    ItemKind.CLI_FLAG: ("the flag", "is taken"),
    ItemKind.HTTP_ROUTE: ("the route", "is served"),
    ItemKind.PORT: ("the port", "is published"),
    ItemKind.TERRAFORM_VARIABLE: ("the Terraform variable", "is asked for"),
    ItemKind.TERRAFORM_OUTPUT: ("the Terraform output", "is given"),
    ItemKind.ACTION_INPUT: ("the action's input", "is taken"),
    ItemKind.ACTION_OUTPUT: ("the action's output", "is given"),
    ItemKind.WORKFLOW_INPUT: ("the workflow's input", "is taken"),
    ItemKind.WORKFLOW_OUTPUT: ("the workflow's output", "is given"),
    ItemKind.WORKFLOW_SECRET: ("the workflow's secret", "is asked for"),
    ItemKind.HELM_VALUE: ("the chart's value", "can be set"),
    ItemKind.DOCKER_ARG: ("the build argument", "is taken"),
    ItemKind.DOCKER_ENV: ("the image's environment variable", "is set"),
    ItemKind.COMPOSE_ENV: ("the service's environment variable", "is set"),
}


@dataclass
class AiSyncPlanner:
    """``ports.Planner`` for documentation."""

    sources: Sources
    kind: ClassVar[str] = "ai_sync"

    def plan(self, event: Event, rule: Rule) -> Plan:
        try:
            ends = compared(event, self.sources.tree)
            if ends is None:
                return Plan()
            findings = _judged(Guard(self.sources.tree, self.sources.policy.ai_sync, *ends))
        except DriftGuardError as error:
            return Plan(gaps=(Gap(f"git/{event.repo}", "the change", str(error)),))
        severity = Severity.ERROR if rule.mode is RuleMode.BLOCK else Severity.WARNING
        found = tuple(replace(finding, severity=severity) for finding in findings)
        told = {finding.name for finding in found}
        return _with(opinion(self.sources, ends, rule).without(told), found)


def _with(added: Opinion, findings: tuple[Finding, ...]) -> Plan:
    """The judge comes after the guard, and adds."""
    return Plan(findings=(*findings, *added.findings), notes=added.notes, consulted=added.consulted)


def _judged(guard: Guard) -> list[Finding]:
    items = guard.undocumented()
    misses = {miss.item.key: miss for miss in guard.near_misses(items)}
    ready = guard.fixes([item for item in items if item.key not in misses])
    found = [
        _near_miss(misses[item.key]) if item.key in misses else _undocumented(item, ready[item.key]) for item in items
    ]
    return [*found, *map(_stale, guard.stale())]


def _undocumented(item: Item, fix: Fix) -> Finding:
    what, does = WORDS[item.kind]
    return Finding(
        id=_id("ai_sync/undocumented", item),
        rule="ai_sync/undocumented",
        kind=item.kind.value,
        name=item.name,
        message=f"{what} {item.name} {does} here, and no documentation names it",
        path=item.path,
        line=item.line,
        evidence=item.text,
        fix=fix.text,
        fix_path=fix.path,
        fix_after=fix.line,
    )


def _near_miss(miss: NearMiss) -> Finding:
    item = miss.item
    return Finding(
        id=_id("ai_sync/near-miss", item),
        rule="ai_sync/near-miss",
        kind=item.kind.value,
        name=item.name,
        message=f"the documentation says {miss.name} ({miss.path}:{miss.line}), the code reads {item.name}",
        path=item.path,
        line=item.line,
        evidence=item.text,
        fix=f"{miss.path}:{miss.line}: {item.name} instead of {miss.name}",
    )


def _stale(stale: Stale) -> Finding:
    item, hit = stale.item, stale.hit
    what, _ = WORDS[item.kind]
    return Finding(
        id=_id("ai_sync/stale", item),
        rule="ai_sync/stale",
        kind=item.kind.value,
        name=item.name,
        message=f"{what} {item.name} is documented here, and no code knows it any more (it was in {item.path})",
        path=hit.path,
        line=hit.line,
        evidence=hit.text.strip()[:400],
    )


def _id(rule: str, item: Item) -> str:
    return hashlib.sha256(f"{rule} {item.kind} {item.name}".encode()).hexdigest()[:16]


PLANNER = AiSyncPlanner
