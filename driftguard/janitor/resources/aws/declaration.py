"""A kind of AWS resource as a declaration: its ARN, one request each to read, list and delete it, and where to look.

Most kinds are nothing but this; the others put a function where a request isn't enough. The IAM actions follow from
the requests; what functions need besides stands in ``also_reads`` and ``also_writes``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from driftguard.errors import NotFound, PermanentError, StillInUse
from driftguard.janitor.resources.aws.answers import Item, Tags, dig
from driftguard.janitor.resources.aws.arn import ArnPattern
from driftguard.janitor.resources.aws.asking import Ask, At
from driftguard.janitor.resources.aws.resource import GLOBAL, AwsApi, region_of
from driftguard.janitor.resources.aws.together import Together
from driftguard.model import Target

NAME_TAG = "Name"
REGION = "region"

Protection = Callable[[At, Item], str]
"""What AWS itself protects it with; "" if nothing does. Raises if that can't be known."""

Removal = Callable[[At], str]
"""Deletes it, contents first; returns a note."""

Tagging = Callable[[At, Item], Tags | None]
"""Its tags; ``None`` if we may not read them. Raises ``NotFound`` if it is gone."""

Born = Callable[[At, Item], Any]
"""When it came to be, as AWS writes it."""

Takes = Callable[[Sequence[tuple[At, Item]]], Sequence[Iterable[Target]]]
"""What each one's deletion takes along and isn't deleted by itself, in order. Raises if that can't be known."""

Size = Callable[[Item], str]
"""What its price goes by: ``t3.micro``, ``100 GiB``, ``gp3 100 GiB``."""

Every = Callable[[At], Iterator[Item]]
"""All of a kind in a region; ``at`` has no resource's fields there."""


def unprotected(_at: At, _item: Item) -> str:
    return ""


def _nothing(found: Sequence[tuple[At, Item]]) -> Sequence[Iterable[Target]]:
    return [()] * len(found)


def one_by_one(taken: Callable[[At, Item], Iterable[Target]]) -> Takes:
    """Where no request tells about several."""
    return lambda found: [taken(at, item) for at, item in found]


def flag(path: str, name: str) -> Protection:
    """Protected if the item says so at ``path``."""
    return lambda _at, item: name if dig(item, path) in (True, "true", "ENABLED") else ""


@dataclass(frozen=True, kw_only=True)
class Declaration:
    """See ``kinds/`` for eighty examples."""

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
    tags: str | Ask | Tagging = "Tags"
    """Where an item holds its tags, or what to ask for them (the item's own texts are filled in, too)."""
    created: str | Born = ""
    """Where an item holds when it came to be, or how to ask for that where no tag says when it ends."""
    size: str | Size = ""
    """Where an item holds what its price goes by, or how to read that."""
    together: Together | None = None
    """How one request tells about many."""
    state: str = ""
    gone: tuple[str, ...] = ()
    """States in which it counts as gone already."""
    going: tuple[str, ...] = ()
    """States in which a deletion is under way: there is nothing to do but to wait."""
    failed: tuple[str, ...] = ()
    """States that say that a deletion came to nothing."""
    patience: float = 0.0
    """Seconds that a deletion may take which AWS only begins when asked."""
    protection: Protection = unprotected
    takes: Takes = _nothing
    takes_others: bool = False
    """Whether these are things of their own that its deletion only changes: then each must be one that may go, too."""
    says_gone: str = ""
    says_in_use: str = ""
    """What an error says (a regular expression) where its code doesn't tell."""
    after: tuple[str, ...] = ()
    listing_tells: bool = False
    """Whether its listing leaves nothing to ask for a plan but what protects it, which also tells if it is gone."""
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
