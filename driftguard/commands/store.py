"""Which overrides count on a pull request. GitHub itself is the database; nothing else is hosted.

Our answer to a command names the check run that holds the override. The answer is only the way to it: what counts
stands in the check run (see ``record``). Deleting the answer takes the override back.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from driftguard import markers
from driftguard.commands import record
from driftguard.errors import DriftGuardError
from driftguard.forge import Comment, Forge, Override, Overrides
from driftguard.model import Event
from driftguard.policy import GitHub
from driftguard.ports import Clock

MOST = 50
"""Overrides that are looked up on one pull request, newest first."""


@dataclass(frozen=True, slots=True)
class OverrideStore:
    forge: Forge | None
    policy: GitHub
    clock: Clock

    def overrides(self, event: Event) -> Overrides:
        """What holds for the event's pull request at its head. Never raises."""
        if event.number is None or not event.sha:
            return Overrides()
        if self.forge is None:
            return Overrides(trouble=("no token for GitHub, so no maintainer's override was looked up",))
        try:
            comments = self.forge.comments(event.repo, event.number)
        except DriftGuardError as error:
            return Overrides(trouble=(f"overrides could not be read, so none counts: {error}",))
        return self._held(event, event.number, list(_named(comments, self.policy.author))[-MOST:])

    def _held(self, event: Event, number: int, checks: list[int]) -> Overrides:
        held: list[Override] = []
        trouble: list[str] = []
        for check in checks:
            try:
                override = self._one(event.repo, check)
            except DriftGuardError as error:
                trouble.append(f"an override could not be read, so it doesn't count: {error}")
                continue
            if override is not None and override.holds(number, event.sha, self.clock()):
                held.append(override)
        return Overrides(tuple(held), tuple(trouble))

    def _one(self, repo: str, check: int) -> Override | None:
        assert self.forge is not None
        return record.decode(self.forge.check_run(repo, check), self.policy.app)


def _named(comments: Sequence[Comment], author: str) -> Iterator[int]:
    """The check runs that our answers name, oldest first."""
    for comment in comments:
        check = markers.granted(comment.body)
        if check is not None and comment.author.lower() == author.lower():
            yield check
