"""What an AWS account holds of ours: the tagging API for the bulk, each kind's own listing for what that misses.

Regions and kinds are read side by side and item by item, so that memory stays flat. No resource comes twice: a kind
that its own service lists is ignored in what the tagging API returns. Nothing is asked one by one unless no tag says
when a resource ends.
"""

from __future__ import annotations

import functools
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, ClassVar

from driftguard import lanes
from driftguard.errors import DriftGuardError
from driftguard.janitor import lease
from driftguard.janitor.resources.aws import sweep
from driftguard.janitor.resources.aws.answers import tag_map
from driftguard.janitor.resources.aws.arn import Arn
from driftguard.janitor.resources.aws.catalogue import AwsTypes
from driftguard.janitor.resources.aws.resource import (
    GLOBAL,
    GLOBAL_ENDPOINT,
    AwsApi,
    AwsResource,
    LooksTogether,
    mark,
    target,
)
from driftguard.janitor.resources.streams import Seen, Stream, merged
from driftguard.janitor.resources.unknown import Unknown
from driftguard.janitor.resources.wholes import holding
from driftguard.model import Gap, Target
from driftguard.policy import Janitor
from driftguard.ports import Look

TIMEOUT = 1800.0
"""Seconds for all listings together."""

WIDTH = 32
"""Listings at a time."""

READERS = 8
"""Resources looked at one by one at a time, within one listing."""

PAGE = 100
"""Resources in one answer of the tagging API, its most."""

ALL = ""
SIDE_BY_SIDE = 8
"""Services that the tagging API is asked for one by one; beyond that all of them come in one stream."""


