"""What the gate says to a plan: a decision for each action, and what they stand on. Values, and pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from driftguard.model import Action, Decision, Event, Finding, History, Risk, Verdict
from driftguard.policy import Policy, Rule


@dataclass(frozen=True, slots=True)
class Grounds:
    """What a decision stands on besides the action itself."""

    policy: Policy
    event: Event
    now: datetime
    history: History = field(default_factory=History)


@dataclass(frozen=True, slots=True)
class Ruled:
    """One action, the rule it was judged under (none for a publication), and the decision."""

    action: Action
    rule: Rule | None
    decision: Decision

    @property
    def allowed(self) -> bool:
        return self.decision.verdict is Verdict.ALLOW


@dataclass(frozen=True, slots=True)
class Ruling:
    """Every proposed action once, in order; ``findings`` and ``notes`` concern the plan as a whole."""

    ruled: tuple[Ruled, ...]
    findings: tuple[Finding, ...] = ()
    notes: tuple[str, ...] = ()
    kept: Mapping[str, datetime | None] = field(default_factory=dict)

    @property
    def actions(self) -> tuple[Action, ...]:
        return tuple(ruled.action for ruled in self.ruled)

    @property
    def decisions(self) -> tuple[Decision, ...]:
        return tuple(ruled.decision for ruled in self.ruled)


def hold_together(ruling: Ruling) -> Ruling:
    """The same ruling, but what is part of a denied action, or of one that isn't there, is denied."""
    known = {ruled.action.id: ruled for ruled in ruling.ruled}

    def held(ruled: Ruled) -> Ruled:
        whole = next((whole for whole in ruled.action.part_of if whole not in known or not known[whole].allowed), None)
        if not ruled.allowed or whole is None:
            return ruled
        why = known[whole].decision if whole in known else None
        destroys = ruled.action.risk is Risk.DESTROY
        says = f"stays with its environment: {why.reason if why else 'nothing ends it'}"
        reason = says if destroys else f"not begun: {why.reason if why else 'nothing comes before it'}"
        line = why.policy_line if why else ruled.decision.policy_line
        return replace(ruled, decision=Decision(ruled.action.id, Verdict.DENY, reason, line))

    return replace(ruling, ruled=tuple(held(ruled) for ruled in ruling.ruled))
