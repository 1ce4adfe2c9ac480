"""Compute Engine's machines: instances and their groups, disks, snapshots, images, templates."""

from driftguard.janitor.resources.gcp.answers import Item, size
from driftguard.janitor.resources.gcp.compute import compute_kind
from driftguard.janitor.resources.gcp.names import fill
from driftguard.janitor.resources.gcp.rest import At, flag
from driftguard.janitor.resources.gcp.service import Service

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


SERVICE = Service(
    "compute_machines",
    (
        compute_kind(
            "instances",
            "zone",
            "Instance",
            tags="labels",
            protection=flag("deletionProtection", "Compute Engine's deletion protection"),
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
