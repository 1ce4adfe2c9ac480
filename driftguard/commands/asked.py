"""Who wrote what, where and when, as the payload of a comment's event tells it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from driftguard.model import Event


@dataclass(frozen=True, slots=True)
class Asked:
    """A comment on a pull request, as the payload tells it."""

    repo: str
    number: int
    comment: int
    author: str
    at: datetime
    body: str

    @classmethod
    def read(cls, event: Event) -> Asked | None:
        """``None`` for what is no person's new comment on a pull request."""
        comment, issue = _table(event.payload, "comment"), _table(event.payload, "issue")
        user = _table(comment, "user")
        identity, author, body = comment.get("id"), user.get("login"), comment.get("body")
        if not isinstance(issue.get("pull_request"), Mapping) or user.get("type") == "Bot" or event.number is None:
            return None
        if not isinstance(identity, int) or not isinstance(author, str) or not isinstance(body, str):
            return None
        try:
            at = datetime.fromisoformat(str(comment.get("created_at")))
        except ValueError:
            return None
        return cls(event.repo, event.number, identity, author, at, body) if at.tzinfo and author else None


def _table(value: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = value.get(key)
    return found if isinstance(found, Mapping) else {}
