"""One resource as it is now: its own words, every lock that reaches it, whose group it lies in, and what it holds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from driftguard.errors import NotFound, PermanentError
from driftguard.janitor.resources.azure.catalogue import AzureTypes
from driftguard.janitor.resources.azure.ids import GLOBAL, GROUP, ResourceId, locked, place
from driftguard.janitor.resources.azure.listings import AGES, FRESH, Listings
from driftguard.janitor.resources.azure.resource import AzureApi, Item, born
from driftguard.janitor.resources.azure.versions import GROUPS, Versions
from driftguard.janitor.resources.wholes import holding
from driftguard.model import Target, fingerprint


@dataclass
class Reading:
    """Looks natively, each time anew: only api-versions are remembered, and a group's listing for a moment."""

    api: AzureApi
    types: AzureTypes
    versions: Versions
    protects: Callable[[Target], bool]
    """Whether something is protected, by Azure or by the policy's tags."""

    @cached_property
    def listings(self) -> Listings:
        return Listings(self.api)

    def read(self, target: Target) -> Target | None:
        """``target`` as it is now; ``None`` if it is gone. Raises if that, or what protects it, can't be known."""
        identity = ResourceId.parse(target.id)
        try:
            item = self.item(identity)
        except NotFound:
            return None
        try:
            locks = self.api.locks(identity.subscription)
            group = self._group(identity, item)
            around = self._around(identity)
        except NotFound as error:
            self._must_be_gone(identity, error)
            return None
        found = self._seen(identity, item, locks, group)
        if identity.kind == GROUP:
            return self._with_members(found, item, locks, around)
        near = [self._seen(_id(each), each, locks, group) for each in around]
        return self._with_parts(found, near, self._taken(item))

    def _must_be_gone(self, identity: ResourceId, error: NotFound) -> None:
        """Raises if it is there, and only what is around it isn't."""
        try:
            self.item(identity)
        except NotFound:
            return
        raise PermanentError(f"what protects {identity.name} could not be read: {error}") from error

    def item(self, identity: ResourceId) -> Item:
        """Raises ``PermanentError`` if the answer is of something else."""
        asked = AGES if identity.kind == GROUP else {}
        found = self.versions.speaking(identity, lambda version: self.api.get(identity.text, version, **asked))
        if _id(found) != identity:
            raise PermanentError(f"Azure answered with {found['id']} when asked for {identity.text}")
        return found

    def ages(self, group: str) -> Mapping[str, str]:
        """Id -> when it was made, of everything in the group with the id ``group``."""
        return {str(item["id"]).lower(): str(item.get("createdTime") or "") for item in self.listings.of(group, FRESH)}

    def _group(self, identity: ResourceId, item: Item) -> Item:
        """The group that it lies in; for a group itself and for what is in none, nothing more is known."""
        if identity.kind == GROUP or not identity.group:
            return item if identity.kind == GROUP else {}
        return self.api.get(identity.group_id, GROUPS)

    def _seen(self, identity: ResourceId, item: Item, locks: Sequence[str], group: Item) -> Target:
        kind = self.types.named(identity.kind)
        protection = _lock_on(identity, locks) or _owner(group) or kind.protection(item)
        return replace(target_of(item), protection=protection, size=kind.size_of(item))

    def _around(self, identity: ResourceId) -> Sequence[Item]:
        """What the group's listing knows of it and of all that lies in it, each with its age."""
        if not identity.group:
            return ()
        fresh = 0.0 if identity.kind == GROUP else FRESH
        return [each for each in self.listings.of(identity.group_id, fresh) if _id(each).within(identity.text)]

    def _with_parts(self, found: Target, around: Sequence[Target], taken: Iterable[Target]) -> Target:
        """With its age, where the type tells none, and holding whatever goes with it and has tags of its own."""
        age = next((each.created_at for each in around if each.id == found.id), None)
        parts = [each for each in (*around, *taken) if each.id != found.id and (each.tags or each.protection)]
        return holding(replace(found, created_at=found.created_at or age), parts)

    def _taken(self, item: Item) -> Iterator[Target]:
        """What lies elsewhere and goes along all the same, as its type knows. Raises if one of these can't be read."""
        for text in self.types.named(_id(item).kind).takes(item):
            if ResourceId.parse(text).kind == GROUP:
                yield from self._belongings(ResourceId.parse(text), _id(item))
            elif (found := self.read(target_of({"id": text}))) is not None:
                yield found

    def _belongings(self, group: ResourceId, owner: ResourceId) -> Sequence[Target]:
        """What is protected in the group that ``owner`` keeps for itself, and the group itself if that is.

        All else in it is of the owner's making, whatever it says.
        """
        try:
            item = self.item(group)
            listed = {_id(each): each for each in self._around(group)}
        except NotFound:
            return ()
        its_own = str(item.get("managedBy") or "").lower() == owner.text
        around = {**item, "managedBy": ""} if its_own else item
        locks = self.api.locks(group.subscription)
        members = self._members(around, locks, listed)
        return [each for each in (self._seen(group, item, locks, around), *members) if self.protects(each)]

    def _with_members(self, group: Target, item: Item, locks: Sequence[str], listed: Sequence[Item]) -> Target:
        """The group holding all that goes with it."""
        return holding(group, list(self._members(item, locks, {_id(each): each for each in listed})))

    def _members(self, group: Item, locks: Sequence[str], listed: Mapping[ResourceId, Item]) -> Iterator[Target]:
        """Each of ``listed``; what lies inside another resource and has no tags of its own goes by that one."""
        known = {identity.text for identity in listed}
        for identity, each in listed.items():
            if not each.get("tags") and _parent(identity.text) in known:
                continue
            try:
                whole = self.item(identity) if self.types.named(identity.kind).tells else {}
            except NotFound:
                continue
            yield self._seen(identity, {**each, **whole}, locks, group)
            yield from (taken for taken in self._taken({**each, **whole}) if ResourceId(taken.id) not in listed)


def _id(item: Item) -> ResourceId:
    return ResourceId.parse(str(item["id"]))


def target_of(item: Item) -> Target:
    """A resource or a group as any of Azure's answers shows it. Raises ``ValueError`` if it is none."""
    identity = _id(item)
    tags = {str(key): str(value or "") for key, value in (item.get("tags") or {}).items()}
    location = GLOBAL if identity.kind == GROUP else place(item.get("location"))
    return Target(
        provider="azure",
        scope=f"azure/{identity.subscription}/{location}",
        type=identity.kind,
        id=identity.text,
        name=_name(item, identity),
        tags=tags,
        created_at=born(item),
        fingerprint=fingerprint(tags),
    )


def _name(item: Item, identity: ResourceId) -> str:
    """Its own name in its own letters. What it calls itself otherwise isn't what would be deleted."""
    told = str(item.get("name") or "").rpartition("/")[2]
    return told if told.lower() == identity.name else str(item["id"]).strip("/").rpartition("/")[2]


def _lock_on(identity: ResourceId, locks: Sequence[str]) -> str:
    """The lock that keeps ``identity``: on it, on what it lies in, or on something in it."""
    for lock in locks:
        on = locked(lock)
        if identity.within(on) or on.startswith(f"{identity.text}/"):
            return f"the lock '{lock.rpartition('/')[2]}' on {on}"
    return ""


def _owner(group: Item) -> str:
    owner = str(group.get("managedBy") or "")
    return f"its resource group belongs to {owner}" if owner else ""


def _parent(text: str) -> str:
    return text.rsplit("/", 2)[0]
