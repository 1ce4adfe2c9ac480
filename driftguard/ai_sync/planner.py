"""What ai_sync has to say of a pull request. Reads only, and only from git."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import ClassVar

from driftguard.ai_sync.guard import Guard
from driftguard.ai_sync.items import Item
from driftguard.ai_sync.judge import Opinion, opinion
from driftguard.errors import DriftGuardError
from driftguard.events import compared
from driftguard.model import Event, Finding, Gap, Plan, Severity
from driftguard.policy import Rule, RuleMode
from driftguard.ports import Sources

WORDS = {"env_var": "the environment variable"}
READS = {"env_var": "is read here"}


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
            items = Guard(self.sources.tree, self.sources.policy.ai_sync, *ends).undocumented()
        except DriftGuardError as error:
            return Plan(gaps=(Gap(f"git/{event.repo}", "the change", str(error)),))
        severity = Severity.ERROR if rule.mode is RuleMode.BLOCK else Severity.WARNING
        findings = tuple(_undocumented(item, severity) for item in items)
        return _with(opinion(self.sources, ends, rule), findings)


def _with(added: Opinion, findings: tuple[Finding, ...]) -> Plan:
    """The judge comes after the guard, and adds."""
    return Plan(findings=(*findings, *added.findings), notes=added.notes, consulted=added.consulted)


def _undocumented(item: Item, severity: Severity) -> Finding:
    rule = "ai_sync/undocumented"
    identity = f"{rule} {item.kind} {item.name}"
    return Finding(
        id=hashlib.sha256(identity.encode()).hexdigest()[:16],
        rule=rule,
        kind=item.kind.value,
        name=item.name,
        message=f"{WORDS[item.kind]} {item.name} {READS[item.kind]}, and no documentation names it",
        path=item.path,
        line=item.line,
        severity=severity,
        evidence=item.text,
    )


PLANNER = AiSyncPlanner
