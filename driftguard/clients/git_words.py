"""Thousands of whole words as a few patterns for ``git grep -P``.

Given one by one (``-F -f``), git goes through every file once for each of them. As one pattern, branching where the
words do, it reads each file once.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

_MOST = 12_000
"""Characters of words in one pattern; PCRE compiles at most 64 KiB."""

_Branches = dict[str, "_Branches"]
_END = ""


def patterns(words: Sequence[str]) -> list[str]:
    """Each matches some of ``words``, and nothing else, where no word goes on before or after, as ``-w`` has it."""
    parts = parted(sorted({*words}), _MOST)
    return [f"(?<![A-Za-z0-9_])(?:{_written(_branching(part))})(?![A-Za-z0-9_])" for part in parts]


def parted(words: Sequence[str], most: int) -> Iterator[Sequence[str]]:
    """In order, in parts of at most ``most`` characters or a single word each."""
    start, size = 0, 0
    for index, word in enumerate(words):
        if size + len(word) > most and index > start:
            yield words[start:index]
            start, size = index, 0
        size += len(word)
    yield words[start:]


def _branching(words: Sequence[str]) -> _Branches:
    root: _Branches = {}
    for word in words:
        branches = root
        for character in word:
            branches = branches.setdefault(character, {})
        branches[_END] = {}
    return root


def _written(branches: _Branches) -> str:
    """Longer words first, so that a word is found in full before its beginning is tried."""
    alternatives = [re.escape(start) + _written(rest) for start, rest in map(_straight, branches.items()) if start]
    if not alternatives:
        return ""
    if len(alternatives) == 1 and _END not in branches:
        return alternatives[0]
    return f"(?:{'|'.join(alternatives)}){'?' if _END in branches else ''}"


def _straight(branch: tuple[str, _Branches]) -> tuple[str, _Branches]:
    """Along a branch as far as it doesn't part or end."""
    start, rest = branch
    while len(rest) == 1 and _END not in rest:
        ((character, rest),) = rest.items()
        start += character
    return start, rest
