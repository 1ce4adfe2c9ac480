"""Cloud Storage buckets, with every version of every object. Retention and holds protect."""

from __future__ import annotations

import time
from collections.abc import Iterator
from itertools import islice

from driftguard import lanes
from driftguard.errors import NotFound, Withheld
from driftguard.janitor.resources.gcp.answers import Item, dig
from driftguard.janitor.resources.gcp.names import Form, fill
from driftguard.janitor.resources.gcp.rest import At, RestKind
from driftguard.janitor.resources.gcp.service import Service

WIDTH = 16
"""Objects deleted at a time; the API has no call for many."""

TIMEOUT = 120.0
_DAY = 86400


def _protection(_at: At, item: Item) -> str:
    if item.get("retentionPolicy"):
        return "a retention policy of Cloud Storage"
    if dig(item, "objectRetention.mode") == "Enabled":
        return "retention of single objects in Cloud Storage"
    return "a default hold of Cloud Storage" if item.get("defaultEventBasedHold") else ""


def _objects(at: At) -> Iterator[Item]:
    fields = "nextPageToken,items(name,generation,temporaryHold,eventBasedHold)"
    return at.every("b/{name}/o", "items", versions="true", maxResults=1000, fields=fields)


def _empty(at: At, _item: Item) -> str:
    """Nothing is deleted before all of it has been looked at: one held object keeps the others, too."""
    for each in _objects(at):
        if each.get("temporaryHold") or each.get("eventBasedHold"):
            raise Withheld(f"{at['name']}: its object {each['name']} is held")
    objects, count = _objects(at), 0
    while batch := list(islice(objects, 1000)):
        _delete(at, batch)
        count += len(batch)
    return f"{count} object versions went with it" if count else ""


def _delete(at: At, batch: list[Item]) -> None:
    calls = [_deletion(at, each) for each in batch]
    for end in lanes.run(calls, width=WIDTH, timeout=TIMEOUT, deadline=time.monotonic() + TIMEOUT * len(batch)):
        if end.error is not None:
            raise end.error
        if end.timed_out:
            raise TimeoutError(f"{at['name']}/{batch[end.index]['name']}")


def _deletion(at: At, each: Item) -> lanes.Call[None]:
    def delete(_ticket: lanes.Ticket) -> None:
        try:
            path = fill("b/{name}/o/{object}", {**at.fields, "object": each["name"]})
            at.delete(path, 0.0, generation=each["generation"])
        except NotFound:
            return

    return delete


def _kept(_at: At, item: Item) -> str:
    seconds = int(dig(item, "softDeletePolicy.retentionDurationSeconds") or 0)
    return f"it can be restored for {seconds // _DAY} days" if seconds else ""


SERVICE = Service(
    "storage",
    (
        RestKind(
            kind="storage:bucket",
            assets=("storage.googleapis.com/Bucket",),
            forms=(Form("//storage.googleapis.com/{name}", "b/{name}"),),
            service="storage",
            version="storage/v1",
            created="timeCreated",
            protection=_protection,
            before=_empty,
            note=_kept,
            after=("compute:backend-bucket", "logging:log-sink"),
        ),
    ),
)
