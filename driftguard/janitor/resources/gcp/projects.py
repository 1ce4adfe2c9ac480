"""Whole projects as environments, ``dg-*`` directly below a folder of the policy. Liens protect them.

A project goes with all that is in it. What in it says nothing of its own goes along; what does, by labels that protect
it, by a lease or an environment of its own, or by a protection of Google's, is held up to the gate with the project
and keeps it whole. Google keeps a deleted project for 30 days.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from driftguard import lanes
from driftguard.errors import NotFound, PermanentError, Withheld
from driftguard.janitor import lease
from driftguard.janitor.resources.gcp import search
from driftguard.janitor.resources.gcp.answers import Item, labels, last, moment
from driftguard.janitor.resources.gcp.resource import GcpApi, GcpResource
from driftguard.model import Target, fingerprint
from driftguard.policy import WHOLE_PROJECT, Janitor

ACTIVE = "ACTIVE"
READERS, TIMEOUT = 8, 300.0
_FULL = "//cloudresourcemanager.googleapis.com/projects/"


@dataclass(frozen=True)
class WholeProject:
    """``GcpResource`` for projects; ``types`` are all the others, by their names in Cloud Asset."""

    janitor: Janitor
    types: Mapping[str, GcpResource]
    kind: ClassVar[str] = WHOLE_PROJECT
    assets: ClassVar[tuple[str, ...]] = ()
    after: ClassVar[tuple[str, ...]] = ()
    labelled: ClassVar[bool] = True
    guarded: ClassVar[bool] = True

    def listed(self, api: GcpApi, container: str) -> Iterator[Target]:
        """Every project directly below ``container`` that isn't gone already."""
        for item in api.projects_in(container):
            if item.get("state") == ACTIVE:
                yield _target(item)

    def found(self, _api: GcpApi, _number: str, _row: Item) -> Target | None:
        """A search through a project doesn't look for projects."""
        return None

    def read(self, api: GcpApi, target: Target) -> Target | None:
        item = self._item(api, target)
        if item is None or item.get("state") != ACTIVE:
            return None
        project = _target(item)
        if project.scope != target.scope:
            raise PermanentError(f"{project.name} was moved from {target.scope} to {project.scope}")
        protection = self._protection(api, target.id.rpartition("/")[2])
        return replace(project, protection=protection, holds=tuple(self._voices(api, project)))

    def delete(self, api: GcpApi, target: Target) -> str:
        now = self._item(api, target)
        if now is None or now.get("state") != ACTIVE:
            raise NotFound(f"{target.name} is gone")
        number = target.id.rpartition("/")[2]
        protection = self._protection(api, number)
        if protection:
            raise Withheld(f"{target.name} is protected by {protection}")
        api.delete("cloudresourcemanager", f"v3/projects/{number}", project=number, patience=TIMEOUT)
        return f"it can be restored for 30 days: gcloud projects undelete {number}"

    def _item(self, api: GcpApi, target: Target) -> Item | None:
        """As it is now. What may not be read is unknown; Google says so of a project that is long gone, too."""
        number = target.id.rpartition("/")[2]
        api.project(number)
        try:
            return api.call("GET", "cloudresourcemanager", f"v3/projects/{number}", project=number)
        except NotFound:
            return None

    def _protection(self, api: GcpApi, number: str) -> str:
        if number in self._worked_in:
            return "the policy, which lists it under janitor.clouds.gcp.projects"
        for page in api.pages("cloudresourcemanager", "v3/liens", project=number, parent=f"projects/{number}"):
            for lien in page.get("liens") or ():
                return f"a lien: {lien.get('reason') or lien.get('origin') or lien.get('name')}"
        return ""

    @property
    def _worked_in(self) -> Sequence[str]:
        gcp = self.janitor.clouds.gcp
        return gcp.projects if gcp is not None else ()

    def _voices(self, api: GcpApi, project: Target) -> Iterator[Target]:
        """Whatever in it has a word of its own about when it goes. Raises if that can't be known of one of them."""
        number = project.id.rpartition("/")[2]
        guarded: list[Target] = []
        for row in search.rows(api, number):
            kind = self.types.get(str(row.get("assetType")))
            member = (kind.found(api, number, row) if kind else None) or _stranger(number, row)
            if kind is not None and kind.guarded and kind.kind == member.type:
                guarded.append(member)
            elif lease.speaks(member, project, self.janitor):
                yield member
        yield from (member for member in self._looked_at(api, guarded) if lease.speaks(member, project, self.janitor))

    def _looked_at(self, api: GcpApi, members: Sequence[Target]) -> Iterator[Target]:
        by_kind = {kind.kind: kind for kind in self.types.values()}

        def reading(member: Target) -> lanes.Call[Target | None]:
            return lambda _ticket: by_kind[member.type].read(api, member)

        calls = [reading(member) for member in members]
        for end in lanes.run(calls, width=READERS, timeout=TIMEOUT, deadline=time.monotonic() + TIMEOUT):
            if end.error is not None:
                raise end.error
            if end.timed_out:
                raise PermanentError(f"{members[end.index].id} could not be read in time")
            if end.value is not None:
                yield end.value


def _target(item: Item) -> Target:
    number = str(item["name"]).partition("/")[2]
    tags = labels(item, "labels")
    return Target(
        provider="gcp",
        scope=f"gcp/{str(item.get('parent')).replace('/', '-')}/global",
        type=WHOLE_PROJECT,
        id=_FULL + number,
        name=str(item.get("projectId", "")),
        tags=tags,
        fingerprint=fingerprint(tags),
        created_at=moment(item.get("createTime")),
    )


def _stranger(number: str, row: Item) -> Target:
    """What lies in a project and is of a kind that nothing here knows, or whose name tells nothing."""
    tags = labels(row, "labels")
    return Target(
        provider="gcp",
        scope=f"gcp/{number}/global",
        type=str(row.get("assetType", "unknown")),
        id=str(row.get("name", "")),
        name=last(row.get("name")),
        tags=tags,
        fingerprint=fingerprint(tags),
    )
