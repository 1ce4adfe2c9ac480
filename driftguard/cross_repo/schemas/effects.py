"""What a difference does to the set of values that a schema accepts, and whom that hurts."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import pairwise

from driftguard.cross_repo.documents.library import Node
from driftguard.model import Change, Level
from driftguard.policy import ContractRole


class Effect(StrEnum):
    """``NARROWED``: values that were accepted no longer are. ``WIDENED``: the reverse. ``REPLACED``: both.

    ``UNSURE``: nobody can say without the data. ``NOTE``: neither.
    """

    NARROWED = "narrowed"
    WIDENED = "widened"
    REPLACED = "replaced"
    UNSURE = "unsure"
    NOTE = "note"


_NAMING = ("properties", "$defs", "definitions", "schemas", "messages")
_FLIPPED = {Effect.NARROWED: Effect.WIDENED, Effect.WIDENED: Effect.NARROWED}
_FIXED = {Effect.REPLACED: Level.BREAKING, Effect.UNSURE: Level.DANGEROUS, Effect.NOTE: Level.INFO}
_HURTS = {Effect.NARROWED: ContractRole.CONSUMER, Effect.WIDENED: ContractRole.PRODUCER}


@dataclass(frozen=True, slots=True)
class Delta:
    """One difference at ``node`` (of the new version; of the old one for what is gone)."""

    rule: str
    effect: Effect
    node: Node
    message: str
    keyword: str = ""

    def flipped(self) -> Delta:
        """The same difference inside a ``not``."""
        return replace(self, effect=_FLIPPED.get(self.effect, self.effect))

    def change(self, role: ContractRole) -> Change:
        """Who only consumes must go on taking what it took; who only produces must not say more than it said."""
        document = self.node.document
        pointer = (*self.node.pointer, self.keyword) if self.keyword else self.node.pointer
        line, _ = document.places.place(pointer)
        level = level_of(self.effect, role)
        return Change(
            self.rule, level, self.node.location, f"{_named(self.node, self.rule)}{self.message}", document.path, line
        )


def level_of(effect: Effect, role: ContractRole) -> Level:
    if effect in _FIXED:
        return _FIXED[effect]
    return Level.BREAKING if role in (_HURTS[effect], ContractRole.BOTH) else Level.INFO


def _named(node: Node, rule: str) -> str:
    """``address.zip: `` for what lies in a property; a property that came or went is named by its message."""
    said = ""
    pointer = node.pointer[:-2] if rule.startswith("property-") else node.pointer
    for above, below in pairwise((*pointer, "")):
        if above in _NAMING and below:
            said = f"{said}.{below}" if said else below
        elif above in ("items", "prefixItems"):
            said += "[]"
    return f"{said}: " if said else ""
