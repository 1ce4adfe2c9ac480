"""Who is told of a run in a chat, and of what."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from driftguard.policy.values import (
    EnvironmentVariable,
    Section,
)


class Moment(StrEnum):
    """What makes a run worth a message."""

    BLOCKED = "blocked"
    INCOMPLETE = "incomplete"
    DELETED = "deleted"
    EXPIRING = "expiring"
    ALWAYS = "always"


class Channel(Section):
    """One incoming webhook. Its address is a secret: whoever has it may write there."""

    webhook_env: EnvironmentVariable = Field(description="The environment variable with the webhook's address.")
    on: Annotated[tuple[Moment, ...], Field(min_length=1)] = Field(
        (Moment.BLOCKED, Moment.INCOMPLETE, Moment.DELETED, Moment.EXPIRING),
        description="What makes a run worth a message; any one of these is enough.",
    )


class Notify(Section):
    """Chats that are told of live runs; a rehearsal says what it would tell."""

    slack: Channel | None = None
    teams: Channel | None = None
