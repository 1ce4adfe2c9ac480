"""What the policy's projects hold of ours: Cloud Asset's search for what has labels, and for what has none by type.

Projects are searched side by side and row by row, so that memory stays flat. Nothing is asked one by one unless the
search told too little: no name, or neither an end nor an age.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from functools import cached_property
from typing import Any, ClassVar

from driftguard import lanes
from driftguard.errors import PermanentError
from driftguard.janitor import lease
from driftguard.janitor.resources.gcp import search
from driftguard.janitor.resources.gcp.answers import Item, labels, last, region_of
from driftguard.janitor.resources.gcp.catalogue import GcpTypes
from driftguard.janitor.resources.gcp.parts import is_part
from driftguard.janitor.resources.gcp.resource import GcpApi, GcpResource
from driftguard.janitor.resources.streams import Seen, Stream, merged
from driftguard.janitor.resources.unknown import Unknown
from driftguard.janitor.resources.wholes import holding
from driftguard.model import Gap, Target
from driftguard.policy import Gcp, Janitor

TIMEOUT = 1800.0
"""Seconds for all searches together."""

WIDTH = 16
"""Searches at a time."""

READERS = 8
"""Resources looked at one by one at a time, within one search."""

BATCH = 100

_Candidate = tuple[GcpResource, Target]
_Kinds = Mapping[str, GcpResource]


@dataclass
class GcpCloud:
    """``ports.Cloud`` on the policy's projects, and on the projects of its folders."""

    janitor: Janitor
    api: GcpApi
    seconds: float = TIMEOUT
    provider: ClassVar[str] = "gcp"

    @cached_property
    def types(self) -> GcpTypes:
        return GcpTypes(self.janitor)

    @property
    def config(self) -> Gcp:
        assert self.janitor.clouds.gcp is not None
        return self.janitor.clouds.gcp

    def identity(self) -> str:
        """Every listed project, ``gcp/123456789012+234567890123``. Raises if the credentials don't open one of them."""
        numbers = sorted(set(self.config.projects))
        for number in numbers:
            self.api.project(number)
        return f"gcp/{'+'.join(numbers)}"

    @property
    def order(self) -> Mapping[str, Sequence[str]]:
        return {kind: resource.after for kind, resource in self.types.by_kind.items()}

    def discover(self) -> Iterator[Seen]:
        streams = [*self._searches(), *self._containers()]
        yield from merged(streams, width=WIDTH, timeout=self.seconds)

    def read(self, target: Target) -> Target | None:
        """As it is now, holding whatever goes along with it and has a word of its own."""
        found = self.types.named(target.type).read(self.api, target)
        if found is None:
            return None
        alone = replace(found, holds=())
        parts = (replace(each, holds=()) for held in found.holds for each in held.whole)
        return holding(alone, [part for part in parts if lease.speaks(part, alone, self.janitor)])

    def _searches(self) -> Iterator[Stream]:
        wanted = {asset: kind for asset, kind in self.types.by_asset.items() if self._wanted(kind)}
        if not wanted:
            return
        for number in dict.fromkeys(self.config.projects):
            yield Stream(f"gcp/{number}", "the search through the project", self._searching(number, wanted))

    def _searching(self, number: str, wanted: _Kinds) -> Callable[[], Iterator[Seen]]:
        """By label, and by type for what has none; each kind is in one of the two, so that nothing comes twice."""
        labelled = {asset: kind for asset, kind in wanted.items() if kind.labelled}
        bare = {asset: kind for asset, kind in wanted.items() if not kind.labelled}

        def searching() -> Iterator[Seen]:
            self.api.project(number)
            yield from self._search(number, labelled, query=search.ours(self.janitor))
            if bare:
                yield from self._search(number, bare, types=search.patterns(bare))

        return searching

    def _containers(self) -> Iterator[Stream]:
        if self._wanted(self.types.project):
            for container in dict.fromkeys(self.config.ephemeral):
                scope = f"gcp/{container.replace('/', '-')}"
                yield Stream(scope, "the list of projects", self._projects(container))

    def _wanted(self, kind: GcpResource) -> bool:
        return any(fnmatchcase(kind.kind, pattern) for pattern in self.config.types)

    def _projects(self, container: str) -> Callable[[], Iterator[Seen]]:
        def projects() -> Iterator[Seen]:
            for found in self.types.project.listed(self.api, container):
                if self._concerns(found) and found.id.rpartition("/")[2] not in self.config.projects:
                    yield found

        return projects

    def _search(self, number: str, kinds: _Kinds, **asked: Any) -> Iterator[Seen]:
        batch: list[_Candidate] = []
        for found in self._candidates(search.rows(self.api, number, **asked), number, kinds):
            if isinstance(found, Gap):
                yield found
                continue
            batch.append(found)
            if len(batch) == BATCH:
                yield from self._completed(batch)
                batch = []
        yield from self._completed(batch)

    def _candidates(self, rows: Iterable[Item], number: str, kinds: _Kinds) -> Iterator[_Candidate | Gap]:
        """What may be ours. A name that comes again right after itself is the same thing under two asset types."""
        unknown, before = Unknown(f"gcp/{number}"), ""
        for row in rows:
            asset = str(row.get("assetType"))
            kind = self.types.by_asset.get(asset)
            found = kind.found(self.api, number, row) if kind else None
            if kind is None or found is None:
                if _owned(row, self.janitor):
                    yield from unknown.gap(asset, str(row.get("name")), region_of(str(row.get("location") or "")))
            elif asset in kinds and found.id != before:
                before = found.id
                if not found.name or self._concerns(found):
                    yield kind, found
        yield from unknown.rest()

    def _concerns(self, found: Target) -> bool:
        return found.name.startswith(self.janitor.namespace) or lease.has_owner(found, self.janitor)

    def _completed(self, batch: Sequence[_Candidate]) -> Iterator[Seen]:
        """Read one by one, side by side, whatever lacks a name, or lacks both an end and an age.

        What can't be read comes without its age, and with a gap that names it.
        """
        lacking = [each for each in batch if self._lacks(each[1])]
        yield from (found for _, found in batch if not self._lacks(found))
        calls = [self._reading(found) for _, found in lacking]
        for end in lanes.run(calls, width=READERS, timeout=TIMEOUT, deadline=time.monotonic() + TIMEOUT):
            found = lacking[end.index][1]
            if end.error is not None or end.timed_out:
                if not found.name:
                    raise end.error or PermanentError(f"{found.id} could not be read in time")
                why = str(end.error or "asking for its age took too long")
                yield Gap(f"{found.path}/{found.id}", found.name, why)
                yield found
            elif end.value is not None and self._concerns(end.value):
                yield end.value

    def _lacks(self, found: Target) -> bool:
        if not found.name:
            return True
        ours = found.name.startswith(self.janitor.namespace) and lease.has_owner(found, self.janitor)
        return ours and found.created_at is None and not lease.states_expiry(found)

    def _reading(self, found: Target) -> lanes.Call[Target | None]:
        return lambda _ticket: self.read(found)


def _owned(row: Item, janitor: Janitor) -> bool:
    """Whether a row of a kind that nothing here knows carries our label, and is a thing of its own."""
    asset, name = str(row.get("assetType")), str(row.get("name"))
    alone = Target("gcp", "", asset, name, last(name), labels(row, "labels"))
    return lease.has_owner(alone, janitor) and not is_part(asset)


@dataclass
class GcpWriter:
    """``ports.CloudWriter`` on the same projects."""

    janitor: Janitor
    api: GcpApi
    provider: ClassVar[str] = "gcp"

    @cached_property
    def types(self) -> GcpTypes:
        return GcpTypes(self.janitor)

    def delete(self, target: Target) -> str:
        return self.types.named(target.type).delete(self.api, target)
