"""Cloud DNS zones, with their records."""

from __future__ import annotations

from driftguard.janitor.resources.gcp.answers import Item
from driftguard.janitor.resources.gcp.names import fill
from driftguard.janitor.resources.gcp.rest import At
from driftguard.janitor.resources.gcp.service import Service, plain_kind

_ZONE = "projects/{project}/managedZones/{name}"


def _records(at: At, item: Item) -> str:
    """Each record by itself; the zone's own NS and SOA go with the zone."""
    own = {(item.get("dnsName"), "NS"), (item.get("dnsName"), "SOA")}
    doomed = [each for each in at.every(f"{_ZONE}/rrsets", "rrsets") if (each["name"], each["type"]) not in own]
    for each in doomed:
        record = {**at.fields, "record": each["name"], "type": each["type"]}
        at.delete(fill(f"{_ZONE}/rrsets/{{record}}/{{type}}", record), 0.0)
    return f"{len(doomed)} records went with it" if doomed else ""


SERVICE = Service(
    "dns",
    (plain_kind("dns", "dns/v1", "managed-zone", _ZONE, named="name", created="creationTime", before=_records),),
)
