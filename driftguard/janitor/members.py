"""Which resources an environment has, noticed one by one as a look through the clouds passes them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from driftguard.janitor import lease
from driftguard.janitor.lease import Lease
from driftguard.model import Target


@dataclass(slots=True)
class _Environment:
    targets: dict[str, Target] = field(default_factory=dict)
    ending: bool = False


@dataclass
class Members:
    """``whole`` says whether an environment goes as a whole: only of those is every resource remembered.

    ``ended`` is one that has ended by itself, even if nothing of it is ever seen. A resource may be noticed again, as
    a closer look finds it: the last word counts, also where it could not be read any more.
    """

    whole: Callable[[str], bool]
    ended: str | None
    _found: dict[str, _Environment] = field(default_factory=dict)

    def notice(self, target: Target, judged: Lease) -> None:
        """Remember ``target`` with its environment, whatever becomes of it: also what stays counts there."""
        for environment in self._found.values():
            if target.id in environment.targets:
                environment.targets[target.id] = target
        name = lease.environment_of(target)
        if not name:
            return
        if name not in self._found:
            self._found[name] = _Environment()
        self._found[name].ending |= judged.deletable
        if self.whole(name):
            self._found[name].targets[target.id] = target

    @property
    def ending(self) -> Mapping[str, Sequence[Target]]:
        """The environments of which at least one resource may go, by name, each with its resources in order."""
        names = {name for name, environment in self._found.items() if environment.ending}
        names |= {self.ended} if self.ended is not None else set()
        return {name: self._sorted(name) for name in sorted(names)}

    def _sorted(self, name: str) -> Sequence[Target]:
        targets = self._found.get(name, _Environment()).targets.values()
        return sorted(targets, key=lambda target: (target.path, target.name, target.id))
