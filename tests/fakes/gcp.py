"""A small Google Cloud: projects, liens, resources of any described API, search, operations, faults by rule.

Whatever Google's own descriptions don't have (a path, a verb, a parameter, a scope) is refused, so that nobody leans
on something that isn't there. State is one dictionary; tests arrange it by hand. ``fakes.gcp_server`` serves it.
"""

import json
import re
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from fakes.gcp_things import LONGRUNNING, STATUS_STYLE, Thing, query, thing
from stage import google_apis

Answer = tuple[int, Any, Mapping[str, str]]
Query = Mapping[str, list[str]]


@dataclass(frozen=True)
class Fault:
    """What goes wrong with requests like ``VERB service/path`` (a pattern), so many times.

    ``status`` 0 closes the connection without an answer, 200 changes nothing.
    """

    like: str
    status: int = 503
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    times: int = 10**6


@dataclass
class _Operation:
    told: dict[str, Any]
    polls: int
    finish: Callable[[], object]


@dataclass
class FakeGoogle:
    """The state, and what was asked. ``polls``: looks that an operation takes; ``page``: most rows in an answer."""

    url: str = ""
    bundle: Path = field(default_factory=Path)
    polls: int = 1
    page: int = 500
    projects: dict[str, dict[str, Any]] = field(default_factory=dict)
    things: dict[str, Thing] = field(default_factory=dict)
    inside: dict[str, tuple[str, list[dict[str, Any]]]] = field(default_factory=dict)
    """Path of a listing -> the key of its items, and these: a bucket's objects, a zone's records."""
    liens: dict[str, str] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    scopes: set[str] = field(default_factory=set)
    """Every scope that a token was asked for with."""
    elsewhere: dict[str, Callable[[str, str], tuple[int, Any]]] = field(default_factory=dict)
    """Service -> who answers for it instead, by verb and path: one of Google's emulators."""
    _dealt: Counter[int] = field(default_factory=Counter)
    _operations: dict[str, _Operation] = field(default_factory=dict)
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def project(self, number: str, name: str, *, labels: Mapping[str, str] | None = None, parent: str = "") -> None:
        self.projects[number] = {
            "name": f"projects/{number}",
            "projectId": name,
            "displayName": name,
            "parent": parent or "organizations/900000",
            "state": "ACTIVE",
            "labels": dict(labels or {}),
            "createTime": "2026-01-01T00:00:00Z",
        }

    def put(
        self,
        asset: str,
        full: str,
        number: str,
        *,
        labels: Mapping[str, str] | None = None,
        location: str = "global",
        **body: Any,
    ) -> Thing:
        """``full`` is the name below ``//``: ``pubsub.googleapis.com/projects/p/topics/t``."""
        made = thing(asset, full, number, labels or {}, location, body)
        with self._lock:
            self.things[made.path] = made
        return made

    def empty(self) -> None:
        """As it was in the beginning."""
        with self._lock:
            for each in (self.projects, self.things, self.inside, self.liens, self._operations, self.elsewhere):
                each.clear()
            self.faults.clear()
            self.asked.clear()
            self.scopes.clear()
            self._dealt.clear()
            self.polls, self.page = 1, 500

    def names(self) -> set[str]:
        """The last part of every resource's full name, and the id of every living project."""
        living = {each["projectId"] for each in self.projects.values() if each["state"] == "ACTIVE"}
        return {each.name for each in self.things.values()} | living

    @property
    def writes(self) -> list[str]:
        return [each for each in self.asked if not each.startswith(("GET ", "HEAD "))]

    def environ(self, home: Path) -> dict[str, str]:
        """What a process needs to find this Google and to sign in to it: federated, as a job on GitHub would."""
        (home / "subject").write_text("a token of GitHub's")
        adc = {
            "type": "external_account",
            "audience": "//iam.googleapis.com/locations/global/workforcePools/tests/providers/tests",
            "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
            "token_url": f"{self.url}/sts/v1/token",
            "credential_source": {"file": str(home / "subject")},
            "universe_domain": "tests.invalid",  # in Google's own, google-auth asks iamcredentials.googleapis.com, too
        }
        (home / "adc.json").write_text(json.dumps(adc))
        return {
            "GOOGLE_APPLICATION_CREDENTIALS": str(home / "adc.json"),
            "REQUESTS_CA_BUNDLE": str(self.bundle),
            "NO_GCE_CHECK": "true",
            "NO_PROXY": "*",
        }

    def answer(self, verb: str, where: str, asked: Query, bearer: str) -> Answer | None:
        """``where`` is ``service/path``. ``None``: close the connection."""
        with self._lock:
            self.asked.append(f"{verb} {where}")
            fault = self._fault(f"{verb} {where}")
        if fault is not None and fault.status != 200:
            return (fault.status, fault.body, fault.headers) if fault.status else None
        refused = _undescribed(verb, where, asked, bearer)
        service, _, path = where.partition("/")
        if refused is None and service in self.elsewhere:
            return (*self.elsewhere[service](verb, path), {})
        with self._lock:
            return refused or self._answer(verb, where, asked)

    def _fault(self, asked: str) -> Fault | None:
        for index, fault in enumerate(self.faults):
            if re.search(fault.like, asked) and self._dealt[index] < fault.times:
                self._dealt[index] += 1
                return fault
        return None

    def _answer(self, verb: str, where: str, asked: Query) -> Answer:
        service, _, path = where.partition("/")
        if "/operations/" in where:
            return self._operation(where)
        if service == "cloudasset":
            return self._search(path, asked)
        if service == "cloudresourcemanager":
            return self._manager(verb, path, asked)
        return self._get(service, where, asked) if verb == "GET" else self._delete(service, where, asked)

    def _get(self, service: str, where: str, asked: Query) -> Answer:
        if where in self.things:
            return 200, self.things[where].body, {}
        if service == "compute" and where.endswith("/instances"):
            inside = [each.body for path, each in self.things.items() if path.rpartition("/")[0] == where]
            begins = asked.get("filter", ['name eq ".*"'])[0].removeprefix('name eq "').removesuffix('"')
            return self._paged(
                [each for each in inside if re.fullmatch(begins, each["name"])], "items", asked, "maxResults"
            )
        if where.rpartition("/")[0] not in self.things:
            return error(404, "NOT_FOUND", "notFound", f"{where} was not found")
        key, items = self.inside.get(where, ("items", []))
        return self._paged(items, key, asked, "maxResults" if service == "storage" else "pageSize")

    def _delete(self, service: str, where: str, asked: Query) -> Answer:
        if where in self.things:
            refused = self._refusal(self.things[where])
            return refused or self._begun(service, where, lambda: self.things.pop(where, None))
        for listing, (_, items) in self.inside.items():
            if where.startswith(f"{listing}/"):
                return _delete_inside(items, unquote(where.removeprefix(f"{listing}/")), asked)
        return error(404, "NOT_FOUND", "notFound", f"{where} was not found")

    def _refusal(self, doomed: Thing) -> Answer | None:
        """What Google would say instead of deleting it."""
        if doomed.protected:
            return error(400, "FAILED_PRECONDITION", "invalid", "Deletion protection is enabled for this resource")
        if self.inside.get(f"{doomed.path}/o", ("", []))[1]:
            return error(409, "", "conflict", "The bucket you tried to delete is not empty.")
        user = doomed.used_by(self.things.values())
        if user:
            said = f"The resource is already being used by '{user}'"
            return error(400, "FAILED_PRECONDITION", "resourceInUseByAnotherResource", said)
        return None

    def _begun(self, service: str, where: str, finish: Callable[[], object]) -> Answer:
        if service not in STATUS_STYLE | LONGRUNNING or not self.polls:
            finish()
            return 200, {}, {}
        key, told = _operation(service, where, len(self._operations) + 1)
        self._operations[key] = _Operation(told, self.polls, finish)
        return 200, dict(told), {}

    def _operation(self, where: str) -> Answer:
        found = self._operations.get(where)
        if found is None:
            return error(404, "NOT_FOUND", "notFound", f"{where} was not found")
        found.polls -= 1
        if found.polls == 0:
            found.finish()
            found.told |= {"status": "DONE"} if "status" in found.told else {"done": True, "response": {}}
        return 200, dict(found.told), {}

    def _manager(self, verb: str, path: str, asked: Query) -> Answer:
        if path == "v3/liens":
            number = asked["parent"][0].partition("/")[2]
            return (
                200,
                {"liens": [{"name": "liens/l1", "reason": self.liens[number]}]} if number in self.liens else {},
                {},
            )
        if path == "v3/projects":
            below = [each for each in self.projects.values() if each["parent"] == asked["parent"][0]]
            return self._paged(below, "projects", asked, "pageSize")
        found = self.projects.get(path.removeprefix("v3/projects/").partition(":")[0])
        if found is None:
            return error(403, "PERMISSION_DENIED", "forbidden", "The caller does not have permission")
        return (200, found, {}) if verb == "GET" else self._delete_project(path, found)

    def _delete_project(self, path: str, found: dict[str, Any]) -> Answer:
        if found["name"].partition("/")[2] in self.liens:
            return error(
                400, "FAILED_PRECONDITION", "failedPrecondition", "A lien to prevent deletion was placed on it"
            )
        return self._begun(
            "cloudresourcemanager", f"cloudresourcemanager/{path}", lambda: found.update(state="DELETE_REQUESTED")
        )

    def _search(self, path: str, asked: Query) -> Answer:
        number = path.removeprefix("v1/projects/").partition(":")[0]
        if number not in self.projects:
            return error(403, "PERMISSION_DENIED", "forbidden", "The caller does not have permission")
        wanted = query(asked.get("query", [""])[0])
        types = [re.compile(each) for each in asked.get("assetTypes", ())]
        rows = [
            found.row()
            for found in sorted(self.things.values(), key=lambda found: (found.full, found.asset))
            if found.project == number
            and wanted(found)
            and (not types or any(each.fullmatch(found.asset) for each in types))
        ]
        return self._paged(rows, "results", asked, "pageSize")

    def _paged(self, items: list[Any], key: str, asked: Query, size: str) -> Answer:
        most = min(int(asked.get(size, [str(self.page)])[0]), self.page)
        begin = int(asked.get("pageToken", ["p0"])[0].removeprefix("p"))
        more = begin + most < len(items)
        return 200, {key: items[begin : begin + most]} | ({"nextPageToken": f"p{begin + most}"} if more else {}), {}


