"""The deterministic guard: what the code at head needs that the code at base didn't, and that no doc names.

Whole files at base and head are compared, never loose hunks, so that a move, a rename or a new layout is nothing new.
Cheap questions come first: documentation is asked before the code of the whole repository is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import translate
from functools import cached_property
from pathlib import PurePosixPath

from driftguard.ai_sync.catalogue import Catalogue
from driftguard.ai_sync.docs import Docs
from driftguard.ai_sync.fixes import Fix, fixes
from driftguard.ai_sync.internal import (
    SCRIPTS,
    is_script,
    not_bound_by_settings,
    not_given,
    not_set_by_build,
    not_set_by_program,
    not_set_by_scripts,
    published,
)
from driftguard.ai_sync.items import Item, ItemKind
from driftguard.ai_sync.near_miss import NearMiss, near_misses
from driftguard.ai_sync.needles import Needle, route_key
from driftguard.ai_sync.stale import Stale, stale
from driftguard.ai_sync.word_index import WordIndex
from driftguard.policy import AiSync
from driftguard.ports import FileChange, SourceTree, WordHit

_WAIVER = re.compile(r"driftguard:\s*ignore\[docs\]")
_SETTINGS = (ItemKind.DOCKER_ENV, ItemKind.COMPOSE_ENV, ItemKind.DOCKER_ARG)

Key = tuple[str, str]


@dataclass
class Guard:
    """Reads one range of one repository."""

    tree: SourceTree
    policy: AiSync
    base: str
    head: str

    def undocumented(self) -> list[Item]:
        """The first place of each new item that no documentation names, by path and line."""
        wanting = self.undocumented_here
        used = self._used_at_base(wanting)
        new = [item for item in wanting if key_of(item) not in used]
        for narrow in (published, not_set_by_scripts, not_given, not_set_by_build, not_bound_by_settings):
            new = narrow(new, self.tree, self.head)
        return not_set_by_program(new, self.tree, self.head, self._paths_after)

    def stale(self) -> list[Stale]:
        """What code at base asked for, no code at head knows, and documentation still names."""
        after = {key_of(item) for item in self._after}
        gone = [item for item in self._before if key_of(item) not in after and self._counts(item)]
        return stale(_first_of_each(gone), self.docs, self.tree)

    def near_misses(self, items: Sequence[Item]) -> list[NearMiss]:
        """Of undocumented ``items`` those whose name the change's documentation almost says."""
        paths = [change.path for change in self.changes if change.status != "D"]
        return near_misses(items, self.docs, self.tree, self.base, paths)

    def fixes(self, items: Sequence[Item]) -> Mapping[Key, Fix]:
        """A line to add for each of ``items``, by ``Item.key``."""
        return fixes(items, self._after, self.docs)

    @cached_property
    def undocumented_here(self) -> list[Item]:
        """New in the files that changed, and not documented."""
        before = {key_of(item) for item in self._before}
        fresh = _first_of_each(item for item in self._after if key_of(item) not in before and self._counts(item))
        documented = self.docs.mentions(fresh)
        return [item for item in fresh if item.key not in documented]

    @cached_property
    def docs(self) -> Docs:
        return Docs(self.tree, self.policy, self.head)

    @cached_property
    def catalogue(self) -> Catalogue:
        return Catalogue(self.tree, self.policy)

    @cached_property
    def changes(self) -> Sequence[FileChange]:
        return self.tree.changes(self.base, self.head)

    @cached_property
    def _before(self) -> list[Item]:
        paths = [change.old_path for change in self.changes if change.status != "A" and self._is_code(change.old_path)]
        return self.catalogue.read(self.base, paths)

    @cached_property
    def _after(self) -> list[Item]:
        return self.catalogue.read(self.head, self._paths_after)

    @cached_property
    def _paths_after(self) -> list[str]:
        return [change.path for change in self.changes if change.status != "D" and self._is_code(change.path)]

    def _is_code(self, path: str) -> bool:
        return self.catalogue.claims(path) and not self.docs.holds(path)

    def _counts(self, item: Item) -> bool:
        if item.is_told or item.kind.value not in self.policy.kinds or _WAIVER.search(item.text):
            return False
        return not item.name.startswith("_") and self._needless.fullmatch(item.name) is None

    @cached_property
    def _needless(self) -> re.Pattern[str]:
        """Names that need no documentation."""
        return re.compile("|".join(map(translate, (*self.policy.ignore, *self.policy.well_known))) or "(?!)")

    def _used_at_base(self, items: Sequence[Item]) -> set[Key]:
        """Which of ``items`` some other file at base already asks for."""
        words = sorted({word for item in items for word in _words(item)})
        index = WordIndex((_Sought(item), _words(item)) for item in items)
        paths: set[str] = set()
        used: set[Key] = set()
        for hit in self.tree.search(self.base, words, self._pathspecs(items)):
            near = index.near(hit.text) if self._is_code(hit.path) else []
            if any(sought.may_stand_in(hit) for sought in near):
                paths.add(hit.path)
                used |= {key_of(sought.item) for sought in near if sought.is_expanded_in(hit) or sought.is_said_in(hit)}
        return used | {key_of(item) for item in self.catalogue.read(self.base, sorted(paths))}

    def _pathspecs(self, items: Sequence[Item]) -> tuple[str, ...]:
        """Scripts without a suffix are known by their neighbours."""
        beside = {f"{PurePosixPath(item.path).parent}/*" for item in items if not PurePosixPath(item.path).suffix}
        return (*self.catalogue.pathspecs, *sorted("*" if spec == "./*" else spec for spec in beside))


