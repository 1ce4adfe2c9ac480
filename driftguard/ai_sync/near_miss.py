"""A name in the documentation of the same change that is almost the code's: most likely a slip."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from driftguard.ai_sync.docs import Docs
from driftguard.ai_sync.items import Item, ItemKind
from driftguard.ports import SourceTree

_NAMES = {
    ItemKind.ENV_VAR: re.compile(r"(?<![\w-])[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+(?!\w)"),
    ItemKind.CLI_FLAG: re.compile(r"(?<![\w-])--[a-z][\w-]+"),
}
_CLOSE = 0.82
"""SequenceMatcher's ratio: CACHE_TIMEOUT_SECS and CACHE_TIMEOUT_SECONDS have 0.92."""


@dataclass(frozen=True)
class NearMiss:
    """``item`` is the code's; ``name`` is what the documentation says at ``path`` and ``line``."""

    item: Item
    name: str
    path: str
    line: int


def near_misses(items: Sequence[Item], docs: Docs, tree: SourceTree, base: str, paths: Iterable[str]) -> list[NearMiss]:
    """For each of ``items`` the closest name that the change adds to documents among ``paths`` and that no code has."""
    wanted = [item for item in items if item.kind in _NAMES]
    changed = [path for path in paths if docs.holds(path)]
    if not wanted or not changed:
        return []
    said = _said(docs, tree, base, changed)
    found = [miss for item in wanted if (miss := _closest(item, said))]
    in_code = _in_code({miss.name for miss in found}, docs, tree)
    return [miss for miss in found if miss.name not in in_code]


def _said(docs: Docs, tree: SourceTree, base: str, paths: Sequence[str]) -> Mapping[str, tuple[ItemKind, str, int]]:
    added = tree.added_lines(base, docs.revision, paths)
    found: dict[str, tuple[ItemKind, str, int]] = {}
    for path, data in tree.read_many(docs.revision, paths):
        lines = data.decode(errors="replace").split("\n")
        for number in sorted(added.get(path, ())):
            for kind, pattern in _NAMES.items():
                for name in pattern.findall(lines[number - 1]) if number <= len(lines) else ():
                    found.setdefault(name, (kind, path, number))
    return found


def _closest(item: Item, said: Mapping[str, tuple[ItemKind, str, int]]) -> NearMiss | None:
    compared = (
        (SequenceMatcher(None, item.name, name), name)
        for name, (kind, _, _) in said.items()
        if kind is item.kind and name != item.name and _alike(item.name, name)
    )
    rated = [(pair.ratio(), name) for pair, name in compared if pair.quick_ratio() >= _CLOSE]
    ratio, name = max(rated, default=(0.0, ""))
    if ratio < _CLOSE:
        return None
    _, path, line = said[name]
    return NearMiss(item, name, path, line)


def _alike(one: str, other: str) -> bool:
    """The most that the ratio can be, by the lengths alone: most names never have to be compared."""
    return 2 * min(len(one), len(other)) >= _CLOSE * (len(one) + len(other))


def _in_code(names: set[str], docs: Docs, tree: SourceTree) -> set[str]:
    words = {name.lstrip("-"): name for name in names}
    hits = tree.search(docs.revision, sorted(words))
    return {words[word] for hit in hits if not docs.tells(hit.path) for word in words if word in hit.text}
