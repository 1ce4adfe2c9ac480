"""Which sections of the documentation belong to a change: those that name what it changes, rarer names first.

The documentation at head is read once; where there is very much of it, only the files that a search finds.
"""

from __future__ import annotations

import heapq
import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise, zip_longest
from pathlib import PurePosixPath

from driftguard.ai_sync.exhibits import Exhibit
from driftguard.globs import Globs
from driftguard.policy import AiSync
from driftguard.ports import SourceTree

MOST_NAMES = 60
"""Names of one exhibit that are looked for, and as many words."""
MOST_FILES = 2_000
"""Documentation files that are read; of more, those with the most hits for the most telling names."""
MOST_SEARCHED = 200
"""Names of that search: git looks for each on every line."""
SECTION = 3_000
"""Characters; a longer section is several."""
EVERYWHERE = 200
"""Sections; a name that more of them hold tells them apart no better than no name."""
SECTIONS = 6
"""Sections of one exhibit, the best ones."""

_NAME = re.compile(r"--[a-z][\w-]*\w|[\w{}.-]*(?:/[\w{}:.-]*[\w}])+|[A-Za-z_]\w*(?:[-.][A-Za-z_]\w*)*")
_JOINT = re.compile(r"[/._{}:-]+")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_HEADING = re.compile(r"^(?:#{1,6}|={1,6})\s+\S.*$|^\S.*\n(?:={3,}|-{3,}|~{3,}|\^{3,})[ \t]*$", re.MULTILINE)
_CODED = re.compile(r"[_/.\d]|--|[a-z][A-Z]|^[A-Z]{2,}$|-")
_COMMON = frozenset(
    """
    abstract async await begin boolean break catch class const constructor continue default define double elsif
    except export extends false final finally float foreach format function global implements import include inline
    instanceof integer interface internal lambda length local module namespace native nonlocal number object
    operator override package print printf private protected public raise register require return returns select
    sizeof static string strict struct super switch synchronized template their there these throw throws trait true
    typedef typeof undefined union unless unsigned until using value values virtual volatile where which while yield
    """.split()  # noqa: SIM905 - a page of words reads better than a page of quotes
)


@dataclass(frozen=True, slots=True)
class Section:
    """A piece of one documentation file, beginning at ``line`` (from 1)."""

    path: str
    line: int
    text: str


@dataclass(frozen=True, slots=True)
class Match:
    """An exhibit, the sections that belong to it, and how strongly."""

    exhibit: Exhibit
    sections: tuple[Section, ...]
    score: float


def retrieve(
    tree: SourceTree, policy: AiSync, head: str, exhibits: Sequence[Exhibit]
) -> tuple[list[Match], dict[str, str]]:
    """Each exhibit that some section belongs to, strongest first; and every documentation file that was read."""
    names = [names_of(exhibit) for exhibit in exhibits]
    docs = _read(tree, policy, head, names)
    sections = [section for path in sorted(docs) for section in split(path, docs[path])]
    holding = _holding(sections, {name for found in names for name in found})
    matches = [_match(exhibit, found, sections, holding) for exhibit, found in zip(exhibits, names, strict=True)]
    belonging = [match for match in matches if match.sections]
    return sorted(belonging, key=lambda match: (-match.score, match.exhibit.path)), docs


def names_of(exhibit: Exhibit) -> list[str]:
    """What its changed lines and its path name, the most telling first: names as a coder writes them, then words."""
    path = PurePosixPath(exhibit.path)
    found = _counted(exhibit.changed)
    found.update(dict.fromkeys(_counted(exhibit.path), 10))
    ranked = sorted((name for name in found if _telling(name)), key=lambda name: (-found[name], -len(name), name))
    coded = [exhibit.path, path.name, *(name for name in ranked if _CODED.search(name))]
    words = (name for name in ranked if not _CODED.search(name))
    return list(dict.fromkeys([*coded[:MOST_NAMES], *islice(words, MOST_NAMES)]))


