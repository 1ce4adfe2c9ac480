"""The one matcher: a ``Detector`` over one family's tables."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from driftguard.ai_sync.arguments import tentative
from driftguard.ai_sync.items import Extraction, Known, is_bare
from driftguard.ai_sync.parsed import ParsedFile, constants
from driftguard.ai_sync.reading import Reading
from driftguard.ai_sync.rules import Family


@dataclass(frozen=True)
class Reader:
    """Reads the files of one family."""

    family: Family

    @property
    def kind(self) -> str:
        return self.family.kind

    @property
    def pathspecs(self) -> tuple[str, ...]:
        return tuple(f"*{suffix}" for suffix in self.family.grammars) + self.family.filenames

    def claims(self, path: str) -> bool:
        if self.family.interpreter and is_bare(path):
            return True
        name = path.rpartition("/")[2]
        return name in self.family.filenames or name.endswith(self._suffixes)

    @cached_property
    def _suffixes(self) -> tuple[str, ...]:
        return tuple(self.family.grammars)

    def might_hold(self, source: bytes) -> bool:
        return self.family.hint.search(source) is not None or next(tentative(source), None) is not None

    def extract(self, path: str, source: str, known: Known) -> Extraction:
        language = next((name for suffix, name in self.family.grammars.items() if path.endswith(suffix)), "")
        language = language or next(iter(self.family.grammars.values()))
        if is_bare(path) and path.rpartition("/")[2] not in self.family.filenames and not self._runs(source):
            return Extraction()
        code = self.family.code(path, source)
        file = ParsedFile(self.family, language, path, code, known.constants)
        return Reading(file, known).extraction()

    def _runs(self, source: str) -> bool:
        return re.match(rf"#![^\n]*\b{self.family.interpreter or '(?!)'}", source) is not None

    def constants(self, line: str) -> Mapping[str, str]:
        return constants(self.family, line)

    def defines(self, name: str, line: str) -> bool:
        return re.search(self.family.definition.replace("NAME", re.escape(name)), line) is not None
