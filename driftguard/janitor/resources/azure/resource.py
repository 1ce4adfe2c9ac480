"""What a type of Azure resource is to the janitor, and the part of ``clients.azure`` that it speaks to."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Protocol

from driftguard.janitor.resources.azure.ids import kind_of

Item = Mapping[str, Any]
_PATH = re.compile(r"\{([\w.]+)\}")
_BORN = (
    "systemData.createdAt",
    "createdTime",
    "properties.timeCreated",
    "properties.creationTime",
    "properties.createdTime",
    "properties.creationDate",
    "properties.createdDate",
)
"""Where types tell their age."""


class AzureApi(Protocol):
    """Errors are ours already."""

    @property
    def subscriptions(self) -> Mapping[str, Item]: ...
    def rows(self, query: str) -> Iterator[Sequence[Item]]: ...
    def get(self, path: str, version: str, /, **asked: str) -> Item: ...
    def listed(self, path: str, version: str, /, **asked: str) -> Iterator[Item]: ...
    def locks(self, subscription: str) -> Sequence[str]: ...
    def delete(self, identity: str, version: str, /, **asked: str) -> None: ...
    def write(self, method: str, path: str, version: str) -> None: ...


@dataclass(frozen=True, kw_only=True)
class Recovery:
    """What Azure keeps after a deletion, and for how long.

    ``days`` is a number or where the resource says it. ``record`` is the path of what is kept, with ``{subscription}``,
    ``{group}``, ``{location}`` and ``{name}``; ``until`` is where that tells when it is gone for good. ``purge`` is the
    request that makes it so at once: a method and what follows the record's path; ``unless`` is where the resource says
    that nobody may purge it. ``keeps`` says what is kept if not the resource itself.
    """

    days: int | str
    record: str = ""
    until: str = ""
    purge: tuple[str, str] = ("", "")
    unless: str = ""
    keeps: str = ""


Takes = Callable[[Item], Iterable[str]]


def _nothing(_item: Item) -> Iterable[str]:
    return ()


@dataclass(frozen=True, kw_only=True)
class AzureType:
    """One type. ``after`` are the types that must be gone before one of it can go.

    ``contents`` are the collections in it that must be emptied first. ``protects`` maps where a resource says that it
    is protected to what that is called: it is where the value there is any of ``_ON``. ``size`` is what its price goes
    by, with paths in braces. ``query`` are parameters of its deletion. ``takes`` gives the ids of what lies elsewhere
    and is deleted along with it.
    """

    name: str
    what: str
    after: tuple[str, ...] = ()
    contents: tuple[str, ...] = ()
    protects: Mapping[str, str] = field(default_factory=dict)
    size: str = ""
    query: Mapping[str, str] = field(default_factory=dict)
    takes: Takes = _nothing
    recovery: Recovery | None = None

    @property
    def kind(self) -> str:
        return kind_of(self.name)

    @property
    def tells(self) -> bool:
        """Whether only the resource itself tells all that protects it or goes with it, and no listing does."""
        return bool(self.protects) or self.takes is not _nothing

    def protection(self, item: Item) -> str:
        """What the resource itself says that it is protected by; "" if nothing."""
        return next((name for path, name in self.protects.items() if dig(item, path) in _ON), "")

    def size_of(self, item: Item) -> str:
        """Empty where the resource doesn't tell all of it."""
        found = {path: dig(item, path) for path in _PATH.findall(self.size)}
        if any(value in (None, "") for value in found.values()):
            return ""
        return _PATH.sub(lambda match: str(found[match[1]]), self.size)


_ON = (True, "true", "Enabled", "Locked", "Unlocked")
"""An unlocked policy protects, too; it may only be taken away first."""


@dataclass(frozen=True)
class Provider:
    """What one file in ``kinds/`` exports: the types of one resource provider; ``kind`` is its namespace."""

    kind: str
    types: tuple[AzureType, ...]


def dig(item: Any, path: str) -> Any:
    """What lies at ``path`` (``properties.timeCreated``), or ``None``."""
    for key in path.split("."):
        item = item.get(key) if isinstance(item, Mapping) else None
    return item


def group_named(path: str) -> Takes:
    """The resource group that a resource keeps for itself, whose name or id lies at ``path``."""

    def named(item: Item) -> Iterable[str]:
        found = str(dig(item, path) or "")
        subscription = "/".join(str(item["id"]).split("/")[:3])
        return [found if "/" in found else f"{subscription}/resourceGroups/{found}"] if found else []

    return named


def born(item: Item) -> datetime | None:
    """When a resource was made, from wherever its type says so; ``None`` if it doesn't or can't be read."""
    for path in _BORN:
        found = moment(dig(item, path))
        if found is not None:
            return found
    return None


def moment(text: Any) -> datetime | None:
    """A time as Azure writes it, with up to seven digits of a second; ``None`` if it is none, or of no zone."""
    try:
        found = datetime.fromisoformat(re.sub(r"(\.\d{6})\d+", r"\1", str(text)))
        return found.astimezone(UTC) if found.tzinfo else None
    except (ValueError, OverflowError):
        return None
