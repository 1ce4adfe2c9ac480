"""What differs between two schemas, before anybody asks whether that breaks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from driftguard.cross_repo.openapi.nodes import Node


@dataclass(frozen=True, slots=True)
class Fact:
    """``word`` is what a rule id ends in: ``request-property-`` + ``max-decreased``.

    ``key`` is the keyword that it stands under (for its line), ``at`` a node that is nearer, if there is one.
    """

    word: str
    key: str = ""
    old: Any = None
    new: Any = None
    at: Node | None = None
