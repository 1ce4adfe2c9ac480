"""Environments that a maintainer keeps by `/driftguard keep 48h`: what belongs to one isn't proposed for deletion."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from driftguard.forge import Override, Overrides, Scope
from driftguard.janitor import lease
from driftguard.model import Action, Event, Gap, Plan, Risk, Target
from driftguard.policy import Rule
from driftguard.ports import Sources

_ANY_HEAD = "0" * 40
"""A keep outlives every push, so it doesn't matter for which head it is looked up."""


@dataclass
class Keeps:
    """Looks a pull request up once, and only if something of its environment would go.

    Where no rule takes commands nobody can have kept anything, and nothing is looked up. What can't be looked up is a
    gap, and stays: an environment that may be kept is not deleted.
    """

    sources: Sources
    event: Event
    rule: Rule
    _asked: dict[int, Overrides] = field(default_factory=dict)

    def spared(self, plan: Plan) -> Plan:
        """``plan`` without the deletions of what is kept; notes and gaps say what and why."""
        if all(rule.run != "commands" for rule in self.sources.policy.rules):
            return plan
        held = {action.id: found for action in plan.actions if (found := self._held(action)) is not None}
        kept = {
            lease.environment_of(a.target): held[a.id] for a in plan.actions if isinstance(held.get(a.id), Override)
        }
        gaps = dict.fromkeys(found for found in held.values() if isinstance(found, Gap))
        return replace(
            plan,
            actions=tuple(action for action in plan.actions if action.id not in held),
            gaps=(*plan.gaps, *gaps),
            notes=(*plan.notes, *(_note(name, keep) for name, keep in kept.items() if isinstance(keep, Override))),
        )

    def _held(self, action: Action) -> Override | Gap | None:
        number = self._number(action.target)
        if number is None or not self._would_go(action):
            return None
        if number not in self._asked:
            about = replace(self.event, sha=_ANY_HEAD, payload={"issue": {"number": number}})
            self._asked[number] = self.sources.overrides(about)
        asked = self._asked[number]
        if asked.trouble:
            return Gap(f"{action.target.path}/{action.target.name}", f"pull request {number}'s keeps", asked.trouble[0])
        keeps = [override for override in asked.held if override.scope is Scope.KEEP]
        return max(keeps, key=lambda override: override.until, default=None)

    def _would_go(self, action: Action) -> bool:
        policy, now = self.sources.policy, self.sources.clock()
        ended = lease.ended_environment(self.event, self.rule, policy)
        return action.risk is Risk.DESTROY and lease.judge(action.target, policy, now, ended).deletable

    def _number(self, target: Target) -> int | None:
        """The pull request of this repository that the target's environment belongs to."""
        form = re.escape(lease.environment(self.event.repo, self.sources.policy.janitor, "\0"))
        match = re.fullmatch(form.replace(re.escape("\0"), r"([1-9]\d{0,9})"), lease.environment_of(target))
        return int(match[1]) if match else None


def _note(name: str, keep: Override) -> str:
    return f"{name} is kept by {keep.by} until {keep.until:%Y-%m-%d %H:%M} UTC, so nothing of it goes"
