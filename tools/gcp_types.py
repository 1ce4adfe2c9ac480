"""Write the table in docs/gcp.md and the roles' permissions: `python tools/gcp_types.py`. A test compares them."""

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
DELETES = READS.with_name("deletes.json")
BEGIN, END = "<!-- types: written by tools/gcp_types.py -->\n", "<!-- /types -->"
WORDS = {DESCRIPTION: "description", PROJECT: "its project's labels"}

NAMED = {"sqladmin": "cloudsql", "firestore": "datastore"}
"""Services whose permissions have another name."""

ALSO = (
    "bigquery.tables.list",
    "compute.instances.list",
    "cloudasset.assets.searchAllResources",
    "dns.resourceRecordSets.list",
    "file.snapshots.list",
    "resourcemanager.projects.get",
    "spanner.backups.list",
    "spanner.databases.list",
    "storage.objects.list",
)
TOO = (
    "compute.autoscalers.delete",
    "compute.networks.updatePolicy",  # firewalls and routes are their network's policy
    "dns.changes.create",
    "dns.resourceRecordSets.delete",
    "storage.objects.delete",
)
"""What a deletion needs beside the permission to delete that kind."""

WAITED_FOR = ("cloudfunctions", "container", "datastore", "file", "redis", "run", "workflows")
"""Services whose deletions are operations with a permission of their own to be read."""

OPERATIONS = ("compute.globalOperations.get", "compute.regionOperations.get", "compute.zoneOperations.get")
_PROXIES = tuple(f"target{proxy}Proxies" for proxy in ("Http", "Https", "Tcp"))
PLACED = {
    "regions": ("backendServices", "healthChecks", "networkEndpointGroups", "sslCertificates", "urlMaps", *_PROXIES),
    "global": ("addresses", "forwardingRules", "networkEndpointGroups"),
}
"""Collections of Compute's that have a permission of their own in regions, or for the whole project."""


def reads() -> str:
    """The permissions that a look needs, by name."""
    found = {
        "datastore.databases.getMetadata" if kind.service == "firestore" else f"{collection(kind, form)}.get"
        for kind, form in _forms()
    }
    waiting = {f"{service}.operations.get" for service in WAITED_FOR}
    return json.dumps(sorted({*found, *waiting, *OPERATIONS, *ALSO}), indent=2) + "\n"


def deletes() -> str:
    """The permissions that a deletion needs beside those of a look, by name. An operation's name is none of ours."""
    return json.dumps(sorted({*(f"{collection(kind, form)}.delete" for kind, form in _forms()), *TOO}), indent=2) + "\n"


def _forms() -> Iterator[tuple[RestKind, Form]]:
    return ((kind, form) for kind in single_kinds().values() for form in kind.forms)


def collection(kind: RestKind, form: Form) -> str:
    """``compute.regionUrlMaps``. https://cloud.google.com/iam/docs/permissions-reference."""
    *_, found, _name = form.template.split("/")
    found = {"b": "buckets"}.get(found, found)
    for place, collections in PLACED.items():
        if kind.service == "compute" and f"/{place}/" in form.template and found in collections:
            found = f"{place.removesuffix('s')}{found[0].upper()}{found[1:]}"
    return f"{NAMED.get(kind.service, kind.service)}.{found}"


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
    DELETES.write_text(deletes(), encoding="utf-8")
