"""What an AWS account holds of ours: the tagging API for the bulk, each type's own listing for what that misses.

Regions are read in parallel. Nothing is asked one by one unless no tag says when a resource ends.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import ClassVar

from driftguard import lanes
from driftguard.errors import DriftGuardError, PermanentError
from driftguard.janitor import lease
from driftguard.janitor.resources.aws.resource import Aged, Arn, AwsApi, AwsResource, Listed, tag_map, target
from driftguard.model import Gap, Target, fingerprint
from driftguard.policy import Janitor
from driftguard.registry import discover

TIMEOUT = 300.0
"""Seconds for one region."""


@dataclass
class AwsTypes:
    """The types that have a file here, by kind and by ARN."""

    @cached_property
    def by_kind(self) -> dict[str, AwsResource]:
        return discover(__package__ or "", "RESOURCE")

    def of(self, arn: Arn) -> AwsResource | None:
        return next((resource for resource in self.by_kind.values() if resource.claims(arn)), None)


@dataclass
class AwsCloud:
    """``ports.Cloud`` on one account."""

    janitor: Janitor
    api: AwsApi
    provider: ClassVar[str] = "aws"

    @cached_property
    def types(self) -> AwsTypes:
        return AwsTypes()

    def identity(self) -> str:
        return f"aws/{self.api.account}"

    def discover(self) -> Iterator[Target | Gap]:
        try:
            scope = f"aws/{self.api.account}"
            regions = self.api.regions
        except DriftGuardError as error:
            yield Gap("aws", "the account", str(error))
            return
        calls = [self._region_call(region) for region in regions]
        ends = lanes.run(calls, width=len(regions), timeout=TIMEOUT, deadline=time.monotonic() + TIMEOUT)
        for end in ends:
            if end.value is None:
                yield Gap(f"{scope}/{regions[end.index]}", "the region", str(end.error or "took too long"))
            else:
                yield from end.value

    def read(self, target: Target) -> Target | None:
        return self.types.by_kind[target.type].read(self.api, target)

    def _region_call(self, region: str) -> lanes.Call[list[Target | Gap]]:
        return lambda _ticket: list(self._region(region))

    def _region(self, region: str) -> Iterator[Target | Gap]:
        found: dict[str, Target] = {}
        for item in self._native(region):
            if isinstance(item, Gap):
                yield item
            elif item.name.startswith(self.janitor.namespace):
                found[item.id] = item
        for item in self._tagged(region, found):
            if isinstance(item, Gap):
                yield item
            else:
                found[item.id] = item
        yield from self._aged(map(self._with_tags, found.values()))

    def _native(self, region: str) -> Iterator[Target | Gap]:
        """A type that can't be listed is a gap for that type alone."""
        for resource in self.types.by_kind.values():
            if not isinstance(resource, Listed):
                continue
            try:
                yield from resource.native(self.api, region)
            except DriftGuardError as error:
                yield Gap(f"aws/{self.api.account}/{region}/{resource.kind}", "native listing", str(error))

    def _tagged(self, region: str, native: Mapping[str, Target]) -> Iterator[Target | Gap]:
        """What carries our owner tag. An ARN without a region counts where its own service lists it."""
        filters = [{"Key": self.janitor.owner_tag}]
        pages = self.api.pages("resourcegroupstaggingapi", "get_resources", region=region, TagFilters=filters)
        for item in (item for page in pages for item in page["ResourceTagMappingList"]):
            arn, tags = Arn.parse(item["ResourceARN"]), tag_map(item["Tags"])
            resource = self.types.of(arn)
            if arn.text in native:
                yield replace(native[arn.text], tags=tags, fingerprint=fingerprint(tags))
            elif resource is None:
                yield Gap(f"aws/{self.api.account}/{region}/{arn.text}", arn.text, "no file here can delete this type")
            elif arn.region == region:
                yield target(self.api, resource.kind, region, arn.text, resource.name(arn), tags)

    def _with_tags(self, found: Target) -> Target:
        """Ask one by one only for what has our name but wasn't in the sweep: a neighbour, or tags we may not read."""
        if found.tags is not None:
            return found
        try:
            return self.read(found) or found
        except DriftGuardError:
            return found  # still unread, and so protected

    def _aged(self, targets: Iterable[Target]) -> Iterator[Target]:
        """Fill in creation times, but only where no tag says when the resource ends."""
        unknown: dict[str, list[Target]] = {}
        for found in targets:
            if found.created_at is not None or lease.states_expiry(found):
                yield found
            else:
                unknown.setdefault(found.type, []).append(found)
        for kind, group in unknown.items():
            resource = self.types.by_kind[kind]
            ages = resource.created(self.api, group) if isinstance(resource, Aged) else {}
            yield from (replace(found, created_at=ages.get(found.id)) for found in group)


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
        resource = self.types.by_kind.get(target.type)
        if resource is None:
            raise PermanentError(f"{target.id}: no file here can delete a {target.type}")
        return resource.delete(self.api, target)
