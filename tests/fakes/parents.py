"""Policies of other repositories, in memory."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from driftguard.errors import NotFound
from driftguard.policy import Reference
from driftguard.ports import ParentFile


@dataclass
class FakeParents:
    """``ports.Parents``. ``texts`` maps ``owner/repo//path`` to what stands there; any ref is the commit ``sha``."""

    texts: Mapping[str, str]
    sha: str = "c" * 40
    asked: list[str] = field(default_factory=list)

    def fetch(self, reference: Reference, tokens: Sequence[str]) -> ParentFile:
        self.asked.append(f"{reference} {' '.join(tokens)}")
        if reference.place not in self.texts:
            raise NotFound(f"{reference}: 404")
        return ParentFile(reference.ref if reference.pinned else self.sha, self.texts[reference.place].encode())
