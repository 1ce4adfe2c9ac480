"""Ask one consumer: a repository_dispatch to its repository.

The nonce is made here, at the last moment: it stands in the payload and nowhere else. What is kept is its SHA-256.
"""

from __future__ import annotations

import hashlib
import secrets
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
        event_type, nonce = str(action.body["event_type"]), secrets.token_urlsafe(32)
        payload = {**action.body["client_payload"], "nonce": nonce}
        try:
            self.writers.dispatcher.dispatch(action.target.name, event_type, payload)
        except NotFound as error:  # gone is a success for a delete, never for a question
            raise PermanentError(str(error)) from error
        kept = hashlib.sha256(nonce.encode()).hexdigest()
        return Receipt(Status.APPLIED, f"asked by '{event_type}', nonce sha256 {kept}")


EXECUTOR = RepositoryDispatch