@dataclass
class AwsCloud:
    """``ports.Cloud`` on one account."""

    janitor: Janitor
    api: AwsApi
    seconds: float = TIMEOUT
    provider: ClassVar[str] = "aws"

    @cached_property
    def types(self) -> AwsTypes:
        return AwsTypes()

    def identity(self) -> str:
        return f"aws/{self.api.account}"

    @property
    def order(self) -> Mapping[str, Sequence[str]]:
        return {kind: resource.after for kind, resource in self.types.by_kind.items()}

    def discover(self) -> Iterator[Seen]:
        try:
            streams = self._streams(self.identity(), self.api.regions)
        except DriftGuardError as error:
            yield Gap("aws", "the account", str(error))
            return
        yield from self._mistaken()
        yield from merged(streams, width=WIDTH, timeout=self.seconds)

    def read(self, target: Target) -> Target | None:
        """As it is now, holding whatever goes along with it and has a word of its own."""
        return self._whole(self.types.named(target.type).read(self.api, target))

    def _whole(self, found: Target | None) -> Target | None:
        if found is None or not found.holds:
            return found
        alone = replace(found, holds=())
        parts = [part for part in map(self._read_part, found.holds) if part is not None]
        if not self.types.named(found.type).takes_others:
            parts = [part for part in parts if lease.speaks(part, alone, self.janitor)]
        return holding(alone, parts)

    def _read_part(self, part: Target) -> Target | None:
        """One of which nothing but its name is told yet is read by its own kind."""
        return self.read(part) if part.tags is None else part

    def _looks(self, looks: Mapping[str, Look]) -> Mapping[str, Look]:
        def whole(look: Look) -> Look:
            return lambda: self._whole(look())

        return {target_id: whole(look) for target_id, look in looks.items()}

    def at_once(self, target: Target) -> int:
        resource = self.types.named(target.type)
        return resource.at_once() if isinstance(resource, LooksTogether) else 1

    def read_together(self, targets: Sequence[Target]) -> Mapping[str, Look]:
        resource = self.types.named(targets[0].type)
        if isinstance(resource, LooksTogether):
            return self._looks(resource.read_together(self.api, targets))
        return {target.id: functools.partial(self.read, target) for target in targets}

    def confirm_together(self, targets: Sequence[Target]) -> Mapping[str, Look]:
        resource = self.types.named(targets[0].type)
        if isinstance(resource, LooksTogether):
            return self._looks(resource.confirm_together(self.api, targets))
        return {target.id: functools.partial(self.read, target) for target in targets}

    def _streams(self, account: str, places: Sequence[str]) -> list[Stream]:
        sweeps = [
            Stream(f"{account}/{place}", "the tagging API", functools.partial(self._sweep, place, service))
            for place in places
            for service in self._swept
        ]
        listings = [
            Stream(f"{account}/{place}/{resource.kind}", "native listing", self._listing(resource, place))
            for resource in self.types.by_kind.values()
            if resource.listed and self._wanted(resource)
            for place in places
            if resource.is_global is (place == GLOBAL)
        ]
        return [*sweeps, *listings]

    def remarks(self) -> Iterator[str]:
        """Kinds without a region lie nowhere that ``regions`` names, unless that names ``global``."""
        aws = self.janitor.clouds.aws
        unseen = [
            kind for kind, resource in self.types.by_kind.items() if resource.is_global and self._wanted(resource)
        ]
        if aws and aws.regions and GLOBAL not in aws.regions and unseen:
            names = ", ".join(sorted({kind.partition(":")[0] for kind in unseen}))
            yield f"'{GLOBAL}' is not among the regions of this run: what has none ({names}) was not looked at"

    def _mistaken(self) -> Iterator[Gap]:
        """Patterns of the policy that no kind answers to: whoever wrote one waits for something to be looked at."""
        aws = self.janitor.clouds.aws
        for pattern in self.types.unanswered(aws.types) if aws else ():
            says = f"'{pattern}' matches no kind that is known here; docs/aws-types.md lists them"
            yield Gap(f"{self.identity()}/types/{pattern.replace('/', '-')}", "janitor.clouds.aws.types", says)

    def _wanted(self, resource: AwsResource) -> bool:
        aws = self.janitor.clouds.aws
        return aws is None or self.types.answers(resource, aws.types)

    @cached_property
    def _swept(self) -> Sequence[str]:
        """What the tagging API is asked for, side by side: the services that the policy names, or ``ALL`` at once."""
        aws = self.janitor.clouds.aws
        if aws is None or any(map(_names_no_service, aws.types)):
            return (ALL,)
        kinds = self.types.by_kind.values()
        wanted = {resource.arn.service for resource in kinds if self._wanted(resource) and not resource.listed}
        return sorted(wanted) if len(wanted) <= SIDE_BY_SIDE else (ALL,)

    def _listing(self, resource: AwsResource, place: str) -> Any:
        return lambda: self._native(resource, place)

    def _native(self, resource: AwsResource, place: str) -> Iterator[Seen]:
        """What has our name or our tag."""
        region = GLOBAL_ENDPOINT if place == GLOBAL else place
        batch: list[Target] = []
        for found in resource.native(self.api, region):
            if self._concerns(found):
                batch.append(found)
            if len(batch) == PAGE:
                yield from self._completed(resource, batch)
                batch = []
        yield from self._completed(resource, batch)

    def _concerns(self, found: Target) -> bool:
        """Whether it may be ours; what has no name but in its tags may be as long as those are unread."""
        if found.tags is None and not found.name:
            return True
        return found.name.startswith(self.janitor.namespace) or lease.has_owner(found, self.janitor)

    def _sweep(self, place: str, service: str) -> Iterator[Seen]:
        """What carries our owner tag in one place, but for the kinds that their own service lists."""
        unknown = Unknown(f"aws/{self.api.account}/{place}")
        region = GLOBAL_ENDPOINT if place == GLOBAL else place
        filters = [{"Key": self.janitor.owner_tag}]
        asked: dict[str, Any] = {"TagFilters": filters, "ResourcesPerPage": PAGE}
        asked |= {"ResourceTypeFilters": [service]} if service else {}
        for page in sweep.pages(self.api, region, asked):
            by_kind: dict[str, list[Target]] = {}
            for mapping in page:
                arn = Arn.parse(mapping["ResourceARN"])
                if (arn.region or GLOBAL) != place:
                    continue  # the same bucket or zone is in several regions' answers; it counts where it lies
                resource = self.types.of(arn)
                if resource is None:
                    yield from unknown.gap(arn.sort, arn.text)
                elif not resource.listed and self._wanted(resource):
                    tags = tag_map(mapping["Tags"])
                    found = target(self.api, resource.kind, place, arn.text, resource.name(arn.text, tags), tags)
                    by_kind.setdefault(resource.kind, []).append(found)
            for kind, group in by_kind.items():
                yield from self._completed(self.types.named(kind), group)
        yield from unknown.rest()

    def _completed(self, resource: AwsResource, batch: Sequence[Target]) -> Iterator[Seen]:
        """Read one by one, side by side, whatever lacks tags, or lacks both an end and an age."""
        lacking = [found for found in batch if self._lacks(found)]
        yield from (found for found in batch if not self._lacks(found))
        calls = [self._reading(resource, found) for found in lacking]
        for end in lanes.run(calls, width=READERS, timeout=TIMEOUT, deadline=time.monotonic() + TIMEOUT):
            found = lacking[end.index]
            if end.error is not None or end.timed_out:
                yield from _unread(found, str(end.error or "reading it took too long"))
            elif end.value is not None and self._concerns(end.value):
                yield from [end.value] if end.value.tags is not None else _unread(end.value, "its tags can't be read")

    def _lacks(self, found: Target) -> bool:
        if found.tags is None:
            return True
        ours = found.name.startswith(self.janitor.namespace)
        return ours and found.created_at is None and not lease.states_expiry(found)

    def _reading(self, resource: AwsResource, found: Target) -> lanes.Call[Target | None]:
        return lambda _ticket: resource.read(self.api, found)


def _unread(found: Target, why: str) -> Iterator[Seen]:
    """It stays, since unread tags protect, and it is named as what wasn't looked at."""
    yield Gap(f"{found.path}/{found.id}", found.name or found.id, why)
    yield replace(found, tags=None, fingerprint=mark(None))


def _names_no_service(pattern: str) -> bool:
    """``*``, ``e*:instance``, or one of Cloud Control's: ``AWS::AppFlow::*``."""
    return "::" in pattern or re.search(r"[*?\[]", pattern.partition(":")[0]) is not None


@dataclass
class AwsWriter:
    """``ports.CloudWriter`` on one account."""

    janitor: Janitor
    api: AwsApi
    provider: ClassVar[str] = "aws"

    @cached_property
    def types(self) -> AwsTypes:
        return AwsTypes()

    def delete(self, target: Target) -> str:
        return self.types.named(target.type).delete(self.api, target)
