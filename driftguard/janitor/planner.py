"""What the janitor proposes: every candidate, so that the gate's answers also say why something stays. Reads only.

An environment that Terraform built is one action that takes all of its resources, and each of their own deletions is
a part of it: phase two, after Terraform, for whatever is still there.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import ClassVar

from driftguard.errors import DriftGuardError
from driftguard.janitor import environments, lease
from driftguard.janitor.builds import Builds
from driftguard.janitor.keeps import Keeps
from driftguard.janitor.lease import Lease, Terms
from driftguard.janitor.members import Members
from driftguard.janitor.order import after_wholes, ordered
from driftguard.janitor.prices import Prices
from driftguard.janitor.resources.streams import Stream, merged
from driftguard.janitor.survey import survey
from driftguard.model import Action, Event, Finding, Gap, Plan, Precondition, Risk, Severity, Target
from driftguard.policy import Rule, RuleMode
from driftguard.ports import Clock, Cloud, Remarks, Sources

LOOKING = 0.65
"""The part of a run's time that all looks for the plan may take."""

log = logging.getLogger(__name__)


@dataclass
class Reading:
    """Judges one resource after the other, each when it is seen, and remembers who has to be warned of an end.

    A look through the clouds takes minutes, and what is made meanwhile comes from no future.
    """

    terms: Terms
    clock: Clock
    _warned: dict[str, Finding] = field(default_factory=dict)

    def judge(self, target: Target) -> Lease:
        terms = replace(self.terms, now=self.clock())
        judged = lease.judge(target, terms)
        if lease.warns(judged, terms):
            self._warned.update((target.id, warning) for warning in _warning(target, judged, terms))
        return judged

    @property
    def warnings(self) -> Sequence[Finding]:
        """Each resource's once, in the order of their ids, whatever order they were seen in."""
        return [self._warned[key] for key in sorted(self._warned)]


@dataclass
class JanitorPlanner:
    """``ports.Planner``: looks through the clouds that the policy configures."""

    sources: Sources
    begun: float = field(default_factory=time.monotonic)
    kind: ClassVar[str] = "janitor"

    def plan(self, event: Event, rule: Rule) -> Plan:
        policy, clock = self.sources.policy, self.sources.clock
        if event.question:
            return Plan(notes=(f"rule '{rule.name}': a question about a contract ends nothing",))
        ended = environments.ended_environment(event, rule, policy)
        if ended == "":
            return Plan(notes=(f"rule '{rule.name}': {event.kind} ends no environment",))
        reading = Reading(Terms(policy, clock(), ended, self.sources.history), clock)
        builds = Builds.at(event, self.sources)
        members = Members(builds.whole, ended)

        def judge(target: Target) -> Lease:
            judged = reading.judge(target)
            members.notice(target, judged)
            return judged

        until = self.begun + LOOKING * policy.limits.deadline.total_seconds()
        found = survey(self._candidates(until), judge, self._clouds(), policy, until)
        wholes = builds.destructions(members.ending)
        kept, unknown = Keeps(self.sources, event).of(members.ending)
        prices = Prices(policy.janitor.prices)
        order = {kind: before for cloud in self._clouds() for kind, before in cloud.order.items()}
        parts = list(after_wholes([_deletion(target, judged, prices, wholes) for target, judged in found.seen]))
        return Plan(
            findings=(*(_unreadable(target, judged, rule) for target, judged in found.seen.unknown), *reading.warnings),
            actions=(
                *(action for group in wholes.values() for action in group),
                *ordered(parts, order),
            ),
            gaps=(*found.gaps, *builds.gaps, *unknown),
            notes=(*found.seen.notes(), *self._remarks()),
            kept=kept,
            seen=found.seen.seen,
            left_out=found.seen.going.left_out,
        )

    def _clouds(self) -> Sequence[Cloud]:
        """None if they can't be had; ``_candidates`` says why."""
        try:
            return self.sources.clouds
        except DriftGuardError:
            return ()

    def _remarks(self) -> Iterator[str]:
        for cloud in self._clouds():
            yield from cloud.remarks() if isinstance(cloud, Remarks) else ()

    def _candidates(self, until: float) -> Iterator[Target | Gap]:
        try:
            clouds = self.sources.clouds
        except DriftGuardError as error:
            yield Gap("*", "the clouds", str(error))
            return
        inventories = [Stream(cloud.provider, "the inventory", cloud.discover) for cloud in clouds]
        yield from merged(inventories, width=max(1, len(inventories)), timeout=max(0.0, until - time.monotonic()))


def _deletion(target: Target, judged: Lease, prices: Prices, wholes: Mapping[str, Sequence[Action]]) -> Action:
    whole = tuple(action.id for action in wholes.get(lease.environment_of(target), ())) if wholes else ()
    return Action(
        id=f"delete_resource:{target.id}",
        kind="delete_resource",
        target=replace(target, expires_at=judged.expires_at, holds=()),
        risk=Risk.DESTROY,
        why=judged.reason,
        after=whole,
        part_of=whole,
        precondition=Precondition.STILL_EXISTS,
        takes=target.holds,
        usd_month=prices.monthly(target),
    )


def _unreadable(target: Target, judged: Lease, rule: Rule) -> Finding:
    return Finding(
        id=f"janitor/unreadable-lease:{target.id}",
        rule="janitor/unreadable-lease",
        kind=target.type,
        name=target.name,
        message=f"{target.name} ({target.scope}): {judged.reason}; it stays until somebody mends it",
        severity=Severity.ERROR if rule.mode is RuleMode.BLOCK else Severity.WARNING,
        evidence=target.id,
    )


def _warning(target: Target, judged: Lease, terms: Terms) -> Iterator[Finding]:
    """Once for each end that a resource is given. ``name`` and ``evidence`` are what the next run looks for."""
    assert judged.expires_at is not None
    ends = judged.expires_at.isoformat()
    if terms.history.warned.get(target.id) != ends:
        yield Finding(
            id=f"{lease.WARNING}:{target.id}",
            rule=lease.WARNING,
            kind=target.type,
            name=target.id,
            message=f"{target.name} ({target.scope}) is deleted by the first run after this one from {ends} on",
            severity=Severity.NOTE,
            evidence=ends,
        )


PLANNER = JanitorPlanner
