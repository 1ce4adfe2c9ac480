"""The deterministic guard: what the code at head needs that the code at base didn't, and that no doc names.

Whole files at base and head are compared, never loose hunks, so that a move, a rename or a new layout is nothing new.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cached_property

from driftguard.ai_sync.items import Detector, Item
from driftguard.globs import Globs
from driftguard.policy import AiSync
from driftguard.ports import FileChange, SourceTree, WordHit
from driftguard.registry import discover


@dataclass
class Guard:
    """Reads one range of one repository."""

    tree: SourceTree
    policy: AiSync
    base: str
    head: str

    def undocumented(self) -> list[Item]:
        """The first place of each new item that no documentation names, by path and line."""
        new = self._new_items()
        documented = self._documented({item.name for item in new})
        wanting = [item for item in new if item.name not in documented and not self._ignored(item.name)]
        first: dict[tuple[str, str], Item] = {}
        for item in sorted(wanting, key=lambda item: (item.path, item.line, item.column)):
            first.setdefault((item.kind, item.name), item)
        return list(first.values())

    def _new_items(self) -> list[Item]:
        changes = self._code(self.tree.changes(self.base, self.head))
        before = {(item.kind, item.name) for item in self._extract(self.base, [change.old_path for change in changes])}
        after = self._extract(self.head, [change.path for change in changes if change.status != "D"])
        fresh = [item for item in after if (item.kind, item.name) not in before]
        used = self._used_at_base({item.name for item in fresh})
        return [item for item in fresh if (item.kind, item.name) not in used]

    def _used_at_base(self, names: set[str]) -> set[tuple[str, str]]:
        """Which of ``names`` some other file at base already asks for."""
        paths = {hit.path for hit in self.tree.search(self.base, sorted(names)) if self._detector(hit.path)}
        return {(item.kind, item.name) for item in self._extract(self.base, sorted(paths))}

    def _documented(self, names: set[str]) -> set[str]:
        found: set[str] = set()
        for hit in self.tree.search(self.head, sorted(names)):
            if self._docs.match(hit.path) and not self._not_docs.match(hit.path):
                found |= _named_in(hit, names)
        return found

    def _extract(self, revision: str, paths: Sequence[str]) -> Iterator[Item]:
        for path, data in self.tree.read_many(revision, paths):
            detector = self._detector(path)
            if detector is not None and detector.might_hold(data):
                yield from detector.extract(path, data.decode(errors="replace"))

    def _code(self, changes: Iterable[FileChange]) -> list[FileChange]:
        return [change for change in changes if self._detector(change.path) or self._detector(change.old_path)]

    def _detector(self, path: str) -> Detector | None:
        return next((detector for detector in self._detectors.values() if detector.claims(path)), None)

    def _ignored(self, name: str) -> bool:
        return any(fnmatchcase(name, pattern) for pattern in self.policy.ignore)

    @cached_property
    def _detectors(self) -> Mapping[str, Detector]:
        return discover("driftguard.ai_sync.detectors", "DETECTOR")

    @cached_property
    def _docs(self) -> Globs:
        return Globs(self.policy.docs)

    @cached_property
    def _not_docs(self) -> Globs:
        return Globs(self.policy.not_docs)


def _named_in(hit: WordHit, names: set[str]) -> set[str]:
    return names.intersection(re.findall(r"\w+", hit.text))
