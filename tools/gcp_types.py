"""Write the table in docs/gcp.md and the reading role: `python tools/gcp_types.py`. A test compares both."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from driftguard.janitor.resources.gcp.catalogue import single_kinds
from driftguard.janitor.resources.gcp.names import Form
from driftguard.janitor.resources.gcp.rest import DESCRIPTION, PROJECT, RestKind

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "gcp.md"
READS = ROOT / "terraform" / "modules" / "oidc" / "gcp" / "reads.json"
BEGIN, END = "<!-- types: written by tools/gcp_types.py -->\n", "<!-- /types -->"
WORDS = {DESCRIPTION: "description", PROJECT: "its project's labels"}

NAMED = {"sqladmin": "cloudsql", "firestore": "datastore"}
"""Services whose permissions have another name."""

ALSO = (
    "cloudasset.assets.searchAllResources",
    "dns.resourceRecordSets.list",
    "resourcemanager.projects.get",
    "spanner.backups.list",
    "spanner.databases.list",
    "storage.objects.list",
)
_PROXIES = tuple(f"target{proxy}Proxies" for proxy in ("Http", "Https", "Tcp"))
PLACED = {
    "regions": ("backendServices", "healthChecks", "networkEndpointGroups", "sslCertificates", "urlMaps", *_PROXIES),
    "global": ("addresses", "forwardingRules", "networkEndpointGroups"),
}
"""Collections of Compute's that have a permission of their own in regions, or for the whole project."""


def reads() -> str:
    """The permissions that a look needs, by name."""
    found = {permission(kind, form) for kind in single_kinds().values() for form in kind.forms}
    return json.dumps(sorted({*found, *ALSO}), indent=2) + "\n"


def permission(kind: RestKind, form: Form) -> str:
    """``compute.regionUrlMaps.get``. https://cloud.google.com/iam/docs/permissions-reference."""
    if kind.service == "firestore":
        return "datastore.databases.getMetadata"
    *_, collection, _name = form.template.split("/")
    collection = {"b": "buckets"}.get(collection, collection)
    for place, collections in PLACED.items():
        if kind.service == "compute" and f"/{place}/" in form.template and collection in collections:
            collection = f"{place.removesuffix('s')}{collection[0].upper()}{collection[1:]}"
    return f"{NAMED.get(kind.service, kind.service)}.{collection}.get"


def rows() -> Iterator[str]:
    yield "| Kind | In Cloud Asset | Its words stand in | Has an age | Google protects | Goes after |"
    yield "|---|---|---|---|---|---|"
    for name, kind in sorted(single_kinds().items()):
        assets = " ".join(f"`{asset}`" for asset in kind.assets)
        after = " ".join(f"`{before}`" for before in kind.after)
        aged, guarded = "yes" if kind.created else "", "yes" if kind.guarded else ""
        yield f"| `{name}` | {assets} | {WORDS.get(kind.tags, 'labels')} | {aged} | {guarded} | {after} |"


def page(text: str) -> str:
    """``text`` with its table written anew."""
    before, _, rest = text.partition(BEGIN)
    return before + BEGIN + "\n" + "\n".join(rows()) + "\n\n" + END + rest.partition(END)[2]


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    READS.write_text(reads(), encoding="utf-8")
