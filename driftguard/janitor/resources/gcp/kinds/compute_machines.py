"""Compute Engine's machines: instances and their groups, disks, snapshots, images, templates."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from urllib.parse import quote

from driftguard.errors import PermanentError
from driftguard.janitor.resources.gcp.answers import Item, dig, last, size
from driftguard.janitor.resources.gcp.compute import compute_kind
from driftguard.janitor.resources.gcp.names import fill
from driftguard.janitor.resources.gcp.rest import At, along, flag
from driftguard.janitor.resources.gcp.service import Service
from driftguard.model import Target

_DISK = re.compile(r"projects/(?P<project>[^/]+)/(?P<sort>zones|regions)/(?P<place>[^/]+)/disks/(?P<name>[^/]+)$")
_PROTECTED = flag("deletionProtection", "Compute Engine's deletion protection")
PATIENCE = 540.0
"""Seconds; a machine is given time to shut down."""


def _disk(item: Item) -> str:
    """One that two zones share is another price."""
    found = size("type", "sizeGb")(item)
    return f"regional-{found}" if item.get("replicaZones") else found


def _autoscaler(at: At, item: Item) -> str:
    """A managed group doesn't go while an autoscaler holds it; the autoscaler has no labels, and no use without it."""
    place = "zones/{zone}" if "zone" in at.fields else "regions/{region}"
    scaler = str((item.get("status") or {}).get("autoscaler") or "").rpartition("/")[2]
    if not scaler:
        return ""
    at.delete(fill(f"projects/{{project}}/{place}/autoscalers/{{scaler}}", {**at.fields, "scaler": scaler}), PATIENCE)
    return "its autoscaler went with it"


def _disks(at: At, item: Item) -> Iterator[Target]:
    """Disks that go with their machine: ``autoDelete``. One that can't be read by its address raises."""
    for each in item.get("disks") or ():
        if each.get("autoDelete") and each.get("source"):
            yield _disk_at(at, str(each["source"]))


def _machines(at: At, item: Item) -> Iterator[Target]:
    """A managed group's machines, each with its disks. Its own list of them is a POST, so they are found by name."""
    base = re.escape(str(item.get("baseInstanceName") or ""))
    for zone in _zones(at, item) if base else ():
        place = f"projects/{{project}}/zones/{quote(zone, safe='')}/instances"
        for each in at.every(place, "items", filter=f'name eq "{base}-.*"'):
            path = f"projects/{at['project']}/zones/{zone}/instances/{each['name']}"
            machine = along(at, "compute:instance", path, each, place=zone, created="creationTimestamp")
            yield replace(machine, protection=_PROTECTED(at, each))
            yield from _disks(at, each)


def _zones(at: At, item: Item) -> Sequence[str]:
    if "zone" in at.fields:
        return [at["zone"]]
    return [last(each.get("zone")) for each in dig(item, "distributionPolicy.zones") or ()]


def _disk_at(at: At, source: str) -> Target:
    """``https://www.googleapis.com/compute/v1/projects/p/zones/z/disks/d``, and the same in a region."""
    found = _DISK.search(source)
    if found is None:
        raise PermanentError(f"'{source}' is not the address of a disk, so what goes with {at['name']} isn't known")
    path = fill("projects/{project}/{sort}/{place}/disks/{name}", found.groupdict())
    disk = at.api.call("GET", at.service, f"{at.version}/{path}", project=at.project)
    return along(at, "compute:disk", found[0], disk, place=found["place"], created="creationTimestamp")


SERVICE = Service(
    "compute_machines",
    (
        compute_kind(
            "instances",
            "zone",
            "Instance",
            tags="labels",
            protection=_PROTECTED,
            takes=_disks,
            patience=PATIENCE,
            size=size("machineType"),
            after=("compute:instance-group-manager", "container:cluster"),
        ),
        compute_kind(
            "disks",
            "zone region",
            "Disk",
            "RegionDisk",
            tags="labels",
            size=_disk,
            after=("compute:instance", "container:cluster"),
        ),
        compute_kind("snapshots", "global", "Snapshot", tags="labels", size=size("", "diskSizeGb")),
        compute_kind("images", "global", "Image", tags="labels", after=("compute:instance-template",)),
        compute_kind("machineImages", "global", "MachineImage", tags="labels"),
        compute_kind(
            "instanceGroupManagers",
            "zone region",
            "InstanceGroupManager",
            "RegionInstanceGroupManager",
            takes=_machines,
            before=_autoscaler,
            patience=PATIENCE,
            after=("compute:backend-service", "compute:target-pool", "container:cluster"),
        ),
        compute_kind(
            "instanceGroups",
            "zone",
            "InstanceGroup",
            after=("compute:backend-service", "compute:instance-group-manager"),
        ),
        compute_kind(
            "instanceTemplates",
            "global region",
            "InstanceTemplate",
            "RegionInstanceTemplate",
            after=("compute:instance-group-manager",),
        ),
    ),
)
