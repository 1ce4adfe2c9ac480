"""A trail in memory, for rooms that only need somewhere to record."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from driftguard.errors import AuditError


@dataclass
class MemoryTrail:
    """``ports.AuditSink``; refuses everything once ``room`` records are written."""

    room: int = 10**9
    records: list[tuple[str, str, Mapping[str, Any]]] = field(default_factory=list)

    def record(self, state: str, why: str, body: Mapping[str, Any]) -> None:
        if len(self.records) >= self.room:
            raise AuditError("the disk is full")
        self.records.append((state, why, body))

    @property
    def states(self) -> list[str]:
        return [state for state, _, _ in self.records]
