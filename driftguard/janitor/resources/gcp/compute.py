"""What Compute Engine's kinds have in common: one collection in zones, in regions, or for the whole project."""

from __future__ import annotations

from typing import Any

from driftguard.janitor.resources.gcp.names import Form
from driftguard.janitor.resources.gcp.rest import DESCRIPTION, RestKind

_PLACES = {"zone": "zones/{zone}", "region": "regions/{region}", "global": "global"}


def compute_kind(collection: str, places: str, *assets: str, **more: Any) -> RestKind:
    """``compute_kind("disks", "zone region", "Disk", "RegionDisk")`` is the kind ``compute:disk``.

    The first asset type gives the kind its name. ``tags`` are the description's unless said otherwise.
    """
    forms = tuple(
        Form(f"//compute.googleapis.com/projects/{{project}}/{_PLACES[place]}/{collection}/{{name}}")
        for place in places.split()
    )
    return RestKind(
        kind=f"compute:{_dashed(assets[0])}",
        assets=tuple(f"compute.googleapis.com/{asset}" for asset in assets),
        forms=forms,
        service="compute",
        version="compute/v1",
        **{"tags": DESCRIPTION, "created": "creationTimestamp", **more},
    )


def _dashed(name: str) -> str:
    """``InstanceGroupManager`` as ``instance-group-manager``."""
    return "".join(f"-{letter.lower()}" if letter.isupper() else letter for letter in name).lstrip("-")
