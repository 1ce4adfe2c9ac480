"""Path patterns as in .gitignore: ``*`` within a segment, ``**`` across, a pattern without ``/`` at any depth."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True)
class Globs:
    """``globs.match(path)`` says whether any pattern takes the whole of ``path`` (relative, ``/`` between segments)."""

    patterns: tuple[str, ...]

    def match(self, path: str) -> bool:
        return self._compiled.fullmatch(path) is not None

    def select(self, paths: Iterable[str]) -> list[str]:
        """Those of ``paths`` that match, in their order."""
        return [path for path in paths if self.match(path)]

    @cached_property
    def _compiled(self) -> re.Pattern[str]:
        return re.compile("|".join(map(_regex, self.patterns)) or r"(?!)", re.DOTALL)


def _regex(pattern: str) -> str:
    anchored = pattern.lstrip("/")
    if "/" not in pattern.rstrip("/"):
        anchored = f"**/{anchored}"
    if anchored.endswith("/"):
        anchored += "**"
    tokens = re.findall(r"\*\*/|/\*\*$|\*\*|\*|\?|\[[^\]]+\]|[^*?\[]+|\[", anchored)
    return "".join(map(_token, tokens))


def _token(token: str) -> str:
    simple = {"**/": "(?:.*/)?", "/**": "/.*", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    if token in simple:
        return simple[token]
    if token.startswith("[") and token.endswith("]"):
        inner = token[1:-1].replace("\\", r"\\")
        return f"[^{inner[1:]}]" if inner.startswith("!") else f"[{inner}]"
    return re.escape(token)