def error(status: int, name: str, reason: str, message: str) -> Answer:
    """An error as Google words it."""
    told = {"code": status, "message": message, "status": name, "errors": [{"reason": reason, "message": message}]}
    return status, {"error": told}, {}


def _undescribed(verb: str, where: str, asked: Query, bearer: str) -> Answer | None:
    """The refusal of what Google's descriptions don't have."""
    service, _, path = where.partition("/")
    method = google_apis.method(service, verb, path) if service in google_apis.VERSIONS else None
    if method is None:
        return 404, "<html>Not Found</html>", {}
    unknown = asked.keys() - method.query
    if unknown:
        return error(400, "INVALID_ARGUMENT", "badRequest", f"Unknown name {min(unknown)}")
    if method.scopes and not method.scopes & set(bearer.split(",")):
        return error(403, "PERMISSION_DENIED", "insufficientPermissions", "insufficient authentication scopes")
    return None


def _delete_inside(items: list[dict[str, Any]], named: str, asked: Query) -> Answer:
    generation = asked.get("generation", [""])[0]
    for item in items:
        key = f"{item['name']}/{item['type']}" if "type" in item else item["name"]
        if (key, str(item.get("generation", ""))) == (named, generation):
            if item.get("temporaryHold") or item.get("eventBasedHold"):
                return error(403, "PERMISSION_DENIED", "forbidden", "Object is under active Temporary hold")
            items.remove(item)
            return 204, None, {}
    return error(404, "NOT_FOUND", "notFound", f"{named} was not found")


def _operation(service: str, where: str, number: int) -> tuple[str, dict[str, Any]]:
    """Where an operation that deletes ``where`` lies, and what it says."""
    path = where.partition("/")[2]
    version = path.partition("/projects/")[0]
    if service in STATUS_STYLE:
        name = f"operation-{number}"
        told = {"kind": f"{service}#operation", "name": name, "status": "RUNNING"}
        return f"{where.rsplit('/', 2)[0]}/operations/{name}", told
    below = path.removeprefix(f"{version}/")
    lies = {"firestore": below, "cloudresourcemanager": ""}.get(service, below.rsplit("/", 2)[0])
    name = f"{lies}/operations/op-{number}".lstrip("/")
    return f"{service}/{version}/{name}", {"name": name, "metadata": {}}
