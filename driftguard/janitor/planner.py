"""What the janitor proposes: every candidate, so that the gate's answers also say why something stays. Reads only."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import ClassVar

from driftguard.errors import DriftGuardError
from driftguard.janitor import lease
from driftguard.janitor.keeps import Keeps
from driftguard.janitor.lease import LeaseVerdict
from driftguard.model import Action, Event, Finding, Gap, Plan, Precondition, Risk, Severity, Target
from driftguard.policy import Rule, RuleMode
from driftguard.ports import Cloud, Sources

log = logging.getLogger(__name__)


@dataclass
class JanitorPlanner:
    """``ports.Planner``: looks through the clouds that the policy configures."""

    sources: Sources
    kind: ClassVar[str] = "janitor"

    def plan(self, event: Event, rule: Rule) -> Plan:
        policy, now = self.sources.policy, self.sources.clock()
        ended = lease.ended_environment(event, rule, policy)
        if ended == "":
            return Plan(notes=(f"rule '{rule.name}': {event.kind} ends no environment",))
        actions, findings, gaps = [], [], []
        for item in self._candidates():
            if isinstance(item, Gap):
                gaps.append(item)
                continue
            judged = lease.judge(item, policy, now, ended)
            actions.append(_deletion(item, judged))
            if judged.verdict is LeaseVerdict.UNKNOWN:
                findings.append(_unreadable(item, judged, rule))
        plan = Plan(tuple(findings), _ordered(actions), tuple(gaps))
        return Keeps(self.sources, event, rule).spared(plan)

    def _candidates(self) -> Iterator[Target | Gap]:
        try:
            clouds = self.sources.clouds
        except DriftGuardError as error:
            yield Gap("*", "the clouds", str(error))
            return
        for cloud in clouds:
            yield from _discovered(cloud)


def _discovered(cloud: Cloud) -> Iterator[Target | Gap]:
    try:
        yield from cloud.discover()
    except DriftGuardError as error:
        yield Gap(cloud.provider, "the inventory", str(error))


def _deletion(target: Target, judged: lease.Lease) -> Action:
    return Action(
        id=f"delete_resource:{target.id}",
        kind="delete_resource",
        target=replace(target, expires_at=judged.expires_at),
        risk=Risk.DESTROY,
        why=judged.reason,
        precondition=Precondition.STILL_EXISTS,
    )


def _ordered(actions: list[Action]) -> tuple[Action, ...]:
    """By place, type and name: two runs over the same cloud give the same plan."""
    return tuple(sorted(actions, key=lambda action: (action.target.path, action.target.name, action.id)))


def _unreadable(target: Target, judged: lease.Lease, rule: Rule) -> Finding:
    return Finding(
        id=f"janitor/unreadable-lease:{target.id}",
        rule="janitor/unreadable-lease",
        kind=target.type,
        name=target.name,
        message=f"{target.name} ({target.scope}): {judged.reason}; it stays until somebody mends it",
        severity=Severity.ERROR if rule.mode is RuleMode.BLOCK else Severity.WARNING,
        evidence=target.id,
    )


PLANNER = JanitorPlanner
