"""Owned resources of kinds that nothing here can delete: gaps by name up to a point, then counted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from driftguard.model import Gap

NAMED = 100
"""So many are named one by one in each scope; the rest are counted."""


@dataclass
class Unknown:
    """``scope`` is where all of them lie: ``aws/123456789012/eu-west-1``."""

    scope: str
    count: int = 0

    def gap(self, kind: str, name: str, place: str = "") -> Iterator[Gap]:
        """One more; ``place`` is where in the scope it lies."""
        self.count += 1
        if self.count <= NAMED:
            where = "/".join(filter(None, (self.scope, place, kind, name)))
            yield Gap(where, name, f"nothing here can delete a {kind}")

    def rest(self) -> Iterator[Gap]:
        """What is left to say at the end."""
        if self.count > NAMED:
            more = self.count - NAMED
            yield Gap(f"{self.scope}/unknown", f"{more} more resources", "nothing here can delete their kinds")
