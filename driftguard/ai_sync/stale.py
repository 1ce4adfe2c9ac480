"""What the documentation still tells that the code no longer does."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from driftguard.ai_sync.docs import Docs
from driftguard.ai_sync.items import Item, ItemKind
from driftguard.ai_sync.needles import Needle
from driftguard.ports import SourceTree, WordHit

_TELLS_OF_IT = re.compile(
    r"\b(?:removed?|removal|deprecat\w+|no longer|renamed|formerly|previously|legacy|obsolete|replaced|migrat\w+"
    r"|instead of|was\b)",
    re.IGNORECASE,
)
_DISTINCT = re.compile(r"--\w{2}|.*[A-Za-z0-9][_.-][A-Za-z0-9]|/")
_KINDS = frozenset(ItemKind) - {ItemKind.PORT, ItemKind.DOCKER_ARG, ItemKind.DOCKER_ENV, ItemKind.COMPOSE_ENV}
_LOOSE = 3
"""Characters; shorter words stand everywhere."""


@dataclass(frozen=True)
class Stale:
    """``item`` is as base had it; ``hit`` is the documentation's line at head."""

    item: Item
    hit: WordHit


def stale(gone: Sequence[Item], docs: Docs, tree: SourceTree) -> list[Stale]:
    """Of ``gone`` what is in no code at all any more, with the first line of each document that still names it."""
    distinct = [item for item in gone if item.kind in _KINDS and _DISTINCT.match(item.name)]
    mentioned = docs.mentions(distinct)
    named = [item for item in distinct if item.key in mentioned]
    living = _living(named, docs, tree)
    found = []
    for item in named:
        lines = [hit for hit in mentioned[item.key] if not _TELLS_OF_IT.search(hit.text)]
        if item.key not in living and lines:
            found.append(Stale(item, lines[0]))
    return found


def _living(items: Sequence[Item], docs: Docs, tree: SourceTree) -> set[tuple[str, str]]:
    """What still stands somewhere outside the documentation. When in doubt, it lives."""
    needles = [Needle(item) for item in items]
    words = {word for needle in needles for word in (*needle.words, *(w.replace("-", "_") for w in needle.words))}
    found: set[tuple[str, str]] = set()
    for hit in tree.search(docs.revision, sorted(words)):
        if not docs.tells(hit.path):
            found |= {needle.item.key for needle in needles if _stands(needle, hit.text)}
    return found


def _stands(needle: Needle, line: str) -> bool:
    return any(word in line or word.replace("-", "_") in line for word in needle.words if len(word) >= _LOOSE)
