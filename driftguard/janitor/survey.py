"""A look through the clouds: everything once, and a second, native look at whatever would go.

The second one matters because inventories list what is long gone, and know nothing of what the cloud protects.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from driftguard import lanes
from driftguard.janitor.lease import Lease
from driftguard.janitor.sightings import Sightings
from driftguard.looks import Looks, for_a_plan
from driftguard.model import Gap, Target, fingerprint
from driftguard.policy import Policy
from driftguard.ports import Cloud


@dataclass(slots=True)
class Survey:
    """What was seen, judged, and what was not seen."""

    seen: Sightings
    gaps: list[Gap] = field(default_factory=list)

    def add(self, items: Iterable[Target | Gap], judge: Callable[[Target], Lease]) -> None:
        for item in items:
            if isinstance(item, Gap):
                self.gaps.append(item)
            else:
                self.seen.add(item, judge(item))


def survey(
    candidates: Iterable[Target | Gap],
    judge: Callable[[Target], Lease],
    clouds: Sequence[Cloud],
    policy: Policy,
    until: float,
) -> Survey:
    """Every candidate judged; what would go, as it really is now. Ends by ``until``, a ``time.monotonic()``."""
    found = Survey(Sightings.under(policy.janitor.max_deletions))
    found.add(candidates, judge)
    if found.seen.going.left_out == 0:  # otherwise the plan is denied, and a thousand looks would change nothing
        found.add(_looked_at(found.seen.take_going(), clouds, policy, until), judge)
    return found


def _looked_at(
    targets: Sequence[Target], clouds: Sequence[Cloud], policy: Policy, until: float
) -> Iterator[Target | Gap]:
    """Each target as it is now; what is gone is left out.

    One that can't be read comes back with unreadable tags, which protect it, and a gap that names it.
    """
    by_provider = {cloud.provider: cloud for cloud in clouds}
    looks = Looks(by_provider.__getitem__, for_a_plan)
    looks.expect(targets, len(targets))
    ends = lanes.run(
        [functools.partial(_look, looks, target) for target in targets],
        width=policy.limits.parallel,
        timeout=policy.limits.action_timeout.total_seconds(),
        deadline=until,
    )
    for end in ends:
        target = targets[end.index]
        if end.error is not None or end.timed_out:
            yield Gap(f"{target.path}/{target.id}", target.name, str(end.error or "the second look took too long"))
            yield replace(target, tags=None, fingerprint=fingerprint(None))
        elif end.value is not None:
            yield end.value


def _look(looks: Looks, target: Target, _ticket: lanes.Ticket) -> Target | None:
    return looks(target)
