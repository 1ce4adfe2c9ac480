"""What a policy may be laid over, and what a parent keeps to itself."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated

from pydantic import BeforeValidator, Field, StringConstraints

_FORM = re.compile(r"(?P<repo>[\w.-]+/[\w.-]+)//(?P<path>[\w.-]+(/[\w.-]+)*)@(?P<ref>[\w.+-]+(/[\w.+-]+)*)", re.ASCII)
_DOTS = re.compile(r"(^|/)\.+(/|$)|\.\.")
_SHA = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Reference:
    """One file of one repository at ``ref``: a full commit id, a tag or a branch."""

    repo: str
    path: str
    ref: str

    @classmethod
    def parse(cls, text: str) -> Reference:
        """``acme/platform-policies//policy.yaml@v3``. Raises ``ValueError``."""
        match = _FORM.fullmatch(text)
        if match is None or any(map(_DOTS.search, match.group("repo", "path", "ref"))):
            form = "owner/repo//path/policy.yaml@<commit, tag or branch>"
            raise ValueError(f"'{text}' doesn't name a parent policy: {form}")
        return cls(match["repo"], match["path"], match["ref"])

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


def _checked(value: object) -> object:
    if isinstance(value, str):
        Reference.parse(value)
    return value


ParentReference = Annotated[
    str,
    BeforeValidator(
        _checked,
        json_schema_input_type=Annotated[str, Field(pattern=r"^[\w.-]+/[\w.-]+//[\w./-]+@[\w.+/-]+$")],
    ),
]
PolicyPath = Annotated[str, StringConstraints(pattern=r"^[a-z_]+(\.[A-Za-z_]+|\[[^\[\]]+\])*$")]
"""``janitor.ttl``, or ``rules[docs].mode`` for the entry of that name."""
