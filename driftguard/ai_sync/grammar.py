"""The parser: ast-grep over tree-sitter grammars, loaded when a file really has to be parsed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any

from driftguard.ai_sync.necessary import Words
from driftguard.errors import MissingExtra

Node = Any
"""``ast_grep_py.SgNode``; its stubs don't say what its matches hold."""


def parse(source: str, language: str) -> Node:
    """The root node of a whole file. Raises ``MissingExtra`` without ast-grep."""
    try:
        from ast_grep_py import SgRoot  # noqa: PLC0415 - 25 ms that only a changed file of code needs
    except ImportError as error:
        raise MissingExtra("docs", "ai_sync") from error
    return SgRoot(source, language).root()


def of_kinds(root: Node, kinds: Iterable[str]) -> Iterator[Node]:
    """Every node of one of ``kinds``, in the order of the text."""
    yield from holding(root, dict.fromkeys(kinds))


def holding(root: Node, wanted: Mapping[str, Words]) -> Iterator[Node]:
    """Every node of one of these kinds that holds one of the kind's words, in the order of the text."""
    rules = [_rule(kind, words) for kind, words in sorted(wanted.items(), key=lambda pair: pair[0])]
    rule: Mapping[str, Any] = {"rule": {"any": rules}}
    yield from root.find_all(rule)


def _rule(kind: str, words: Words) -> Mapping[str, str]:
    return {"kind": kind} if words is None else {"kind": kind, "regex": "|".join(sorted(words)) or "[^\\s\\S]"}


@cache
def has_kind(language: str, kind: str) -> bool:
    """Whether a grammar knows a kind of node; grammars change their words from one version to the next."""
    try:
        parse("", language).find(kind=kind)
    except RuntimeError:
        return False
    return True
