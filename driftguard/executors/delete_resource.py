"""Delete one cloud resource by its provider's API."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from driftguard.model import Action, Status
from driftguard.ports import Receipt, Writers


@dataclass
class DeleteResource:
    """``ports.Executor``. What is gone already raises ``NotFound``, which the gate counts as success."""

    writers: Writers
    kind: ClassVar[str] = "delete_resource"

    def apply(self, action: Action) -> Receipt:
        note = self.writers.cloud(action.target.provider).delete(action.target)
        return Receipt(Status.APPLIED, note)


EXECUTOR = DeleteResource
