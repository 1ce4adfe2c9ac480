"""Words that a regex can't match without: a plain search for them rules most places out before the regex is tried.

Reads the part of the syntax that the tables are written in; what it can't tell is ``None``, and anything may match.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache

Words = frozenset[str] | None
"""Every match holds one of these, letter by letter. Where nothing can match at all, there are none."""

_TOKEN = re.compile(
    r"(?P<never>\(\?!\))"
    r"|(?P<open>\((?:\?(?:P<\w+>|[:=!]|<[=!]))?)"
    r"|(?P<close>\))"
    r"|(?P<or>\|)"
    r"|(?P<optional>[*?]\??|\{0*(?:,\d*)?\}\??)"
    r"|(?P<literal>[A-Za-z0-9_-])"
    r"|(?P<other>\{\d+(?:,\d*)?\}|\[\^?\]?(?:\\.|[^\]\\])*\]|\\?.)",
    re.DOTALL,
)
_FOREIGN = re.compile(r"\(\?(?!P<|[:=!]|<[=!])|(?<!\\)[*+?}]\+")
_RUN = re.compile(r"\w+|-+")
_AROUND = ("(?=", "(?!", "(?<=", "(?<!")

_Atom = str | Words


@cache
def words_of(pattern: str) -> Words:
    """What ``pattern``, which ignores no case, can't match without."""
    return None if _FOREIGN.search(pattern) else _either(_TOKEN.finditer(pattern))


def any_of(each: Iterable[Words]) -> Words:
    """What several patterns have in common: a match of any of them holds one of these."""
    found: set[str] = set()
    for words in each:
        if words is None:
            return None
        found |= words
    return frozenset(found)


def may_match(words: Words, text: str) -> bool:
    """Whether the pattern that these are the words of could match somewhere in ``text``."""
    return words is None or any(word in text for word in words)


def _either(tokens: Iterator[re.Match[str]]) -> Words:
    """The branches up to the bracket that closes."""
    branches: list[Words] = []
    closed = False
    while not closed:
        atoms, closed = _branch(tokens)
        branches.append(_best(atoms))
    return any_of(branches)


def _branch(tokens: Iterator[re.Match[str]]) -> tuple[list[_Atom], bool]:
    """Its parts in order, literals one by one; whether it is the last of its group."""
    atoms: list[_Atom] = []
    for token in tokens:
        if token.lastgroup in ("or", "close"):
            return atoms, token.lastgroup == "close"
        if token.lastgroup == "optional":
            atoms[-1:] = [None]
        else:
            atoms.append(_atom(token, tokens))
    return atoms, True


def _atom(token: re.Match[str], tokens: Iterator[re.Match[str]]) -> _Atom:
    if token.lastgroup == "open":
        inside = _either(tokens)
        return None if token[0] in _AROUND else inside
    if token.lastgroup == "never":
        return frozenset()
    return token[0] if token.lastgroup == "literal" else None


def _best(atoms: list[_Atom]) -> Words:
    """Each part is needed; the words that rule out most are the longest."""
    runs = _RUN.findall("".join(atom if isinstance(atom, str) else " " for atom in atoms))
    parts = [*({run} for run in runs), *(atom for atom in atoms if not isinstance(atom, str | None))]
    return frozenset(max(parts, key=_length)) if parts else None


def _length(words: Iterable[str]) -> float:
    return min(map(len, words), default=float("inf"))
