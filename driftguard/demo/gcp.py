"""A Google Cloud in this process: projects, liens, Cloud Asset's search, and what is deleted by REST, all very small.

Written from https://cloud.google.com/asset-inventory/docs/reference/rest and the services' own references; one project
to work in, and a folder in which whole projects are environments.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from driftguard.demo.cast import DAYS, ENDED, GOES, LATER, STAYS, Names, Resource
from driftguard.demo.loopback import Asked, Loopback, Reply

NUMBER, ID = "100000000001", "sandbox"
FOLDER = "folders/900001"
TOPIC, FIREWALL, PROJECT = "pubsub.googleapis.com/Topic", "compute.googleapis.com/Firewall", "project"
OWNER = {"driftguard-owner": "platform"}
_PATHS = {
    TOPIC: ("pubsub/v1/", f"projects/{ID}/topics/"),
    FIREWALL: ("compute/compute/v1/", f"projects/{ID}/global/firewalls/"),
}


def cast(now: datetime) -> list[Resource]:
    """Topics, a rule that can't have labels, and whole projects, as seen at ``now``."""
    past, future = (f"{now + delta:%Y-%m-%dt%H-%M-%Sz}" for delta in (ENDED, LATER))
    expired, fresh = (OWNER | {"driftguard-expires-at": text} for text in (past, future))
    return [
        Resource(PROJECT, "dg-preview-41", FOLDER, "expired, a whole project", GOES, expired),
        Resource(TOPIC, "dg-shop-pr-41-orders", ID, "expired", GOES, expired),
        Resource(FIREWALL, "dg-load-test", ID, "beyond the policy's 24h", GOES, OWNER, DAYS),
        Resource(TOPIC, "dg-shop-pr-57-orders", ID, "fresh", STAYS, fresh),
        Resource(TOPIC, "dg-golden-events", ID, "protected by its label", STAYS, expired | {"protected": "yes"}),
        Resource(PROJECT, "dg-preview-38", FOLDER, "protected by a lien", STAYS, expired, kept="a court case"),
        Resource(TOPIC, "clickstream", ID, "not named dg-…", STAYS, expired),
    ]


@contextmanager
def embedded(loopback: Loopback, now: datetime) -> Iterator[Google]:
    """See ``cast.Embedded``."""
    made = Google(loopback, cast(now))
    made.fill(now)
    with loopback.serving(made.answer) as url:
        made.url = url
        made.write_credentials()
        yield made


