"""The project's own forms, from ``extractors:`` in the policy, as one more detector each."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from driftguard.ai_sync import grammar
from driftguard.ai_sync.items import ItemKind
from driftguard.ai_sync.plain import PlainReader
from driftguard.ai_sync.rules import Found
from driftguard.ai_sync.spelling import Named
from driftguard.errors import UsageError
from driftguard.globs import Globs
from driftguard.policy import Extractor


@dataclass(frozen=True)
class ProjectReader(PlainReader):
    """A ``Detector`` whose files are the extractor's ``paths``."""

    globs: Globs

    @property
    def pathspecs(self) -> tuple[str, ...]:
        return tuple(f":(glob){glob if '/' in glob else f'**/{glob}'}" for glob in self.names)

    def claims(self, path: str) -> bool:
        return self.globs.match(path)


def project_reader(number: int, extractor: Extractor) -> ProjectReader:
    """One for each extractor. A pattern that the grammar doesn't take raises ``UsageError`` when used."""
    forms = _Forms(extractor)
    return ProjectReader(f"extractor {number}", extractor.paths, re.compile(rb""), forms.find, Globs(extractor.paths))


@dataclass(frozen=True)
class _Forms:
    extractor: Extractor

    def find(self, path: str, text: str) -> Iterator[Found]:  # noqa: ARG002 - one shape for all plain files
        kind = ItemKind(self.extractor.kind)
        if self.extractor.pattern is not None:
            for node in self._matched(text):
                name = node.get_match("NAME")
                if name is not None:
                    yield Found(kind, Named(name.text().strip("\"'`")), name.range().start.index)
            return
        for match in self._regex.finditer(text):
            yield Found(kind, Named(match["name"]), match.start("name"))

    def _matched(self, text: str) -> list[grammar.Node]:
        try:
            return list(grammar.parse(text, self.extractor.language).find_all(pattern=self.extractor.pattern))
        except RuntimeError as error:
            said = str(error).partition("\n")[0]
            raise UsageError(f"ai_sync.extractors: '{self.extractor.pattern}' is no pattern: {said}") from error

    @cached_property
    def _regex(self) -> re.Pattern[str]:
        return re.compile(self.extractor.regex or "(?!)", re.MULTILINE)
