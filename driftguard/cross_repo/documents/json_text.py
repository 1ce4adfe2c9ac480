"""JSON by the standard library's C scanner; where a value stands is looked up only when somebody asks.

A 10 MB contract with three changes costs one parse and a few partial ones, not an index of every value.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NoReturn

from driftguard.cross_repo.contracts.changes import Unreadable

_SPACE = re.compile(r"[ \t\n\r]*")
_SCANNER = json.JSONDecoder(strict=False)


def parse(path: str, text: str) -> Any:
    """Raises ``Unreadable`` with the place of the flaw."""

    def no_constant(word: str) -> NoReturn:
        raise Unreadable(path, *_counted(text, max(0, text.find(word))), f"{word} is not JSON")

    try:
        return json.loads(text, parse_constant=no_constant)
    except json.JSONDecodeError as error:
        raise Unreadable(path, error.lineno, error.colno, f"not JSON: {error.msg}") from None
    except RecursionError:
        raise Unreadable(path, 1, 1, "nested too deeply to be compared") from None
    except ValueError as error:
        raise Unreadable(path, 1, 1, f"not JSON: {error}") from None


def _counted(text: str, offset: int) -> tuple[int, int]:
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)


@dataclass(frozen=True)
class JsonPlaces:
    """Where the values of a valid JSON text stand."""

    text: str
    _children: dict[int, dict[str, tuple[int, int]]] = field(default_factory=dict)

    def place(self, pointer: Sequence[str]) -> tuple[int, int]:
        """Line and column of the member or item at ``pointer``; of the nearest one above it, if it isn't there."""
        shown = value = self._skip(0)
        for token in pointer:
            found = self._members(value).get(token)
            if found is None:
                break
            shown, value = found
        return _counted(self.text, shown)

    def _members(self, offset: int) -> dict[str, tuple[int, int]]:
        """Name (or index) -> offset of the key (of the item itself) and of the value."""
        if offset not in self._children:
            opening = self.text[offset : offset + 1]
            self._children[offset] = self._scan(offset + 1, opening) if opening in ("{", "[") else {}
        return self._children[offset]

    def _scan(self, offset: int, opening: str) -> dict[str, tuple[int, int]]:
        found: dict[str, tuple[int, int]] = {}
        offset = self._skip(offset)
        while self.text[offset] not in "]}":
            shown, name = offset, str(len(found))
            if opening == "{":
                name, offset = _SCANNER.raw_decode(self.text, offset)
                offset = self._skip(self._skip(offset) + 1)
            found[name] = shown, offset
            _, offset = _SCANNER.raw_decode(self.text, offset)
            offset = self._skip(offset)
            if self.text[offset] == ",":
                offset = self._skip(offset + 1)
        return found

    def _skip(self, offset: int) -> int:
        match = _SPACE.match(self.text, offset)
        assert match is not None
        return match.end()
