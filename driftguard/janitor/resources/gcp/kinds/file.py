"""Filestore's instances and backups."""

from __future__ import annotations

from collections.abc import Iterator

from driftguard.janitor.resources.gcp.answers import Item, last
from driftguard.janitor.resources.gcp.rest import At, along, flag
from driftguard.janitor.resources.gcp.service import Service, plain_kind
from driftguard.model import Target

_AT = "projects/{project}/locations/{location}"


def _snapshots(at: At, _item: Item) -> Iterator[Target]:
    """They have labels of their own, and ``force`` deletes them with their instance."""
    for each in at.every(f"{_AT}/instances/{{name}}/snapshots", "snapshots"):
        yield along(at, "file:instance:snapshot", f"{at.path}/snapshots/{last(each.get('name'))}", each)


SERVICE = Service(
    "file",
    (
        plain_kind(
            "file",
            "v1",
            "instance",
            f"{_AT}/instances/{{name}}",
            protection=flag("deletionProtectionEnabled", "Filestore's deletion protection"),
            takes=_snapshots,
            query={"force": "true"},
            patience=600.0,
        ),
        plain_kind("file", "v1", "backup", f"{_AT}/backups/{{name}}"),
    ),
)
