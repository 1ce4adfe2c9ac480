"""What every comparison needs: both versions, and how to start a walk through two schemas."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from driftguard.cross_repo.openapi.lifecycle import Calendar
from driftguard.cross_repo.openapi.model import Api
from driftguard.cross_repo.openapi.nodes import Node
from driftguard.cross_repo.openapi.read import Reader
from driftguard.cross_repo.openapi.schemas import Schemas
from driftguard.cross_repo.openapi.sites import Hit, Site
from driftguard.cross_repo.openapi.versions import Versions
from driftguard.cross_repo.openapi.walk import Walk


@dataclass(frozen=True, slots=True)
class Side:
    """One version: its reader, what it offers, its schemas."""

    reader: Reader
    api: Api
    schemas: Schemas


@dataclass(frozen=True, slots=True)
class Context:
    versions: Versions
    old: Side
    new: Side
    calendar: Calendar

    def walk(self, site: Site, old: Node, new: Node) -> Iterator[Hit]:
        """What changed between two schemas that are used here."""
        walk = Walk(self.versions, self.old.schemas, self.new.schemas, self.calendar, site)
        return walk.hits(old, new)


@dataclass(frozen=True, slots=True)
class Place:
    """An operation: how a report names it, and its stability level."""

    location: str
    stability: str = ""
