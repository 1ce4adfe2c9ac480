"""Reading and listing what a declaration declares, alone or many with one request."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from driftguard.errors import AccessDenied, NotFound, PermanentError
from driftguard.janitor import lease
from driftguard.janitor.resources.aws.answers import Item, Tags, dig, fill, items, moment, tag_map
from driftguard.janitor.resources.aws.arn import partition_of
from driftguard.janitor.resources.aws.asking import Ask, At
from driftguard.janitor.resources.aws.declaration import Declaration
from driftguard.janitor.resources.aws.resource import GLOBAL, AwsApi, mark, target
from driftguard.model import Target
from driftguard.ports import Look

_Finish = Callable[["Told"], Target | None]


@dataclass(frozen=True, slots=True)
class Told:
    """What AWS tells of a target: its item, and what its deletion takes along."""

    at: At
    target: Target
    item: Item
    taken: Sequence[Target]


@dataclass(frozen=True, kw_only=True)
class ReadableKind(Declaration):
    """The reading half of ``AwsResource``, and ``LooksTogether``."""

    def native(self, api: AwsApi, region: str) -> Iterator[Target]:
        at = At(api, region, {"partition": partition_of(region), "region": region, "account": api.account})
        if isinstance(self.every, Ask):
            ask = self.every
            found = at.every(ask.service, ask.operation, ask.path, **fill(ask.parameters, at.fields))
        else:
            found = self.every(at) if self.every else iter(())
        for item in found:
            if not self._is_gone(item):
                yield self._listed(at, item)

    def _listed(self, at: At, item: Item) -> Target:
        if isinstance(self.every_arn, str):
            arn = str(dig(item, self.every_arn))
        else:
            arn = self.arn.format({**at.fields, **{name: str(item[path]) for name, path in self.every_arn.items()}})
        tags = (
            None if isinstance(self.tags, Ask) else _tagged(item, self.tags if isinstance(self.tags, str) else "Tags")
        )
        place = GLOBAL if self.is_global else at.region
        found = target(at.api, self.kind, place, arn, self._name(arn, tags, item), tags)
        born = moment(dig(item, self.created)) if self.created and isinstance(self.created, str) else None
        return replace(found, created_at=born, size=self._size(item))

    def read(self, api: AwsApi, target: Target) -> Target | None:
        at = self._at(api, target)
        item = self._item(at)
        return None if item is None else self._as_it_is(*self._told([(at, target, item)]))

    def at_once(self) -> int:
        """How many one request tells about."""
        return self.together.most if self.together else 1

    def read_together(self, api: AwsApi, targets: Sequence[Target]) -> Mapping[str, Look]:
        return self._looks(api, targets, self._as_it_is)

    def confirm_together(self, api: AwsApi, targets: Sequence[Target]) -> Mapping[str, Look]:
        if self.listing_tells:
            return {target.id: self._listed_look(api, target) for target in targets}
        return self._looks(api, targets, self._as_planned)

    def _looks(self, api: AwsApi, targets: Sequence[Target], finish: _Finish) -> Mapping[str, Look]:
        places = {target.id: self._at(api, target) for target in targets}
        if self.together is None or len(targets) < self.together.least:
            return {target.id: self._alone(places[target.id], target, finish) for target in targets}
        ids = {target.id: places[target.id][self.together.field] for target in targets}
        found = self.together.items(places[targets[0].id], list(ids.values()))
        there = [
            (places[target.id], target, item)
            for target, item in ((target, found.get(ids[target.id])) for target in targets)
            if item is not None and not self._is_gone(item)
        ]
        return {told.target.id: functools.partial(finish, told) for told in self._told(there)}

    def _alone(self, at: At, target: Target, finish: _Finish) -> Look:
        def look() -> Target | None:
            item = self._item(at)
            return None if item is None else finish(*self._told([(at, target, item)]))

        return look

    def _listed_look(self, api: AwsApi, target: Target) -> Look:
        def look() -> Target | None:
            if target.tags is None or (target.created_at is None and not lease.states_expiry(target)):
                return self.read(api, target)
            try:
                return replace(target, protection=self.protection(self._at(api, target), {}))
            except NotFound:
                return None

        return look

    def _told(self, found: Sequence[tuple[At, Target, Item]]) -> Sequence[Told]:
        """Raises ``PermanentError`` where something of one went meanwhile: that doesn't make the whole gone."""
        try:
            taken = [tuple(parts) for parts in self.takes([(at, item) for at, _, item in found])]
        except NotFound as error:
            arns = ", ".join(at["arn"] for at, _, _ in found[:3])
            raise PermanentError(f"what goes along with {arns} could not be read: {error}") from error
        return [Told(*each, parts) for each, parts in zip(found, taken, strict=True)]

    def _as_it_is(self, told: Told) -> Target | None:
        """All of it natively."""
        try:
            return self._filled(told, self._tags(told.at, told.item))
        except NotFound:
            return None

    def _as_planned(self, told: Told) -> Target | None:
        """With the tags that the inventory just told, where each resource's own would be a request."""
        if told.target.tags is None or isinstance(self.tags, str):
            return self._as_it_is(told)
        try:
            return self._filled(told, told.target.tags)
        except NotFound:
            return None

    def _filled(self, told: Told, tags: Tags | None) -> Target:
        at, target, item = told.at, told.target, told.item
        found = replace(
            target,
            name=target.name if tags is None else self._name(target.id, tags, item),
            tags=tags,
            fingerprint=mark(tags),
            protection=self.protection(at, item),
            size=self._size(item),
            holds=tuple(told.taken),
        )
        return replace(found, created_at=self._born(at, found, item))

    def _born(self, at: At, found: Target, item: Item) -> datetime | None:
        if isinstance(self.created, str):
            return moment(dig(item, self.created)) if self.created else None
        return None if lease.states_expiry(found) else moment(self.created(at, item))

    def _size(self, item: Item) -> str:
        if not isinstance(self.size, str):
            return self.size(item)
        return str(dig(item, self.size) or "") if self.size else ""

    def _tags(self, at: At, item: Item) -> Tags | None:
        """``None`` if we may not read them: then the resource is protected."""
        if isinstance(self.tags, str):
            return _tagged(item, self.tags)
        if not isinstance(self.tags, Ask):
            return self.tags(at, item)
        told = {key: value for key, value in item.items() if isinstance(value, str)}
        try:
            answer = at.call(
                self.tags.service, self.tags.operation, **fill(self.tags.parameters, {**told, **at.fields})
            )
        except AccessDenied:
            return None
        found = dig(answer, self.tags.path)
        return tag_map(list(items(answer, self.tags.path)) if found is None else found)


def _tagged(item: Item, path: str) -> Tags | None:
    """The tags in ``item``; where it has no word of them, it has none; ``None`` there says that they are unknown."""
    return None if item.get(path, ()) is None else tag_map(dig(item, path))
