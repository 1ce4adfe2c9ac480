"""What Azure's subscriptions hold of ours: the Resource Graph's word, page by page, all subscriptions in one query.

It names candidates only. It lags behind, knows no locks and few ages, so whatever would go is read natively, too.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from fnmatch import fnmatchcase
from functools import cached_property, partial
from typing import ClassVar

from driftguard import lanes
from driftguard.errors import DriftGuardError, NotFound, PermanentError
from driftguard.janitor import lease
from driftguard.janitor.resources.azure.catalogue import AzureTypes
from driftguard.janitor.resources.azure.ids import GROUP, ResourceId, kind_of
from driftguard.janitor.resources.azure.reading import Reading, target_of
from driftguard.janitor.resources.azure.resource import AzureApi, Item, born
from driftguard.janitor.resources.azure.versions import Versions
from driftguard.model import Gap, Target
from driftguard.policy import Janitor

UNSEEN = "the credentials don't see it"
READERS = 8
"""Resource groups whose ages are asked for at a time."""

TIMEOUT = 300.0
"""Seconds for the ages of one page."""

_ALL = "project id, name, type, location, tags, created = {created} | order by id asc"
_CREATED = (
    "coalesce(tostring(properties.timeCreated), tostring(properties.creationTime), tostring(properties.createdTime))"
)
_RESOURCES = "resources | where {ours} | " + _ALL.replace("{created}", _CREATED)
_GROUPS = "resourcecontainers | where type =~ 'microsoft.resources/subscriptions/resourcegroups' | where {ours} | " + (
    _ALL.replace("{created}", "''")
)


@dataclass
class AzureCloud:
    """``ports.Cloud`` on the policy's subscriptions."""

    janitor: Janitor
    api: AzureApi
    provider: ClassVar[str] = "azure"

    @cached_property
    def types(self) -> AzureTypes:
        return AzureTypes()

    @cached_property
    def reading(self) -> Reading:
        return Reading(self.api, self.types, Versions(self.api), partial(lease.protects, janitor=self.janitor))

    def identity(self) -> str:
        """By the tenant. Raises ``PermanentError`` if the credentials see none of the policy's subscriptions."""
        tenants = sorted({str(row.get("tenantId")).lower() for row in self.api.subscriptions.values()})
        if len(tenants) != 1:
            raise PermanentError("the credentials see none of janitor.clouds.azure.subscriptions")
        return f"azure/{tenants[0]}"

    @property
    def order(self) -> Mapping[str, Sequence[str]]:
        return self.types.order

    def discover(self) -> Iterator[Target | Gap]:
        try:
            yield from [Gap(f"azure/{each}", "the subscription", UNSEEN) for each in self.unseen()]
        except DriftGuardError as error:
            yield Gap("azure", "the subscriptions", str(error))
            return
        for query in self._queries():
            try:
                for page in self.api.rows(query.replace("{ours}", self._ours())):
                    yield from self._aged([found for found in map(_row, page) if self._concerns(found)])
            except (DriftGuardError, ValueError, KeyError, TypeError, AttributeError) as error:
                for subscription in self._wanted_subscriptions():
                    yield Gap(f"azure/{subscription}", "the Resource Graph", str(error))

    def read(self, target: Target) -> Target | None:
        return self.reading.read(target)

    def _queries(self) -> Sequence[str]:
        azure = self.janitor.clouds.azure
        return (_RESOURCES,) if azure is not None and not azure.resource_groups else (_GROUPS, _RESOURCES)

    def unseen(self) -> Sequence[str]:
        """The policy's subscriptions that the credentials don't see."""
        return [each for each in self._wanted_subscriptions() if each not in self.api.subscriptions]

    def _wanted_subscriptions(self) -> Sequence[str]:
        azure = self.janitor.clouds.azure
        return azure.subscriptions if azure else ()

    def _ours(self) -> str:
        """What may be ours, in the query's words; the policy's schema lets no quote into either name."""
        name, owner = self.janitor.namespace, self.janitor.owner_tag
        tags = {f"tostring(tags) contains '\"{key}\"'" for key in (owner, owner.replace(":", "-"))}
        return " or ".join((f"name startswith '{name}'", f"name contains '/{name}'", *sorted(tags)))

    def _concerns(self, found: Target) -> bool:
        ours = found.name.startswith(self.janitor.namespace) or lease.has_owner(found, self.janitor)
        azure = self.janitor.clouds.azure
        return ours and (azure is None or any(fnmatchcase(found.type, kind_of(glob)) for glob in azure.types))

    def _aged(self, page: Sequence[Target]) -> Iterator[Target | Gap]:
        """``page`` with the ages that decide: asked for a group at a time, since rows come in the order of ids.

        Where these can't be read, it comes without, and with a gap that names it.
        """
        lacking: dict[str, list[Target]] = {}
        for found in page:
            if self._lacks_age(found):
                lacking.setdefault(ResourceId(found.id).group_id, []).append(found)
            else:
                yield found
        groups = list(lacking)
        calls = [self._asking(group, lacking[group]) for group in groups]
        for end in lanes.run(calls, width=READERS, timeout=TIMEOUT, deadline=time.monotonic() + TIMEOUT):
            if end.value is None and not isinstance(end.error, NotFound):
                why = str(end.error or "asking for it took too long")
                yield from (Gap(f"{each.path}/{each.id}", each.name, why) for each in lacking[groups[end.index]])
            yield from end.value or lacking[groups[end.index]]

    def _lacks_age(self, found: Target) -> bool:
        ours = found.name.startswith(self.janitor.namespace)
        return ours and found.created_at is None and not lease.states_expiry(found)

    def _asking(self, group: str, members: Sequence[Target]) -> lanes.Call[Sequence[Target]]:
        def ask(_ticket: lanes.Ticket) -> Sequence[Target]:
            ages = self.reading.ages(group) if any(member.type != GROUP for member in members) else {}
            return [replace(member, created_at=self._age(member, ages)) for member in members]

        return ask

    def _age(self, member: Target, ages: Mapping[str, str]) -> datetime | None:
        if member.type == GROUP:
            return born(self.reading.item(ResourceId(member.id)))
        return born({"createdTime": ages.get(member.id, "")})


def _row(row: Item) -> Target:
    return target_of({**row, "createdTime": row.get("created")})
