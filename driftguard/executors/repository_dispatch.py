"""Ask one consumer: a repository_dispatch to its repository."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from driftguard.errors import NotFound, PermanentError
from driftguard.model import Action, Status
from driftguard.ports import Receipt, Writers


@dataclass
class RepositoryDispatch:
    """``ports.Executor``. The payload carries the event's id, so that a consumer can drop a repeat."""

    writers: Writers
    kind: ClassVar[str] = "repository_dispatch"

    def apply(self, action: Action) -> Receipt:
        event_type, payload = str(action.body["event_type"]), action.body["client_payload"]
        try:
            self.writers.dispatcher.dispatch(action.target.name, event_type, payload)
        except NotFound as error:  # gone is a success for a delete, never for a question
            raise PermanentError(str(error)) from error
        return Receipt(Status.APPLIED, f"asked by '{event_type}'")


EXECUTOR = RepositoryDispatch
