"""The base of detectors for files that aren't programs: one function from text to names."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import translate
from functools import cached_property

from driftguard.ai_sync.items import Extraction, Item, Known
from driftguard.ai_sync.rules import Found


@dataclass(frozen=True)
class PlainReader:
    """A ``Detector`` over ``find(path, text)``. ``names`` are patterns for whole paths, as fnmatch has them."""

    kind: str
    names: tuple[str, ...]
    hint: re.Pattern[bytes]
    find: Callable[[str, str], Iterator[Found]]

    @property
    def pathspecs(self) -> tuple[str, ...]:
        return tuple(name.removeprefix("/").replace("*/", "*", 1) for name in self.names)

    def claims(self, path: str) -> bool:
        return self._named.fullmatch(f"/{path}") is not None

    @cached_property
    def _named(self) -> re.Pattern[str]:
        return re.compile("|".join(map(translate, self.names)) or "(?!)")

    def might_hold(self, source: bytes) -> bool:
        return self.hint.search(source) is not None

    def extract(self, path: str, source: str, known: Known) -> Extraction:  # noqa: ARG002 - nothing is indirect here
        return Extraction(tuple(dict.fromkeys(_item(path, source, found) for found in self.find(path, source))))

    def constants(self, line: str) -> Mapping[str, str]:  # noqa: ARG002
        return {}

    def defines(self, name: str, line: str) -> bool:  # noqa: ARG002
        return False


def _item(path: str, text: str, found: Found) -> Item:
    line = text.count("\n", 0, found.start)
    begin = text.rfind("\n", 0, found.start) + 1
    end = text.find("\n", found.start)
    shown = text[begin : end if end >= 0 else None].strip()[:400]
    column = found.start - begin + 1
    return Item(found.kind, found.named.name, path, line + 1, column, shown, found.named.aliases, found.is_told)
