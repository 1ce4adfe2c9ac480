"""A kind of Google Cloud resource as a declaration: its names, its API, where its labels lie, what protects it.

Most kinds are nothing but this; the others put a function where a path isn't enough. See ``kinds/``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from driftguard.errors import NotFound, PermanentError, StillInUse, Withheld
from driftguard.janitor.resources.gcp.answers import Item, Sized, Tags, described, dig, labels, last, moment, region_of
from driftguard.janitor.resources.gcp.names import Form, fill
from driftguard.janitor.resources.gcp.resource import GcpApi, number_of
from driftguard.model import Target, fingerprint

DESCRIPTION = "description"
"""The kind has no labels: its description holds them, ``driftguard-owner=platform``."""

PROJECT = "project"
"""The kind has neither: its project's labels speak for it."""


@dataclass(frozen=True, slots=True)
class At:
    """One resource, and the API to ask about it. ``at["name"]`` is a field of its full name; ``path`` its own."""

    api: GcpApi
    service: str
    version: str
    path: str
    project: str
    fields: Mapping[str, str]

    def __getitem__(self, name: str) -> str:
        return self.fields[name]

    def get(self, below: str = "", **query: Any) -> Item:
        """The resource itself, or what lies below it (quoted, with its slash)."""
        return self.api.call("GET", self.service, f"{self.version}/{self.path}{below}", project=self.project, **query)

    def its_project(self) -> Item:
        """Its project as it is now, and not as it was when it was admitted."""
        return self.api.call("GET", "cloudresourcemanager", f"v3/projects/{self.project}", project=self.project)

    def every(self, template: str, key: str, **query: Any) -> Iterator[Item]:
        """Every item of a listing at ``template``, its fields filled in."""
        where = f"{self.version}/{fill(template, self.fields)}"
        for page in self.api.pages(self.service, where, project=self.project, **query):
            yield from page.get(key) or ()

    def delete(self, path: str, patience: float, **query: Any) -> None:
        """Delete what lies at ``path`` (quoted)."""
        where = f"{self.version}/{path}"
        self.api.delete(self.service, where, project=self.project, patience=patience, **query)


Protection = Callable[[At, Item], str]
"""What Google itself protects it with; "" if nothing does. Raises if that can't be known."""

Before = Callable[[At, Item], str]
"""Deletes what must go first and isn't a resource by itself; returns a note."""

Note = Callable[[At, Item], str]

Takes = Callable[[At, Item], Iterable[Target]]
"""What has labels of its own and is deleted along with it, whoever's it is. Raises if that can't be known."""


def along(at: At, kind: str, path: str, item: Item, *, place: str = "", created: str = "createTime") -> Target:
    """A target for ``item`` of ``kind`` at ``path`` (below the host), which its deletion takes along."""
    tags = labels(item, "labels")
    return Target(
        provider="gcp",
        scope=f"gcp/{at.project}/{region_of(place)}",
        type=kind,
        id=f"//{at.service}.googleapis.com/{path}",
        name=last(path),
        tags=tags,
        created_at=moment(dig(item, created)),
        fingerprint=fingerprint(tags),
    )


def flag(path: str, name: str) -> Protection:
    """Protected if the item says so at ``path``."""
    return lambda _at, item: name if dig(item, path) in (True, "true", "DELETE_PROTECTION_ENABLED") else ""


def _to_nobody(_item: Item) -> str:
    return ""


def _nothing(_at: At, _item: Item) -> str:
    return ""


def _takes_nothing(_at: At, _item: Item) -> Iterable[Target]:
    return ()