def key_of(item: Item) -> Key:
    """What makes two items the same: a variable is one wherever it is set or read, a route whatever its parameters."""
    if item.kind is ItemKind.HTTP_ROUTE:
        return item.kind.value, route_key(item.name)
    kind = ItemKind.ENV_VAR if item.kind in _SETTINGS else item.kind
    return kind.value, item.name


def _first_of_each(items: Iterable[Item]) -> list[Item]:
    """A variable that code reads is that one first, before whatever sets it."""
    first: dict[Key, Item] = {}
    for item in sorted(items, key=lambda item: (item.kind in _SETTINGS, item.path, item.line, item.column)):
        first.setdefault(key_of(item), item)
    return sorted(first.values(), key=lambda item: (item.path, item.line, item.column))


def _words(item: Item) -> tuple[str, ...]:
    """How code may spell an item; a flag may be a parameter's name, a variable a field's."""
    words = Needle(item).words
    if item.kind is ItemKind.CLI_FLAG:
        return tuple({*words, *(word.replace("-", "_") for word in words)})
    if key_of(item)[0] == ItemKind.ENV_VAR:
        return tuple({*words, *(word.lower() for word in words)})
    return words


@dataclass(frozen=True)
class _Sought:
    """An item that base may have asked for, and the lines of code where it may have."""

    item: Item

    def may_stand_in(self, hit: WordHit) -> bool:
        return self._likely.search(hit.text) is not None

    def is_expanded_in(self, hit: WordHit) -> bool:
        """A script that only says ``$X`` needs it already."""
        if not is_script(self.item) or PurePosixPath(hit.path).suffix not in SCRIPTS:
            return False
        return re.search(rf"\$\{{?!?{self.item.name}\b", hit.text) is not None

    def is_said_in(self, hit: WordHit) -> bool:
        """Code that holds a variable's name as a text knows it already, unless it only gives that text a name."""
        if key_of(self.item)[0] != ItemKind.ENV_VAR or "_" not in self.item.name:
            return False
        quoted = rf"([\"'`]){re.escape(self.item.name)}\1"
        bound = rf"[^\"'`()]*=\s*{quoted}[\s;,]*"
        return re.search(quoted, hit.text) is not None and re.fullmatch(bound, hit.text) is None

    @cached_property
    def _likely(self) -> re.Pattern[str]:
        if self.item.kind is not ItemKind.CLI_FLAG:
            words = Needle(self.item).words
            fields = [word.lower() for word in words if key_of(self.item)[0] == ItemKind.ENV_VAR and word.isupper()]
            patterns = [rf"\b{re.escape(word)}\b" for word in words] + [
                rf"^\s*{re.escape(word)}\s*:" for word in fields
            ]
            return re.compile("|".join(patterns) or "(?!)")
        word = re.escape(self.item.name.lstrip("-"))
        bound = re.escape(self.item.name.lstrip("-").replace("-", "_"))
        return re.compile(rf"[\"'`]-{{0,2}}{word}\b|--{word}\b|(?<![\w.]){bound}\s*:|\[no-\]{word}\b")
