"""Deleting one resource by its id: contents first, and then saying how long Azure keeps it, or purging that."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import ClassVar, TypeVar

from driftguard.errors import DriftGuardError, NotFound, PermanentError
from driftguard.janitor.resources.azure.catalogue import AzureTypes
from driftguard.janitor.resources.azure.ids import GROUP, ResourceId, place
from driftguard.janitor.resources.azure.resource import AzureApi, AzureType, Item, Recovery, dig, moment
from driftguard.janitor.resources.azure.versions import GROUPS, Versions
from driftguard.model import Target
from driftguard.policy import Janitor

T = TypeVar("T")


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass
class AzureWriter:
    """``ports.CloudWriter`` on the policy's subscriptions. Locks are never removed."""

    janitor: Janitor
    api: AzureApi
    clock: Callable[[], datetime] = field(default=_now)
    provider: ClassVar[str] = "azure"

    @cached_property
    def types(self) -> AzureTypes:
        return AzureTypes()

    @cached_property
    def versions(self) -> Versions:
        return Versions(self.api)

    def delete(self, target: Target) -> str:
        identity = ResourceId.parse(target.id)
        kept = list(self._recoverable(identity))
        self._empty(identity, self.types.named(identity.kind))
        self._remove(identity)
        return "; ".join(filter(None, (self._afterlife(each, identity) for each in kept)))

    def _recoverable(self, identity: ResourceId) -> Iterator[_Kept]:
        """What Azure will keep of this resource, or of the group's resources."""
        inside = self.api.listed(f"{identity.text}/resources", GROUPS) if identity.kind == GROUP else ()
        for each in (identity, *(ResourceId.parse(str(item["id"])) for item in inside)):
            recovery = self.types.named(each.kind).recovery
            if recovery is not None:
                yield _Kept(each, self._item_of(each, identity), recovery)

    def _item_of(self, each: ResourceId, deleted: ResourceId) -> Item:
        """Nothing is known of what went out of a group meanwhile: the group itself isn't gone with it."""
        try:
            return self._item(each)
        except NotFound:
            if each == deleted:
                raise
            return {}

    def _item(self, identity: ResourceId) -> Item:
        return self.versions.speaking(identity, lambda version: self.api.get(identity.text, version))

    def _empty(self, identity: ResourceId, kind: AzureType) -> None:
        for collection in kind.contents:
            for inner in self._listed(f"{identity.text}/{collection.lower()}"):
                if not inner.within(identity.text):
                    raise PermanentError(f"{inner.text} was listed in {identity.text}, and doesn't lie there")
                with suppress(NotFound):
                    self._remove(inner)

    def _listed(self, collection: str) -> list[ResourceId]:
        any_of_it = ResourceId(f"{collection}/any")
        items = self.versions.speaking(any_of_it, lambda version: list(self.api.listed(collection, version)))
        return [ResourceId.parse(str(item["id"])) for item in items]

    def _remove(self, identity: ResourceId) -> None:
        query = self.types.named(identity.kind).query
        self.versions.speaking(identity, lambda version: self.api.delete(identity.text, version, **query))

    def _afterlife(self, kept: _Kept, deleted: ResourceId) -> str:
        """What is left of it, in a sentence. A record that can't be read or purged is said, and undoes nothing."""
        which = "" if kept.identity == deleted else f"{kept.identity.name} "
        if not (kept.purgeable and self._may_purge()):
            return which + self._until(kept)
        try:
            self._of_record(kept, lambda path, version: self.api.write(*kept.purge(path), version))
        except DriftGuardError as error:
            return f"{which}{self._until(kept)}; it could not be purged: {error}"
        return f"{which}purged"

    def _may_purge(self) -> bool:
        azure = self.janitor.clouds.azure
        return azure is not None and azure.purge

    def _until(self, kept: _Kept) -> str:
        what = f"{kept.recovery.keeps} " if kept.recovery.keeps else ""
        ends = self._told(kept) or kept.reckoned(self.clock())
        return f"{what}recoverable until {ends:%Y-%m-%d}" if ends else f"{what}recoverable"

    def _told(self, kept: _Kept) -> datetime | None:
        """When it is gone for good, by Azure's own record."""
        if not (kept.record and kept.recovery.until):
            return None
        try:
            record = self._of_record(kept, self.api.get)
        except DriftGuardError:
            return None
        return moment(dig(record, kept.recovery.until))

    def _of_record(self, kept: _Kept, call: Callable[[str, str], T]) -> T:
        return self.versions.speaking(ResourceId(kept.record), lambda version: call(kept.record, version))


@dataclass(frozen=True)
class _Kept:
    """Something of which Azure keeps a part, as it was before it was deleted."""

    identity: ResourceId
    item: Item
    recovery: Recovery

    @property
    def record(self) -> str:
        """The id of what Azure keeps; empty where that has none."""
        return self.recovery.record.format(
            subscription=self.identity.subscription,
            group=self.identity.group,
            location=place(self.item.get("location")),
            name=self.identity.name,
        ).lower()

    @property
    def purgeable(self) -> bool:
        return bool(self.recovery.purge[0] and self.item) and dig(self.item, self.recovery.unless) is not True

    def purge(self, record: str) -> tuple[str, str]:
        method, more = self.recovery.purge
        return method, record + more

    def reckoned(self, now: datetime) -> datetime | None:
        """When it is gone for good, by the days that are known."""
        told = self.recovery.days
        days = told if isinstance(told, int) else dig(self.item, told)
        return now + timedelta(days=days) if isinstance(days, int) and days > 0 else None