@dataclass(frozen=True, kw_only=True)
class RestKind:
    """``GcpResource``, from a declaration."""

    kind: str
    assets: tuple[str, ...]
    forms: tuple[Form, ...]
    service: str
    version: str
    tags: str = "labels"
    """Where an item holds its labels; or ``DESCRIPTION``, or ``PROJECT``."""
    named: str = ""
    """Where an item holds the name that ownership is read from, if the full name doesn't end in it."""
    created: str = "createTime"
    protection: Protection = _nothing
    belongs: Callable[[Item], str] = _to_nobody
    """What it is a part of and goes with, and so isn't deleted by itself."""
    takes: Takes = _takes_nothing
    before: Before = _nothing
    note: Note = _nothing
    """What to say once it is gone: until when it can be brought back."""
    query: Mapping[str, str] = field(default_factory=dict)
    """Parameters of the deletion."""
    patience: float = 300.0
    """Seconds to wait for the end of a deletion that Google only begins when asked."""
    size: Sized | None = None
    after: tuple[str, ...] = ()

    @property
    def labelled(self) -> bool:
        return self.tags not in (DESCRIPTION, PROJECT)

    @property
    def guarded(self) -> bool:
        """Whether Google protects some of its kind, which only a native look tells."""
        return self.protection is not _nothing

    def found(self, api: GcpApi, number: str, row: Item) -> Target | None:
        full = str(row.get("name", ""))
        fields = self._match(full)
        if fields is None:
            return None
        tags = self._tags(api.project(number), labels(row, "labels"), row.get("description"))
        return Target(
            provider="gcp",
            scope=f"gcp/{number}/{region_of(str(row.get('location') or ''))}",
            type=self.kind,
            id=full,
            name="" if self.named else fields["name"],
            tags=tags,
            fingerprint=fingerprint(tags),
            created_at=moment(row.get("createTime")),
        )

    def _match(self, full: str) -> Mapping[str, str] | None:
        return next((found for form in self.forms if (found := form.match(full)) is not None), None)

    def _tags(self, project: Item, own: Tags, description: Any) -> Tags | None:
        if self.tags == PROJECT:
            return labels(project, "labels")
        return described(description) if self.tags == DESCRIPTION else own

    def read(self, api: GcpApi, target: Target) -> Target | None:
        at = self._at(api, target)
        item = self._item(at)
        if item is None:
            return None
        try:
            protection, taken = self._kept_by(at, item), tuple(self.takes(at, item))
        except NotFound as error:
            if self._item(at) is None:
                return None
            raise PermanentError(f"what protects {target.name} could not be read: {error}") from error
        own = labels(item, self.tags) if self.labelled else {}
        tags = self._tags(at.its_project() if self.tags == PROJECT else {}, own, item.get("description"))
        return Target(
            provider="gcp",
            scope=target.scope,
            type=self.kind,
            id=target.id,
            name=last(dig(item, self.named)) if self.named else at["name"],
            tags=tags,
            fingerprint=fingerprint(tags),
            created_at=moment(dig(item, self.created)),
            protection=protection,
            size=self.size(item) if self.size else "",
            holds=taken,
        )

    def delete(self, api: GcpApi, target: Target) -> str:
        at = self._at(api, target)
        item = self._item(at)
        if item is None:
            raise NotFound(f"{target.id} is gone")
        protection = self._kept_by(at, item)
        if protection:
            raise Withheld(f"{target.name} is protected by {protection}")
        try:
            note = self.before(at, item)
        except NotFound as error:
            if self._item(at) is None:
                raise
            raise StillInUse(f"something in it went while it was being deleted: {error}") from error
        at.delete(at.path, self.patience, **self.query)
        return "; ".join(filter(None, (note, self.note(at, item))))

    def _kept_by(self, at: At, item: Item) -> str:
        return self.belongs(item) or self.protection(at, item)

    def _at(self, api: GcpApi, target: Target) -> At:
        for form in self.forms:
            fields = form.match(target.id)
            if fields is not None:
                return At(api, self.service, self.version, form.rest(fields), number_of(target), fields)
        raise PermanentError(f"{target.id} is not the full name of a {self.kind}")

    def _item(self, at: At) -> Item | None:
        """The resource's own item; ``None`` if it is gone. Raises ``PermanentError`` if another project has it."""
        try:
            item = at.get()
        except NotFound:
            return None
        owner = item.get("projectNumber")
        if (owner is not None or "project" not in at.fields) and str(owner) != at.project:
            raise PermanentError(f"{at.path} belongs to project {owner}, not to {at.project}")
        return item
