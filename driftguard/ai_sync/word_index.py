"""Which of thousands of names one line may hold, without trying each of them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from typing import Generic, TypeVar

T = TypeVar("T")

_TOKEN = re.compile(r"[A-Za-z0-9_]+")


class WordIndex(Generic[T]):
    """Things by the names they go by. A name is looked for by its first word, which must stand whole in the line."""

    def __init__(self, named: Iterable[tuple[T, Iterable[str]]]) -> None:
        self._by_token: dict[str, list[T]] = defaultdict(list)
        for thing, names in named:
            for token in {found[0] if (found := _TOKEN.search(name)) else "" for name in names}:
                self._by_token[token].append(thing)

    def near(self, line: str) -> list[T]:
        """Those that ``line`` may name, each once; what is named without any word always may."""
        tokens = dict.fromkeys([*_TOKEN.findall(line), ""])
        found = {id(thing): thing for token in tokens for thing in self._by_token.get(token, ())}
        return list(found.values())
