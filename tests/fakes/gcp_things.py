"""What lies in the small Google Cloud: a resource, how each service writes it down, and how a search shows it."""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

LONGRUNNING = {
    "run",
    "cloudfunctions",
    "artifactregistry",
    "redis",
    "memcache",
    "file",
    "workflows",
    "firestore",
    "cloudresourcemanager",
}
"""Services whose deletions are operations of google.longrunning."""

STATUS_STYLE = {"compute", "container", "sqladmin"}
"""Services with operations of their own making; whatever is in neither set deletes at once."""

_CREATED = {"compute": "creationTimestamp", "storage": "timeCreated", "bigquery": "creationTime", "dns": "creationTime"}
_UNDATED = {"pubsub", "cloudtasks", "cloudscheduler", "iam"}
_LABELS = {"container": "resourceLabels"}
_HOSTS = {"cloudsql": "sqladmin"}
_BASES = {
    "compute": "compute/v1/",
    "storage": "storage/v1/b/",
    "bigquery": "bigquery/v2/",
    "dns": "dns/v1/",
    "run": "v2/",
    "logging": "v2/",
    "cloudtasks": "v2/",
    "cloudfunctions": "v2/",
}
_BORN = "2026-01-01T00:00:00Z"
_PROTECTIONS = {
    "deletionProtection": True,
    "deletionProtectionEnabled": True,
    "deleteProtectionState": "DELETE_PROTECTION_ENABLED",
}


@dataclass
class Thing:
    """One resource. ``path`` is its REST path with its service before it; ``body`` what a GET answers."""

    full: str
    asset: str
    project: str
    location: str
    path: str
    body: dict[str, Any]
    labels: Mapping[str, str]

    @property
    def name(self) -> str:
        return self.full.rpartition("/")[2]

    @property
    def protected(self) -> bool:
        settings = self.body.get("settings", {})
        return any(self.body.get(key, settings.get(key)) == value for key, value in _PROTECTIONS.items())

    @property
    def points_at(self) -> str:
        """All that it says of others. What its status says of others doesn't hold these."""
        return json.dumps({key: value for key, value in self.body.items() if key != "status"})

    def used_by(self, others: Iterable["Thing"]) -> str:
        """The name of one of ``others`` that points at it; empty if none does."""
        whole = f"projects/{self.path.partition('/projects/')[2]}"
        named = (each for each in others if each is not self and f'{whole}"' in each.points_at)
        return next((each.name for each in named), "") if "/projects/" in self.path else ""

    def row(self) -> dict[str, Any]:
        """It as a search shows it."""
        born = next(
            (self.body[key] for key in ("creationTimestamp", "timeCreated", "createTime") if key in self.body), ""
        )
        told = {
            "name": self.full,
            "assetType": self.asset,
            "project": f"projects/{self.project}",
            "displayName": str(self.body.get("displayName") or self.name),
            "location": self.location,
            "createTime": born,
            "labels": dict(self.labels),
            "description": str(self.body.get("description", "")),
        }
        return {key: value for key, value in told.items() if value}


def thing(asset: str, full: str, number: str, labels: Mapping[str, str], location: str, body: dict[str, Any]) -> Thing:
    """``full`` is the name below ``//``: ``pubsub.googleapis.com/projects/p/topics/t``."""
    host, _, rest = full.partition(".googleapis.com/")
    service = _HOSTS.get(host, host)
    if service == "container":
        rest = rest.replace("/zones/", "/locations/")
    path = f"{service}/{_BASES.get(service, 'v1/')}{rest}"
    told = {"name": rest if service in LONGRUNNING | {"pubsub"} else rest.rpartition("/")[2], **body}
    if service not in _UNDATED:
        told.setdefault(_CREATED.get(service, "createTime"), "1767225600000" if service == "bigquery" else _BORN)
    if service == "sqladmin":
        told["settings"] = {"userLabels": dict(labels), **told.get("settings", {})}
    elif labels:
        told[_LABELS.get(service, "labels")] = dict(labels)
    if service == "storage":
        told["projectNumber"] = number
    return Thing(f"//{full}", asset, number, location, path, told, labels)


Test = Callable[[Thing], bool]


def query(text: str) -> Test:
    """The part of the search's language that is in use here: a label that is there, a word that begins so, and OR."""
    tests = [_test(part) for part in text.split(" OR ")] if text else []
    return lambda found: not tests or any(test(found) for test in tests)


def _test(part: str) -> Test:
    key, _, value = part.partition(":")
    if key.startswith("labels.") and value == "*":
        return lambda found: key.removeprefix("labels.") in found.labels
    if key in ("displayName", "name") and value.endswith("*"):
        begins = re.compile(rf"(^|[^a-z0-9]){re.escape(value[:-1])}")
        return lambda found: begins.search(found.full if key == "name" else found.name) is not None
    raise AssertionError(f"this search doesn't know {part!r}")
