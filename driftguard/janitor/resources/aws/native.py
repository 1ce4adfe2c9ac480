"""A kind of AWS resource as a declaration: its ARN, one request each to read, list and delete it, and where to look.

Most kinds are nothing but this; the others put a function where a request isn't enough. The IAM actions follow from
the requests; what functions need besides stands in ``also_reads`` and ``also_writes``.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from driftguard.errors import AccessDenied, NotFound, PermanentError, StillInUse
from driftguard.janitor.resources.aws import iam
from driftguard.janitor.resources.aws.answers import Item, Tags, dig, fill, items, moment, tag_map
from driftguard.janitor.resources.aws.arn import ArnPattern, partition_of
from driftguard.janitor.resources.aws.resource import GLOBAL, AwsApi, region_of, target
from driftguard.model import Target, fingerprint

NAME_TAG = "Name"
REGION = "region"
POLL = 5.0
"""Seconds between two looks at something that AWS takes its time to delete."""


@dataclass(frozen=True)
class Ask:
    """One request: ``parameters`` are filled in with the ARN's fields; what is asked for lies at ``path``."""

    service: str
    operation: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    path: str = ""

    @property
    def action(self) -> str:
        return iam.action(self.service, self.operation)


@dataclass(frozen=True)
class At:
    """One resource, and the API to ask about it. ``at["id"]`` is a field of its ARN; ``arn`` and ``account`` too."""

    api: AwsApi
    region: str
    fields: Mapping[str, str]

    def __getitem__(self, name: str) -> str:
        return self.fields[name]

    def call(self, service: str, operation: str, /, **parameters: Any) -> Mapping[str, Any]:
        return self.api.call(service, operation, region=self.region, **parameters)

    def pages(self, service: str, operation: str, /, **parameters: Any) -> Iterator[Mapping[str, Any]]:
        return self.api.pages(service, operation, region=self.region, **parameters)

    def every(self, service: str, operation: str, path: str, /, **parameters: Any) -> Iterator[Item]:
        """Every item on every page."""
        for page in self.pages(service, operation, **parameters):
            yield from items(page, path)

    def ask(self, ask: Ask) -> Iterator[Item]:
        return items(self.call(ask.service, ask.operation, **fill(ask.parameters, self.fields)), ask.path)


Protection = Callable[[At, Item], str]
"""What AWS itself protects it with; "" if nothing does. Raises if that can't be known."""

Removal = Callable[[At], str]
"""Deletes it, contents first; returns a note."""

Every = Callable[[At], Iterator[Item]]
"""All of a kind in a region; ``at`` has no resource's fields there."""


def unprotected(_at: At, _item: Item) -> str:
    return ""


def flag(path: str, name: str) -> Protection:
    """Protected if the item says so at ``path``."""
    return lambda _at, item: name if dig(item, path) in (True, "true", "ENABLED") else ""


