"""The environments that Terraform built, as one look at one commit of one repository finds them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from driftguard.errors import DriftGuardError
from driftguard.janitor.stacks import destructions, stacks_of
from driftguard.model import Action, Event, Gap, Target
from driftguard.policy import Policy
from driftguard.ports import Sources


@dataclass(frozen=True, slots=True)
class Builds:
    """``revision`` is never the pull request's own commit, since a destroy may run what the configuration says."""

    repo: str
    revision: str
    policy: Policy
    gaps: tuple[Gap, ...] = ()

    @classmethod
    def at(cls, event: Event, sources: Sources) -> Builds:
        """At the base of a pull request, else at the commit of the event."""
        asked = event.base_sha or event.sha or "HEAD"
        if sources.policy.janitor.terraform is None:
            return cls(event.repo, asked, sources.policy)
        try:
            return cls(event.repo, sources.tree.resolve(asked), sources.policy)
        except DriftGuardError as error:
            return cls(event.repo, asked, sources.policy, (Gap("terraform", "the configuration", str(error)),))

    def whole(self, environment: str) -> bool:
        """Whether ``environment`` goes as a whole, since Terraform built it."""
        return any(stacks_of(environment, self.repo, self.revision, self.policy))

    def destructions(self, ending: Mapping[str, Sequence[Target]]) -> Mapping[str, Sequence[Action]]:
        """What destroys each of the environments that Terraform built."""
        found = {}
        for name, members in ending.items():
            stacks = list(stacks_of(name, self.repo, self.revision, self.policy))
            if stacks:
                found[name] = list(destructions(stacks, members, self.repo, self.policy))
        return found
