"""What ai_sync has to say of a pull request. Reads only, and only from git."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import ClassVar

from driftguard.ai_sync.guard import Guard
from driftguard.ai_sync.items import Item, ItemKind
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
            items = Guard(self.sources.tree, self.sources.policy.ai_sync, *ends).undocumented()
        except DriftGuardError as error:
            return Plan(gaps=(Gap(f"git/{event.repo}", "the change", str(error)),))
        severity = Severity.ERROR if rule.mode is RuleMode.BLOCK else Severity.WARNING
        return Plan(findings=tuple(_undocumented(item, severity) for item in items))


def _undocumented(item: Item, severity: Severity) -> Finding:
    rule = "ai_sync/undocumented"
    what, does = WORDS[item.kind]
    identity = f"{rule} {item.kind} {item.name}"
    return Finding(
        id=hashlib.sha256(identity.encode()).hexdigest()[:16],
        rule=rule,
        kind=item.kind.value,
        name=item.name,
        message=f"{what} {item.name} {does} here, and no documentation names it",
        path=item.path,
        line=item.line,
        severity=severity,
        evidence=item.text,
    )


PLANNER = AiSyncPlanner
