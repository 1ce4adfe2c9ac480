"""Write one commit status: what a consumer says of one contract at one head."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from driftguard.model import Action, Status
from driftguard.ports import Receipt, Writers


@dataclass
class CommitStatus:
    """``ports.Executor``. Idempotent: of statuses with one context, the newest counts."""

    writers: Writers
    kind: ClassVar[str] = "commit_status"

    def apply(self, action: Action) -> Receipt:
        self.writers.forge.set_status(action.body["repo"], action.body["sha"], action.body["fields"])
        return Receipt(Status.APPLIED, str(action.body["fields"]["description"]))


EXECUTOR = CommitStatus
