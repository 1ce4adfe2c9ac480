"""Looking at targets again, many with one request where their cloud can tell about many at once.

Whoever is about to ask about targets one by one says so first, in order. A question then takes along those that come
next, as many as are to be asked about at the same time; each answer serves once, and only while it is fresh. What many
couldn't be told about is asked about alone, so that one that can't be read doesn't hide the others.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from driftguard.model import Target
from driftguard.ports import Cloud, Look, ReadsTogether

FRESH = 2.0
"""Seconds from the request for many to the last use of its answer; after that a target is asked about anew."""

PATIENCE = 30.0
"""Seconds to wait for an answer that another thread has asked for; after that a target is asked about alone."""

Together = Callable[[ReadsTogether, Sequence[Target]], Mapping[str, Look]]


def as_they_are(cloud: ReadsTogether, targets: Sequence[Target]) -> Mapping[str, Look]:
    """Everything natively, for right before and right after a deletion."""
    return cloud.read_together(targets)


def for_a_plan(cloud: ReadsTogether, targets: Sequence[Target]) -> Mapping[str, Look]:
    """What the inventory can't know natively, for a plan."""
    return cloud.confirm_together(targets)


@dataclass(eq=False, slots=True)
class _Group:
    """One request on its way, or its answer: what it still takes for each target; ``None`` if it failed."""

    targets: Sequence[Target]
    begun: float
    unused: set[str]
    answered: threading.Event = field(default_factory=threading.Event)
    looks: Mapping[str, Look] | None = None


@dataclass(slots=True)
class Looks:
    """``ports.Reread`` over clouds. Safe to share between threads."""

    cloud_of: Callable[[str], Cloud]
    together: Together = as_they_are
    clock: Callable[[], float] = time.monotonic
    _coming: dict[str, dict[str, Target]] = field(default_factory=dict)
    _most: int = 1
    _groups: dict[str, list[_Group]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def expect(self, targets: Sequence[Target], most: int) -> None:
        """These are asked about next, in this order, ``most`` at a time. No answer from before is used any more."""
        coming: dict[str, dict[str, Target]] = {}
        for target in targets:
            coming.setdefault(target.path, {})[target.id] = target
        with self._lock:
            self._coming, self._groups, self._most = coming, {}, most

    def __call__(self, target: Target) -> Target | None:
        """The target as it is now; ``None`` if it is gone. Raises if that can't be known."""
        cloud = self.cloud_of(target.provider)
        if not isinstance(cloud, ReadsTogether):
            return cloud.read(target)
        group, mine = self._join(cloud, target)
        if mine and len(group.targets) == 1:
            look = self.together(cloud, group.targets).get(target.id)
            return look() if look else None
        if mine:
            self._ask(cloud, group)
        group.answered.wait(PATIENCE)
        if group.looks is None or self.clock() - group.begun > FRESH:
            return cloud.read(target)
        look = group.looks.get(target.id)
        return look() if look else None

    def _join(self, cloud: ReadsTogether, target: Target) -> tuple[_Group, bool]:
        """The group that is asked about together with ``target``, and whether the caller is to ask."""
        with self._lock:
            coming = self._coming.get(target.path, {})
            coming.pop(target.id, None)
            now = self.clock()
            groups = [group for group in self._groups.get(target.path, ()) if _useful(group, now)]
            self._groups[target.path] = groups
            for group in groups:
                if target.id in group.unused:
                    group.unused.remove(target.id)
                    return group, False
            asked = {id_ for group in groups for id_ in group.unused}
            others = (other for other in coming.values() if other.id not in asked)
            taken = [target, *islice(others, min(cloud.at_once(target), self._most) - 1)]
            group = _Group(taken, now, {other.id for other in taken[1:]})
            groups.append(group)
            return group, True

    def _ask(self, cloud: ReadsTogether, group: _Group) -> None:
        try:
            group.looks = self.together(cloud, group.targets)
        except Exception:  # noqa: BLE001, S110 - each is asked about alone, and then says itself what is wrong
            pass
        finally:
            group.answered.set()


def _useful(group: _Group, now: float) -> bool:
    """Fresh, or still on its way."""
    return now - group.begun <= FRESH or not group.answered.is_set()
