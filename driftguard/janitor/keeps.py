"""Which environments somebody asked to keep: `/driftguard keep` in their pull request, read before anything ends."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from driftguard.forge import Overrides, Scope
from driftguard.janitor.environments import number_of
from driftguard.model import Event, Gap
from driftguard.ports import Sources

_ANY_HEAD = "0" * 40
"""A keep outlives pushes, so that it doesn't matter which commit is asked about."""


@dataclass(frozen=True, slots=True)
class Keeps:
    sources: Sources
    event: Event

    def of(self, names: Iterable[str]) -> tuple[Mapping[str, datetime | None], tuple[Gap, ...]]:
        """Name -> until when, for those of this repository's environments that are kept.

        ``None`` and a gap where GitHub couldn't be asked. Where no rule takes commands, nobody can have kept anything.
        """
        takes_commands = any(rule.run == "commands" for rule in self.sources.policy.rules)
        kept: dict[str, datetime | None] = {}
        gaps: list[Gap] = []
        for name in names:
            number = number_of(name, self.event.repo, self.sources.policy)
            if number is None or not takes_commands:
                continue
            overrides = self._overrides(number)
            ends = [override.until for override in overrides.held if override.scope is Scope.KEEP]
            if overrides.trouble:
                kept[name] = None
                gaps.append(
                    Gap(
                        f"github/{self.event.repo}/pulls/{number}", "who asked to keep it", "; ".join(overrides.trouble)
                    )
                )
            elif ends:
                kept[name] = max(ends)
        return kept, tuple(gaps)

    def _overrides(self, number: int) -> Overrides:
        payload = {"pull_request": {"number": number}}
        sha = self.event.sha or _ANY_HEAD
        return self.sources.overrides(replace(self.event, kind="pull_request", sha=sha, payload=payload))
