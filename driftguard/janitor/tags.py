"""Tags as a lease reads them: keys without case, ``:`` as ``-``, and never a value lost."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Tags:
    """Tags by their canonical key. Two keys that differ only in case or ``:`` may hold different values."""

    values: Mapping[str, tuple[str, ...]]

    @classmethod
    def of(cls, tags: Mapping[str, str]) -> Tags:
        found: dict[str, tuple[str, ...]] = {}
        for key, value in tags.items():
            same = canonical(key)
            found[same] = (*found.get(same, ()), value)
        return cls(found)

    def all(self, key: str) -> tuple[str, ...]:
        return self.values.get(canonical(key), ())

    def alike(self, key: str) -> tuple[str, ...]:
        """The values of every key that a person takes for ``key``: for what protects, where a slip mustn't cost."""
        wanted = as_read(canonical(key))
        return tuple(value for own, values in self.values.items() if as_read(own) == wanted for value in values)

    def one(self, key: str) -> str | None:
        """The value of ``key``; ``None`` if there is none. Raises ``ValueError`` if there are two that differ."""
        found = set(self.all(key))
        if len(found) > 1:
            raise ValueError(f"it has two tags {key} that differ")
        return found.pop() if found else None


def canonical(key: str) -> str:
    """A key as tags are compared by: ``driftguard:owner`` is ``driftguard-owner``."""
    return key.lower().replace(":", "-")


def as_read(text: str) -> str:
    """``text`` as a person takes it: without case, look-alike hyphens and letters' widths, or what can't be seen."""
    if text.isascii():
        return text.strip().lower()
    plain = unicodedata.normalize("NFKC", text).casefold()
    seen = "".join(letter for letter in plain if unicodedata.category(letter) != "Cf")
    return re.sub(r"[\u2010-\u2015\u2212]", "-", seen).strip()
