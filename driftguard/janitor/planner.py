"""What the janitor proposes: every candidate, so that the gate's answers also say why something stays. Reads only."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from driftguard.errors import DriftGuardError
from driftguard.janitor import lease
from driftguard.janitor.order import ordered
from driftguard.janitor.survey import survey
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
        found = survey(
            self._candidates(), lambda target: lease.judge(target, policy, now, ended), self._clouds(), policy
        )
        order = {kind: before for cloud in self._clouds() for kind, before in cloud.order.items()}
        return Plan(
            findings=tuple(_unreadable(target, judged, rule) for target, judged in found.seen.unknown),
            actions=tuple(ordered([_deletion(target, judged) for target, judged in found.seen], order)),
            gaps=tuple(found.gaps),
            notes=tuple(found.seen.notes()),
            seen=found.seen.seen,
            left_out=found.seen.going.left_out,
        )

    def _clouds(self) -> Sequence[Cloud]:
        """None if they can't be had; ``_candidates`` says why."""
        try:
            return self.sources.clouds
        except DriftGuardError:
            return ()

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
