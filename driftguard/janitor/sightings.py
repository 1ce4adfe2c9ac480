"""What a look through the clouds is remembered by: a bounded number of resources, and counts of the rest.

A plan over a million resources must not hold a million of them. Which ones it holds doesn't depend on the order in
which they came: the first by place, type and name.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from driftguard.janitor.lease import Lease, LeaseVerdict
from driftguard.model import Target

T = TypeVar("T")
HELD = 1000
"""Resources of a sort that are held one by one, at least; deletions up to one more than the policy's cap."""

Judged = tuple[Target, Lease]


def by_place(judged: Judged) -> tuple[str, str, str]:
    """The order of a plan: by place, type and name."""
    target = judged[0]
    return target.path, target.name, target.id


@dataclass(slots=True)
class First(Generic[T]):
    """The first ``most`` of all that was added, in the order of ``key``."""

    most: int
    key: Callable[[T], tuple[str, ...]]
    added: int = 0
    _held: list[T] = field(default_factory=list)

    def add(self, item: T) -> None:
        self.added += 1
        self._held.append(item)
        if len(self._held) > 2 * self.most:
            self._cut()

    def __iter__(self) -> Iterator[T]:
        self._cut()
        return iter(tuple(self._held))

    @property
    def left_out(self) -> int:
        return max(0, self.added - self.most)

    def _cut(self) -> None:
        self._held.sort(key=self.key)
        del self._held[self.most :]


@dataclass(slots=True)
class Sightings:
    """Every candidate once: what may go, what stays and why."""

    going: First[Judged]
    staying: First[Judged]
    unknown: First[Judged]
    verdicts: Counter[LeaseVerdict] = field(default_factory=Counter)

    @classmethod
    def under(cls, max_deletions: int) -> Sightings:
        going = max(HELD, max_deletions + 1)  # one more than the cap is enough to know that the plan is denied
        return cls(First(going, by_place), First(HELD, by_place), First(HELD, by_place))

    def add(self, target: Target, judged: Lease) -> None:
        self.verdicts[judged.verdict] += 1
        if judged.deletable:
            self.going.add((target, judged))
        elif judged.verdict is LeaseVerdict.UNKNOWN:
            self.unknown.add((target, judged))
        else:
            self.staying.add((target, judged))

    def __iter__(self) -> Iterator[Judged]:
        """Everything that is held, in the order of a plan."""
        return iter(sorted((*self.going, *self.staying, *self.unknown), key=by_place))

    def take_going(self) -> list[Target]:
        """What may go, no longer counted: to be looked at and added again."""
        taken = list(self.going)
        self.verdicts.subtract(judged.verdict for _, judged in taken)
        self.going = First(self.going.most, by_place)
        return [target for target, _ in taken]

    @property
    def seen(self) -> int:
        return self.verdicts.total()

    def notes(self) -> Iterator[str]:
        """What isn't held one by one, in a sentence."""
        left_out = sum(first.left_out for first in (self.going, self.staying, self.unknown))
        if left_out:
            counts = ", ".join(f"{count} {verdict.value}" for verdict, count in sorted(self.verdicts.items()) if count)
            yield f"{self.seen} resources seen ({counts}); {left_out} of them are not listed one by one"