def _counted(text: str) -> Counter[str]:
    """How often ``text`` holds each name, and each part of those that are put together."""
    whole = Counter(_NAME.findall(text))
    found = Counter(whole)
    for name, count in whole.items():
        for part in _parts(name):
            found[part] += count
    return found


def _parts(name: str) -> set[str]:
    """``shop/orderCache.ttl`` holds ``orderCache``, ``shop``, ``order``, ``Cache`` and ``ttl``."""
    if name.isalpha() and (name.islower() or name.isupper()):
        return set()
    words = {part for piece in _JOINT.split(name) for part in _CAMEL.sub(" ", piece).split()}
    return (words | {piece for piece in re.split(r"[/.]", name) if piece}) - {name}


def _telling(name: str) -> bool:
    if name.lower() in _COMMON:
        return False
    return len(name) >= (3 if _CODED.search(name) else 5)


def _read(tree: SourceTree, policy: AiSync, head: str, names: Sequence[Sequence[str]]) -> dict[str, str]:
    is_none = Globs(policy.not_docs)
    paths = [path for path in Globs(policy.docs).select(tree.files(head)) if not is_none.match(path)]
    if len(paths) > MOST_FILES:
        telling = list(dict.fromkeys(name for rank in zip_longest(*names) for name in rank if name))[:MOST_SEARCHED]
        hits = Counter(hit.path for hit in tree.search(head, telling, [pathspec(glob) for glob in policy.docs]))
        paths = sorted(sorted(paths, key=lambda path: -hits[path])[:MOST_FILES])
    return {path: data.decode(errors="replace") for path, data in tree.read_many(head, paths) if b"\0" not in data}


def pathspec(pattern: str) -> str:
    """One of the policy's globs as git's own, so that code is never searched."""
    anchored = pattern.lstrip("/")
    if "/" not in pattern.rstrip("/"):
        anchored = f"**/{anchored}"
    return f":(top,glob){anchored}{'**' if anchored.endswith('/') else ''}"


def split(path: str, text: str) -> Iterator[Section]:
    """The file's sections in order; together they are the whole text."""
    starts = [0, *(match.start() for match in _HEADING.finditer(text) if match.start()), len(text)]
    for start, end in pairwise(starts):
        for begin, stop in _windows(text, start, end):
            if text[begin:stop].strip():
                yield Section(path, text.count("\n", 0, begin) + 1, text[begin:stop])


def _windows(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Cut at the last blank line that keeps a piece within ``SECTION``, else at a line's end, else anywhere."""
    while end - start > SECTION:
        limit = start + SECTION
        cut = max(text.rfind("\n\n", start + 1, limit), -1)
        cut = cut if cut > start else text.rfind("\n", start + 1, limit)
        cut = cut + 1 if cut > start else limit
        yield start, cut
        start = cut
    yield start, end


def _holding(sections: Sequence[Section], names: Iterable[str]) -> Mapping[str, frozenset[int]]:
    """For each name, in small letters, the sections that hold it as a whole word."""
    wanted = {name.casefold() for name in names}
    found: dict[str, set[int]] = {}
    for index, section in enumerate(sections):
        for name in wanted.intersection(word.casefold() for word in _counted(section.text)):
            found.setdefault(name, set()).add(index)
    return {name: frozenset(indices) for name, indices in found.items()}


def _match(
    exhibit: Exhibit, names: Sequence[str], sections: Sequence[Section], holding: Mapping[str, frozenset[int]]
) -> Match:
    scores: dict[int, float] = {}
    for name in names:
        places = holding.get(name.casefold(), frozenset())
        if len(places) > EVERYWHERE:
            continue
        weight = (2.0 if _CODED.search(name) else 1.0) * math.log(1 + len(sections) / max(1, len(places)))
        for index in places:
            scores[index] = scores.get(index, 0.0) + weight
    best = heapq.nsmallest(SECTIONS, scores, key=lambda index: (-scores[index], index))
    return Match(exhibit, tuple(sections[index] for index in sorted(best)), max((scores[i] for i in best), default=0.0))
