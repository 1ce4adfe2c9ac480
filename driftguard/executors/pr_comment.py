"""Say one thing in a pull request's conversation: the report, or the answer to a command."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from driftguard.forge import Key
from driftguard.model import Action, Status
from driftguard.ports import Receipt, Writers


@dataclass
class PrComment:
    """``ports.Executor``. Idempotent: the comment that begins with the marker is written over."""

    writers: Writers
    kind: ClassVar[str] = "pr_comment"

    def apply(self, action: Action) -> Receipt:
        body = action.body
        key = Key(body["marker"], body["author"])
        return Receipt(Status.APPLIED, self.writers.forge.say(body["repo"], body["number"], key, body["text"]))


EXECUTOR = PrComment
