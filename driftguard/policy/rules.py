"""When which module answers, and how long and wide a run may be."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import (
    Field,
    StrictInt,
    StringConstraints,
)

from driftguard.policy.values import (
    Duration,
    EventPattern,
    Section,
)


class RuleMode(StrEnum):
    BLOCK = "block"
    WARN = "warn"


class RuleScope(StrEnum):
    """What a janitor rule may end: whatever is past its lease, or the closed pull request's environment."""

    EXPIRED = "expired"
    EVENT = "event"


class Rule(Section):
    """When which module answers."""

    name: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]*$")]
    on: Annotated[tuple[EventPattern, ...], Field(min_length=1)]
    run: Literal["ai_sync", "janitor", "cross_repo", "commands"]
    mode: RuleMode = Field(RuleMode.BLOCK, description="Whether this rule's findings block (exit 1) or only warn.")
    scope: RuleScope = Field(RuleScope.EXPIRED, description="For run: janitor.")

    def matches(self, kind: str) -> bool:
        """Whether an event of ``kind`` concerns this rule; a bare name takes all of its actions."""
        return any(on in ("*", kind, kind.partition(".")[0]) for on in self.on)


class Limits(Section):
    """How long and how wide a run may be."""

    deadline: Duration = Field(timedelta(minutes=30), description="The whole run; what is left then is said.")
    action_timeout: Duration = Field(timedelta(minutes=5), description="One action.")
    parallel: StrictInt = Field(8, ge=1, le=64, description="Actions at a time.")
    plan_age: Duration = Field(timedelta(hours=4), description="A reviewed plan that is older is not applied.")