@dataclass
class Google:
    """``cast.Cloud``. ``things`` by service and path, with their rows in a search; ``liens`` by a project's number."""

    loopback: Loopback
    cast: Sequence[Resource]
    name: str = "Google Cloud"
    url: str = ""
    projects: dict[str, dict[str, Any]] = field(default_factory=dict)
    things: dict[str, dict[str, Any]] = field(default_factory=dict)
    rows: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    liens: dict[str, str] = field(default_factory=dict)

    @property
    def policy(self) -> str:
        return f'{{projects: ["{NUMBER}"], ephemeral: [{FOLDER}], endpoint: "{self.url}/{{service}}"}}'

    @property
    def environ(self) -> Mapping[str, str]:
        named = {"GOOGLE_APPLICATION_CREDENTIALS": str(self.loopback.directory / "google.json"), "NO_GCE_CHECK": "true"}
        return named | {"REQUESTS_CA_BUNDLE": str(self.loopback.trusted)}

    def write_credentials(self) -> None:
        """Federated, as a job's would be."""
        subject = self.loopback.directory / "google-subject"
        subject.write_text("demo", encoding="utf-8")
        told = {
            "type": "external_account",
            "audience": "//iam.googleapis.com/locations/global/workforcePools/demo/providers/demo",
            "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
            "token_url": f"{self.url}/token",
            "credential_source": {"file": str(subject)},
            "universe_domain": "demo.invalid",  # in Google's own, google-auth asks another host, too
        }
        (self.loopback.directory / "google.json").write_text(json.dumps(told), encoding="utf-8")

    def names(self) -> Names:
        search = f"{self.url}/cloudasset/v1/projects/{NUMBER}:searchAllResources"
        projects = self.loopback.get(f"{self.url}/cloudresourcemanager/v3/projects?parent={FOLDER}")["projects"]
        living = {(PROJECT, str(each["projectId"])) for each in projects if each["state"] == "ACTIVE"}
        found = self.loopback.get(search).get("results", ())
        return living | {(str(each["assetType"]), str(each["displayName"])) for each in found}

    def fill(self, now: datetime) -> None:
        self._project(NUMBER, Resource(PROJECT, ID, "organizations/900000", "", STAYS), now)
        for number, resource in enumerate(self.cast, start=1):
            if resource.kind == PROJECT:
                self._project(f"20000000000{number}", resource, now)
            else:
                self._thing(resource, now)

    def _project(self, number: str, resource: Resource, now: datetime) -> None:
        told = {"name": f"projects/{number}", "projectId": resource.name, "displayName": resource.name}
        made = {"parent": resource.place, "state": "ACTIVE", "createTime": f"{now - resource.age:%Y-%m-%dT%H:%M:%SZ}"}
        self.projects[number] = told | made | {"labels": dict(resource.tags)}
        if resource.kept:
            self.liens[number] = resource.kept

    def _thing(self, resource: Resource, now: datetime) -> None:
        """What has no labels says their words in its description."""
        base, below = _PATHS[resource.kind]
        words: dict[str, Any] = {"labels": dict(resource.tags)}
        if resource.kind == FIREWALL:
            words = {"description": " ".join(f"{key}={value}" for key, value in resource.tags.items())}
        made = f"{now - resource.age:%Y-%m-%dT%H:%M:%SZ}"
        path = f"{base}{below}{resource.name}"
        full = f"//{resource.kind.partition('/')[0]}/{below}{resource.name}"
        shown = {"name": full, "assetType": resource.kind, "displayName": resource.name, "location": "global"}
        self.things[path] = {"name": resource.name, "creationTimestamp": made, **words}
        self.rows[path] = shown | words | ({"createTime": made} if resource.kind == FIREWALL else {})

    def answer(self, asked: Asked) -> Reply:
        path = asked.path.lstrip("/")
        if path == "token":
            kind = "urn:ietf:params:oauth:token-type:access_token"
            return Reply(
                {"access_token": "demo", "issued_token_type": kind, "token_type": "Bearer", "expires_in": 3600}
            )
        if path.startswith("cloudasset/"):
            mine = path == f"cloudasset/v1/projects/{NUMBER}:searchAllResources"
            return Reply({"results": [self.rows[key] for key in self.things] if mine else []})
        if path.startswith("cloudresourcemanager/v3/"):
            return self._manager(asked, path.removeprefix("cloudresourcemanager/v3/"))
        found = self.things.pop(path, None) if asked.verb == "DELETE" else self.things.get(path)
        return _error(404, "NOT_FOUND", f"{path} was not found") if found is None else Reply(found)

    def _manager(self, asked: Asked, path: str) -> Reply:
        if path == "projects":
            return Reply(
                {"projects": [each for each in self.projects.values() if each["parent"] == asked.query["parent"]]}
            )
        if path == "liens":
            reason = self.liens.get(asked.query["parent"].partition("/")[2])
            return Reply({"liens": [{"reason": reason}]} if reason else {})
        number = path.partition("/")[2]
        if number not in self.projects:
            return _error(403, "PERMISSION_DENIED", "The caller does not have permission")
        if asked.verb == "DELETE":
            if number in self.liens:
                return _error(400, "FAILED_PRECONDITION", "A lien to prevent deletion was placed on it")
            self.projects[number]["state"] = "DELETE_REQUESTED"
            return Reply({"name": "operations/1", "done": True})
        return Reply(self.projects[number])


def _error(status: int, name: str, message: str) -> Reply:
    return Reply({"error": {"code": status, "status": name, "message": message}}, status)