@dataclass(frozen=True, kw_only=True)
class NativeKind:
    """``AwsResource``, from a declaration. See ``kinds/`` for eighty examples."""

    kind: str
    arn: ArnPattern
    one: Ask | Callable[[At], Item | None]
    remove: Ask | Removal
    every: Ask | Every | None = None
    """Lists the kind where the tagging API returns too little; what that returns of the kind is then ignored."""
    every_arn: str | Mapping[str, str] = "Arn"
    """Where a listed item holds its ARN, or else the ARN's fields: ``{"id": "AllocationId"}``."""
    named: str = "{name}"
    """The name that ownership is read from, out of the ARN's fields; ``NAME_TAG``; or ``.Path`` in the item."""
    place: str = ""
    """``REGION`` or ``GLOBAL`` where the ARN doesn't tell."""
    tags: str | Ask = "Tags"
    """Where an item holds its tags, or what to ask for them (the item's own texts are filled in, too)."""
    created: str = ""
    state: str = ""
    gone: tuple[str, ...] = ()
    """States in which it counts as gone already."""
    going: tuple[str, ...] = ()
    """States in which a deletion is under way: there is nothing to do but to wait."""
    failed: tuple[str, ...] = ()
    """States that say that a deletion came to nothing."""
    patience: float = 0.0
    """Seconds to wait for a deletion that AWS only begins when asked."""
    protection: Protection = unprotected
    says_gone: str = ""
    says_in_use: str = ""
    """What an error says (a regular expression) where its code doesn't tell."""
    after: tuple[str, ...] = ()
    quiet: bool = False
    """AWS deletes what isn't there without a word, so that it must be looked for first."""
    also_reads: tuple[str, ...] = ()
    also_writes: tuple[str, ...] = ()

    @property
    def listed(self) -> bool:
        return self.every is not None

    @property
    def reads(self) -> tuple[str, ...]:
        asks = (ask.action for ask in (self.one, self.every, self.tags) if isinstance(ask, Ask))
        return tuple(sorted({*asks, *self.also_reads}))

    @property
    def writes(self) -> tuple[str, ...]:
        asks = (ask.action for ask in (self.remove,) if isinstance(ask, Ask))
        return tuple(sorted({*asks, *self.also_writes}))

    @property
    def is_global(self) -> bool:
        return self.place == GLOBAL or (not self.place and not self.arn.regional)

    def name(self, arn: str, tags: Tags | None) -> str:
        return self._name(arn, tags, {})

    def _name(self, arn: str, tags: Tags | None, item: Item) -> str:
        if self.named == NAME_TAG:
            return (tags or {}).get(NAME_TAG, "")
        if self.named.startswith("."):
            return str(dig(item, self.named[1:]) or "")
        return self.named.format_map(self.arn.match(arn) or {"name": ""})

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
        tags = _told(item, self.tags) if isinstance(self.tags, str) else None
        place = GLOBAL if self.is_global else at.region
        found = target(at.api, self.kind, place, arn, self._name(arn, tags, item), tags)
        return replace(found, created_at=moment(dig(item, self.created)) if self.created else None)

    def read(self, api: AwsApi, target: Target) -> Target | None:
        at = self._at(api, target)
        try:
            item = self._item(at)
            if item is None:
                return None
            tags = self._tags(at, item)
            protection = self.protection(at, item)
        except NotFound:
            return None
        return replace(
            target,
            name=target.name if tags is None else self._name(target.id, tags, item),
            tags=tags,
            fingerprint=fingerprint(tags),
            created_at=moment(dig(item, self.created)) if self.created else None,
            protection=protection,
        )

    def delete(self, api: AwsApi, target: Target) -> str:
        at = self._at(api, target)
        note = "" if self._is_going(at) else self._remove(at)
        if self.patience:
            self._wait(at)
        return note

    def _at(self, api: AwsApi, target: Target) -> At:
        found = self.arn.match(target.id)
        if found is None:
            raise PermanentError(f"{target.id} is not the ARN of a {self.kind}")
        place = {"region": region_of(target), "account": api.account, "arn": target.id}
        return At(api, region_of(target), {**place, **{name: value for name, value in found.items() if value}})

    def _item(self, at: At) -> Item | None:
        """The resource's own item; ``None`` if it is gone."""
        try:
            with self._meaning():
                item = next(at.ask(self.one), None) if isinstance(self.one, Ask) else self.one(at)
        except NotFound:
            return None
        return None if item is None or self._is_gone(item) else item

    def _is_gone(self, item: Item) -> bool:
        return bool(self.state) and dig(item, self.state) in self.gone

    def _is_going(self, at: At) -> bool:
        """Raises ``NotFound`` if it is gone already, where the deletion itself wouldn't say so."""
        if not (self.going or self.quiet):
            return False
        item = self._item(at)
        if item is None:
            raise NotFound(f"{at['arn']} is gone")
        return bool(self.going) and dig(item, self.state) in self.going

    def _tags(self, at: At, item: Item) -> Tags | None:
        """``None`` if we may not read them: then the resource is protected."""
        if isinstance(self.tags, str):
            return _told(item, self.tags)
        told = {key: value for key, value in item.items() if isinstance(value, str)}
        try:
            answer = at.call(
                self.tags.service, self.tags.operation, **fill(self.tags.parameters, {**told, **at.fields})
            )
        except AccessDenied:
            return None
        found = dig(answer, self.tags.path)
        return tag_map(list(items(answer, self.tags.path)) if found is None else found)

    def _remove(self, at: At) -> str:
        with self._meaning():
            if isinstance(self.remove, Ask):
                at.call(self.remove.service, self.remove.operation, **fill(self.remove.parameters, at.fields))
                return ""
            return self._remove_in_steps(at, self.remove)

    def _remove_in_steps(self, at: At, remove: Removal) -> str:
        """What isn't found may be something inside, gone meanwhile, while the resource itself still stands."""
        try:
            return remove(at)
        except NotFound as error:
            if self._item(at) is None:
                raise
            raise StillInUse(f"something in it went while it was being deleted: {error}") from error

    def _wait(self, at: At) -> None:
        """Raises ``StillInUse`` when patience ends: a later pass looks again."""
        until = time.monotonic() + self.patience
        while (item := self._item(at)) is not None:
            if self.failed and dig(item, self.state) in self.failed:
                raise PermanentError(f"{at['arn']}: its deletion ended as {dig(item, self.state)}")
            if time.monotonic() > until:
                raise StillInUse(f"{at['arn']} is still being deleted")
            at.api.pause(POLL)

    @contextmanager
    def _meaning(self) -> Iterator[None]:
        """Read what an error says where its code doesn't tell."""
        try:
            yield
        except PermanentError as error:
            for pattern, meaning in ((self.says_gone, NotFound), (self.says_in_use, StillInUse)):
                if pattern and re.search(pattern, str(error)):
                    raise meaning(str(error)) from error
            raise


def _told(item: Item, path: str) -> Tags | None:
    """The tags in ``item``; where it has no word of them, it has none; ``None`` there says that they are unknown."""
    return None if item.get(path, ()) is None else tag_map(dig(item, path))


__all__ = ["GLOBAL", "NAME_TAG", "REGION", "ArnPattern", "Ask", "At", "Item", "NativeKind", "flag", "unprotected"]
