"""The change as the judge sees it: every changed line of code with its number, in pieces of a size that can be asked.

Built from whole files at base and head and from the numbers of the added lines, never from a patch's text.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from driftguard.globs import Globs
from driftguard.policy import AiSync
from driftguard.ports import FileChange, SourceTree

CONTEXT = 3
"""Unchanged lines shown around a change."""
LONGEST_LINE = 400
"""Characters; the rest of a longer line is data or generated code."""
PIECE = 12_000
"""Characters of one exhibit; a larger change of one file is several."""


@dataclass(frozen=True, slots=True)
class Line:
    """``mark`` is ``+``, ``-`` or a space; ``number`` counts at head, for ``-`` at base."""

    mark: str
    number: int
    text: str

    def __str__(self) -> str:
        shown = self.text if len(self.text) <= LONGEST_LINE else f"{self.text[:LONGEST_LINE]}…"
        return f"{self.number:6} {self.mark} {shown}"


@dataclass(frozen=True, slots=True)
class Exhibit:
    """Some changed lines of one file, with what stands around them. ``path`` is at head; of a deleted file, at base."""

    path: str
    lines: tuple[Line, ...]

    @property
    def text(self) -> str:
        return "\n".join(map(str, self.lines))

    @property
    def changed(self) -> str:
        """The changed lines alone."""
        return "\n".join(line.text for line in self.lines if line.mark != " ")

    def numbers(self, mark: str) -> frozenset[int]:
        """The numbers of the lines marked so."""
        return frozenset(line.number for line in self.lines if line.mark == mark)


def exhibits(tree: SourceTree, policy: AiSync, base: str, head: str) -> list[Exhibit]:
    """Every changed text file that is no documentation, in path order. Raises what the tree raises."""
    docs = Globs((*policy.docs, *policy.not_docs))
    changes = [change for change in tree.changes(base, head) if not docs.match(change.path)]
    before = _texts(tree, base, [change.old_path for change in changes if change.status != "A"])
    after = _texts(tree, head, [change.path for change in changes if change.status != "D"])
    added = tree.added_lines(base, head, [change.path for change in changes])
    found: list[Exhibit] = []
    for change in changes:
        old, new = _ends(change, before, after)
        if old is not None and new is not None:
            lines = aligned(old, new, added.get(change.path, frozenset()))
            found += [Exhibit(change.path, piece) for piece in _pieces(lines)]
    return found


def _texts(tree: SourceTree, revision: str, paths: Sequence[str]) -> dict[str, list[str]]:
    """Lines as git counts them; binary files are left out."""
    return {
        path: data.decode(errors="replace").removesuffix("\n").split("\n") if data else []
        for path, data in tree.read_many(revision, paths)
        if b"\0" not in data[:8000]
    }


def _ends(
    change: FileChange, before: dict[str, list[str]], after: dict[str, list[str]]
) -> tuple[list[str] | None, list[str] | None]:
    old = [] if change.status == "A" else before.get(change.old_path)
    new = [] if change.status == "D" else after.get(change.path)
    return old, new


def aligned(base: Sequence[str], head: Sequence[str], added: frozenset[int]) -> Iterator[Line]:
    """Both files as one sequence of lines. What ``head`` didn't add, it has from ``base`` in the same order."""
    at = 0
    fresh: list[Line] = []
    for number, text in enumerate(head, 1):
        if number in added:
            fresh.append(Line("+", number, text))
            continue
        while at < len(base) and base[at] != text:
            at += 1
            yield Line("-", at, base[at - 1])
        at += 1
        yield from fresh
        fresh.clear()
        yield Line(" ", number, text)
    yield from (Line("-", number, base[number - 1]) for number in range(at + 1, len(base) + 1))
    yield from fresh


def _pieces(lines: Iterable[Line]) -> Iterator[tuple[Line, ...]]:
    """The changed lines with their surroundings, cut where a piece is full."""
    every = list(lines)
    near: set[int] = set()
    for index, line in enumerate(every):
        if line.mark != " ":
            near.update(range(max(0, index - CONTEXT), index + CONTEXT + 1))
    shown = [line for index, line in enumerate(every) if index in near]
    for _, piece in groupby(zip(shown, _filled(shown), strict=True), key=lambda pair: pair[1]):
        part = tuple(line for line, _ in piece)
        if any(line.mark != " " for line in part):
            yield part


def _filled(lines: Sequence[Line]) -> Iterator[int]:
    """For each line the number of the piece it goes to."""
    piece = size = 0
    for line in lines:
        length = len(str(line)) + 1
        if size + length > PIECE:
            piece, size = piece + 1, 0
        size += length
        yield piece
