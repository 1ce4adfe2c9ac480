"""How documentation spells an item: exact names, whole words, routes with any parameter style."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from driftguard.ai_sync.items import Item, ItemKind

_PARAMETER = re.compile(r"\{[^{}/]*\}|<[^<>/]*>|\[[^\[\]/]*\]|:[A-Za-z_]\w*(?:\([^)]*\))?\??|\*\w*|\$\w+")
_ANY_SEGMENT = r"(?:\{[^{}\s]*\}|<[^<>\s]*>|\[[^\[\]\s]*\]|[^/\s\"'`)]+)"
_ELSEWHERE = re.compile(
    r"https?://(?!localhost|127\.|[^/\s]*example|[^/\s]*[<{$])[\w.-]+\.[a-z]{2,}(?::\d+)?(?:/[\w.%~-]+){2,}\Z"
)
"""Deep within an address on the web, a route's words are another page's."""
_DASHED = {
    ItemKind.ACTION_INPUT,
    ItemKind.ACTION_OUTPUT,
    ItemKind.WORKFLOW_INPUT,
    ItemKind.WORKFLOW_OUTPUT,
    ItemKind.WORKFLOW_SECRET,
    ItemKind.HELM_VALUE,
}


@dataclass(frozen=True)
class Needle:
    """``words`` are what a quick search looks for; ``match`` decides."""

    item: Item

    @cached_property
    def words(self) -> tuple[str, ...]:
        names = (self.item.name, *self.item.aliases)
        if self.item.kind is ItemKind.HTTP_ROUTE:
            return tuple(filter(None, map(_longest, names)))
        if self.item.kind is ItemKind.CLI_FLAG:
            return tuple(dict.fromkeys(name.lstrip("-") for name in names))
        return names

    @property
    def is_whole(self) -> bool:
        """Whether what matches begins and ends with whole words; ports and routes may stand within longer ones."""
        return self.item.kind not in (ItemKind.PORT, ItemKind.HTTP_ROUTE)

    def match(self, line: str) -> bool:
        if self.item.kind is ItemKind.HTTP_ROUTE:
            return any(not _ELSEWHERE.search(line, 0, found.start()) for found in self._pattern.finditer(line))
        return self._pattern.search(line) is not None

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        names = (self.item.name, *self.item.aliases)
        patterns = [_pattern(self.item.kind, name) for name in names]
        if self.item.kind is ItemKind.HELM_VALUE:
            patterns[1:] = [_marked(name, pattern) for name, pattern in zip(names[1:], patterns[1:], strict=True)]
        return re.compile("|".join(patterns), re.IGNORECASE if self.item.kind is ItemKind.HTTP_ROUTE else re.NOFLAG)


def escaped(word: str) -> tuple[str, ...]:
    """A word as text files may hold it: Markdown escapes ``_``, man pages escape ``-``."""
    return tuple(dict.fromkeys((word, word.replace("_", r"\_"), word.replace("-", r"\-"))))


def plain(line: str) -> str:
    """A line without the escapes of Markdown and of man pages."""
    return line.replace(r"\_", "_").replace(r"\-", "-")


def route_key(name: str) -> str:
    """The same for ``/users/{id}``, ``/users/:id`` and ``/users/<int:id>``."""
    return _PARAMETER.sub("{}", name).rstrip("/") or "/"


def _pattern(kind: ItemKind, name: str) -> str:
    if kind is ItemKind.HTTP_ROUTE:
        return _route(name)
    if kind is ItemKind.CLI_FLAG:
        return _flag(name)
    if kind is ItemKind.PORT:
        return rf"(?<![\d.]){re.escape(name)}(?!\d|\.\d)"
    if kind in _DASHED:
        return rf"(?<![\w.-]){re.escape(name)}(?![\w-]|\.\w)"
    return rf"(?<!\w){re.escape(name)}(?!\w)"


def _flag(name: str) -> str:
    """``--fast``, ``--[no-]fast``; ``--max-size`` also where its words stand alone as a name: in a cell or as code."""
    word = name.lstrip("-")
    dashes = name[: len(name) - len(word)]
    negated = r"(?:\[no-\]|\(no-\)|<no->)?" if dashes == "--" else ""
    patterns = [rf"(?<![\w-]){dashes}{negated}{re.escape(word)}(?![\w-]|\.\w)"]
    if dashes == "--" and re.search(r"\w[-.]\w", word):
        patterns.append(rf"[`|]\s*{re.escape(word)}\s*[`|]")
    return "|".join(patterns)


def _marked(name: str, pattern: str) -> str:
    """A parent of one plain word (``image``) is meant only where it is written as a name."""
    return pattern if "." in name else rf"[`|]\s*{re.escape(name)}\s*[`|]"


def _route(name: str) -> str:
    parts = [re.escape(part) for part in _PARAMETER.split(name.rstrip("/"))]
    return _ANY_SEGMENT.join(parts) + r"/?(?![\w/{<:-])"


def _longest(route: str) -> str:
    words = [word for part in _PARAMETER.split(route) for word in re.findall(r"\w+", part)]
    return max(words, key=len, default="")


def matched(needles: list[Needle], line: str) -> Iterator[Needle]:
    """Those that ``line`` names."""
    for needle in needles:
        if any(word in line for word in needle.words) and needle.match(line):
            yield needle
