"""Where a policy says its parent is: ``extends: acme/platform-policies//policy.yaml@<ref>``. Pure text."""

from __future__ import annotations

import re
from dataclasses import dataclass

from driftguard.policy import split_reference

_SHA = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Reference:
    """One file of one repository at ``ref``: a full commit id, a tag or a branch."""

    repo: str
    path: str
    ref: str

    @classmethod
    def read(cls, text: object) -> Reference | None:
        """``None`` for what doesn't have the form; the schema says so."""
        try:
            return cls(*split_reference(text)) if isinstance(text, str) else None
        except ValueError:
            return None

    @property
    def pinned(self) -> bool:
        """Whether it names one commit for good."""
        return _SHA.fullmatch(self.ref) is not None

    @property
    def place(self) -> str:
        """The file, whatever its version."""
        return f"{self.repo}//{self.path}"

    def __str__(self) -> str:
        return f"{self.place}@{self.ref}"
