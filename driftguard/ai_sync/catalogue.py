"""Items of many files of one revision, with what other files say of their constants and functions."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from driftguard.ai_sync import inherited, mounts
from driftguard.ai_sync.extraction import Job, detectors_of, extract_all
from driftguard.ai_sync.items import Detector, Extraction, Helper, Item, Known, is_bare
from driftguard.globs import Globs
from driftguard.policy import AiSync
from driftguard.ports import SourceTree, WordHit
from driftguard.registry import discover

_BUNDLED = (b"__webpack_require__", b"webpackJsonp", b"(function(f){if(typeof exports===", b"/******/ (")
Extracted = tuple[Detector, str, str, Extraction]
_MOST_FILES = 60
"""Files that are parsed in search of one kind's functions; a name defined in more of them is nobody's."""

_GENERATED = re.compile(
    rb"(?:[^\n]*\n){0,5}?(?:[ \t]*(?://|#|/?\*+|--|<!--)[^\n]*(?:DO NOT (?:EDIT|MODIFY)|@generated\b))", re.IGNORECASE
)


@dataclass
class Catalogue:
    """``read`` gives every item of some files. Reads only."""

    tree: SourceTree
    policy: AiSync
    _claims: dict[str, Sequence[Detector]] = field(default_factory=dict)
    _mounted: dict[tuple[str, tuple[str, ...]], Sequence[mounts.Mount]] = field(default_factory=dict)

    def read(self, revision: str, paths: Sequence[str]) -> list[Item]:
        """In two rounds: what a first reading wants from elsewhere is looked up, and its files are read again."""
        first = list(self._extract(revision, paths, {}))
        wanted: dict[str, set[str]] = defaultdict(set)
        for detector, _, _, extraction in first:
            wanted[detector.kind] |= extraction.wants
        known = self._look_up(revision, wanted)
        found: list[Item] = []
        for detector, path, source, extraction in first:
            more = known.get(detector.kind)
            useful = more and extraction.wants & (set(more.constants) | set(more.helpers))
            found += (detector.extract(path, source, more) if more and useful else extraction).items
        return mounts.mounted(found, self._mounts(revision, mounts.specs_of(found)))

    def _mounts(self, revision: str, specs: tuple[str, ...]) -> Sequence[mounts.Mount]:
        if (revision, specs) not in self._mounted:
            above = inherited.find(self.tree, revision) if set(specs) & set(mounts.CSHARP) else []
            self._mounted[revision, specs] = [*mounts.find(self.tree, revision, specs), *above]
        return self._mounted[revision, specs]

    def claims(self, path: str) -> bool:
        """Whether a file is code that asks something of users, in a language we read."""
        return bool(self._claiming(path))

    def _claiming(self, path: str) -> Sequence[Detector]:
        """The language's detector, and the project's own; a script without a suffix says its language itself."""
        if path not in self._claims:
            self._claims[path] = self._asked(path)
        return self._claims[path]

    def _asked(self, path: str) -> list[Detector]:
        if self._not_code.match(path):
            return []
        languages = [detector for detector in self.detectors.values() if detector.claims(path)]
        own = [detector for detector in self._own if detector.claims(path)]
        return [*(languages if is_bare(path) else languages[:1]), *own]

    @cached_property
    def pathspecs(self) -> tuple[str, ...]:
        every = (*self.detectors.values(), *self._own)
        return tuple(sorted({spec for detector in every for spec in detector.pathspecs}))

    @cached_property
    def detectors(self) -> Mapping[str, Detector]:
        return discover("driftguard.ai_sync.detectors", "DETECTOR")

    @cached_property
    def _by_kind(self) -> Mapping[str, Detector]:
        return detectors_of(self.policy)

    @cached_property
    def _own(self) -> Sequence[Detector]:
        return [detector for kind, detector in self._by_kind.items() if kind not in self.detectors]

    @cached_property
    def _not_code(self) -> Globs:
        return Globs(self.policy.not_code)

    def _extract(self, revision: str, paths: Sequence[str], known: Mapping[str, Known]) -> Iterator[Extracted]:
        claimed = {path: claiming for path in paths if (claiming := self._claiming(path))}
        jobs = [
            Job(detector.kind, path, data.decode(errors="replace"))
            for path, data in self.tree.read_many(revision, list(claimed))
            if not _is_machine_made(data)
            for detector in claimed[path]
            if detector.might_hold(data)
        ]
        for job, extraction in extract_all(jobs, self.policy, known):
            yield self._by_kind[job.kind], job.path, job.source, extraction

    # --- what other files define

    def _look_up(self, revision: str, wanted: Mapping[str, set[str]]) -> Mapping[str, Known]:
        words = sorted({word for names in wanted.values() for word in names})
        if not words:
            return {}
        specs = sorted({spec for kind in wanted if wanted[kind] for spec in self.detectors[kind].pathspecs})
        lines: dict[str, list[tuple[str, WordHit]]] = defaultdict(list)
        for hit in self.tree.search(revision, words, specs):
            detector = next(iter(self._claiming(hit.path)), None)
            if detector and (name := _defined(detector, wanted.get(detector.kind, ()), hit.text)):
                lines[detector.kind].append((name, hit))
        return {kind: self._define(revision, self.detectors[kind], found) for kind, found in lines.items()}

    def _define(self, revision: str, detector: Detector, found: list[tuple[str, WordHit]]) -> Known:
        constants: dict[str, set[str]] = defaultdict(set)
        for name, hit in found:
            value = detector.constants(hit.text).get(name)
            if value is not None:
                constants[name].add(value)
        paths = sorted({hit.path for name, hit in found if name not in constants})[:_MOST_FILES]
        names = {name for name, _ in found}
        helpers: dict[str, Helper] = {}
        for _, _, _, extraction in self._extract(revision, paths, {}):
            for helper in extraction.helpers:
                if helper.name in names:
                    helpers.setdefault(helper.name, helper)
        sure = {name: next(iter(values)) for name, values in constants.items() if len(values) == 1}
        return Known(sure, helpers)


def _defined(detector: Detector, names: Iterable[str], line: str) -> str:
    return next((name for name in names if name in line and detector.defines(name, line)), "")


def _is_machine_made(data: bytes) -> bool:
    """Generated or minified: nobody wrote it, nobody documents it."""
    if _GENERATED.match(data[:1000]) or any(mark in data for mark in _BUNDLED):
        return True
    return len(data) > 20_000 and data.count(b"\n") * 500 < len(data)  # noqa: PLR2004 - lines of 500 bytes on average
