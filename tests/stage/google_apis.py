"""Google's own descriptions of its REST APIs, as google-api-python-client brings them along."""

import functools
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

VERSIONS = {
    "artifactregistry": "v1",
    "bigquery": "v2",
    "cloudasset": "v1",
    "cloudfunctions": "v1 v2",
    "cloudresourcemanager": "v3",
    "cloudscheduler": "v1",
    "cloudtasks": "v2",
    "compute": "v1",
    "container": "v1",
    "dns": "v1",
    "file": "v1",
    "firestore": "v1",
    "iam": "v1",
    "logging": "v2",
    "memcache": "v1",
    "pubsub": "v1",
    "redis": "v1",
    "run": "v2",
    "secretmanager": "v1",
    "spanner": "v1",
    "sqladmin": "v1",
    "storage": "v1",
    "workflows": "v1",
}
"""Host name below googleapis.com -> the versions of its API that are used."""

_VARIABLE = re.compile(r"\{\+?\w+\}")


@dataclass(frozen=True)
class Method:
    """``path`` is the whole path of a URL, without its first slash; each ``{x}`` in it holds no slash."""

    id: str
    verb: str
    path: str
    query: frozenset[str]
    required: frozenset[str]
    scopes: frozenset[str]

    @functools.cached_property
    def regex(self) -> re.Pattern[str]:
        return re.compile("[^/:]+".join(map(re.escape, _VARIABLE.split(self.path))).replace("[^/:]+$", "[^/]+"))

    def takes(self, verb: str, path: str) -> bool:
        return verb == self.verb and self.regex.fullmatch(path) is not None


@functools.cache
def methods(service: str) -> tuple[Method, ...]:
    """Every method of ``service``, in all the versions that are used."""
    return tuple(method for version in VERSIONS[service].split() for method in _read(service, version))


def method(service: str, verb: str, path: str) -> Method | None:
    """The method that a request would reach; ``None`` if Google has none there."""
    return next((each for each in methods(service) if each.takes(verb, path)), None)


def _read(service: str, version: str) -> Iterator[Method]:
    documents = files("googleapiclient.discovery_cache").joinpath("documents")
    described = json.loads(documents.joinpath(f"{service}.{version}.json").read_text(encoding="utf-8"))
    base = described["servicePath"]
    yield from _methods(described, base, frozenset(described.get("parameters", {})))


def _methods(part: dict[str, Any], base: str, everywhere: frozenset[str]) -> Iterator[Method]:
    for each in part.get("methods", {}).values():
        parameters = each.get("parameters", {})
        query = {name for name, told in parameters.items() if told["location"] == "query"}
        required = {name for name in query if parameters[name].get("required")}
        path = base + each.get("flatPath", each["path"])
        scopes = frozenset(each.get("scopes", ()))
        yield Method(each["id"], each["httpMethod"], path, frozenset(query) | everywhere, frozenset(required), scopes)
    for nested in part.get("resources", {}).values():
        yield from _methods(nested, base, everywhere)
