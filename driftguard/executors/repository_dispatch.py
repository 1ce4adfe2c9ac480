"""Ask one consumer by a repository_dispatch to its repository."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from driftguard.executors.asking import asked_once, payload
from driftguard.model import Action, Status
from driftguard.ports import Receipt, Writers


@dataclass
class RepositoryDispatch:
    """``ports.Executor``. The payload carries the event's id, so that a consumer can drop a repeat."""

    writers: Writers
    kind: ClassVar[str] = "repository_dispatch"

    def apply(self, action: Action) -> Receipt:
        event_type = str(action.body["event_type"])
        with asked_once(action):
            self.writers.dispatcher.dispatch(action.target.name, event_type, payload(action, self.writers))
        return Receipt(Status.APPLIED, f"asked by '{event_type}'")


EXECUTOR = RepositoryDispatch
