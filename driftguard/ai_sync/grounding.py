"""Whether what a model quotes is really there. Pure: the same claims and evidence give the same answer.

A claim stands if its quote stands in that file at head (whitespace apart) and its line is one that the change added
or removed. Whatever else the model says changes nothing.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import accumulate

from driftguard.ai_sync.claims import Claim

SHORTEST_QUOTE = 12
"""Characters; less than this stands in every file."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What there is: documentation at head by path, and by path the numbers of the lines that the change touches.

    ``added`` counts at head, ``removed`` at base; both are keyed by the path that the model was shown.
    """

    docs: Mapping[str, str]
    added: Mapping[str, frozenset[int]]
    removed: Mapping[str, frozenset[int]]

    def changed(self, claim: Claim) -> bool:
        """Whether the claim's line is in the change."""
        side = self.added if claim.code_side == "added" else self.removed
        return claim.code_line in side.get(claim.code_path, frozenset())


@dataclass(frozen=True, slots=True)
class Standing:
    """A claim that stands, and the line of the documentation (from 1) where its quote begins."""

    claim: Claim
    doc_line: int


@dataclass(frozen=True, slots=True)
class Grounded:
    standing: tuple[Standing, ...]
    dropped: int


def ground(claims: Iterable[Claim], evidence: Evidence) -> Grounded:
    """Keep what stands, count the rest."""
    asked = list(claims)
    standing = tuple(
        Standing(claim, line)
        for claim in asked
        if evidence.changed(claim) and (line := line_of(claim.quote, evidence.docs.get(claim.doc_path, "")))
    )
    return Grounded(standing, len(asked) - len(standing))


def normalised(text: str) -> str:
    """``text`` with every run of whitespace as one space, none at the ends."""
    return " ".join(text.split())


def line_of(quote: str, text: str) -> int:
    """The line of ``text``, from 1, where ``quote`` first begins, whitespace apart; 0 where it doesn't."""
    wanted = normalised(quote)
    if len(wanted) < SHORTEST_QUOTE:
        return 0
    at = normalised(text).find(wanted)
    if at < 0:
        return 0
    words = list(re.finditer(r"\S+", text))
    starts = list(accumulate((len(word[0]) + 1 for word in words), initial=0))
    word = words[bisect_right(starts, at) - 1]
    return text.count("\n", 0, word.start()) + 1
