"""What cross_repo has to say of an event: the same module serves the origin and its consumers. Reads only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from driftguard.cross_repo.answering import answer
from driftguard.cross_repo.asking import VERDICT_EVENT
from driftguard.cross_repo.reviewing import review
from driftguard.cross_repo.serving import question, serve
from driftguard.cross_repo.sweeping import sweep
from driftguard.model import Event, Plan
from driftguard.policy import Rule
from driftguard.ports import Sources


@dataclass
class CrossRepoPlanner:
    """``ports.Planner`` for contracts between repositories."""

    sources: Sources
    kind: ClassVar[str] = "cross_repo"

    def plan(self, event: Event, rule: Rule) -> Plan:
        name, _, action = event.kind.partition(".")
        if name == "repository_dispatch":
            return answer(event, self.sources) if action == VERDICT_EVENT else serve(event, self.sources)
        if name == "workflow_dispatch" and question(event) is not None:
            return serve(event, self.sources)
        if name in ("schedule", "workflow_dispatch"):
            return sweep(event, self.sources)
        return review(event, rule, self.sources)


PLANNER = CrossRepoPlanner
