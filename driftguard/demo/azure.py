"""An Azure in this process: the resource manager, the Resource Graph and a directory to sign in to, all very small.

Written from https://learn.microsoft.com/rest/api/resources/; one subscription, one resource group for all to share.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from driftguard.demo.cast import DAYS, ENDED, GOES, LATER, STAYS, Names, Resource
from driftguard.demo.loopback import Asked, Loopback, Reply

SUBSCRIPTION = "11111111-1111-1111-1111-111111111111"
TENANT = "99999999-9999-9999-9999-999999999999"
GROUP, SITE, DISK, STORE = (
    "Microsoft.Resources/resourceGroups",
    "Microsoft.Web/sites",
    "Microsoft.Compute/disks",
    "Microsoft.Storage/storageAccounts",
)
PREVIEW, SHARED = "dg-shop-pr-41", "shared"
OWNER = {"driftguard:owner": "platform"}
_GRAPH = "/providers/microsoft.resourcegraph/resources"
_VERSION = "2023-01-01"
_SIZED = {DISK: {"sku": {"name": "Premium_LRS"}, "properties": {"diskSizeGB": 256}}}


def cast(now: datetime) -> list[Resource]:
    """A group that goes whole, and one that others share, as seen at ``now``."""
    past, future = (f"{now + delta:%Y-%m-%dT%H:%M:%SZ}" for delta in (ENDED, LATER))
    expired, fresh = (OWNER | {"driftguard:expires-at": text} for text in (past, future))
    return [
        Resource(GROUP, PREVIEW, "", "expired, goes as a whole", GOES, expired),
        Resource(SITE, "dg-shop-pr-41-web", PREVIEW, "expired, inside it", GOES, expired),
        Resource(DISK, "dg-shop-import", SHARED, "past its own 2d", GOES, OWNER | {"driftguard:ttl": "2d"}, DAYS),
        Resource(SITE, "dg-shop-pr-57-web", SHARED, "fresh", STAYS, fresh),
        Resource(STORE, "dg-ledger", SHARED, "protected by a lock", STAYS, expired, kept="keep-for-audit"),
        Resource(SITE, "reports", SHARED, "not named dg-…", STAYS, expired),
    ]


@contextmanager
def embedded(loopback: Loopback, now: datetime) -> Iterator[Azure]:
    """See ``cast.Embedded``."""
    made = Azure(loopback, cast(now))
    made.fill(now)
    with loopback.serving(made.answer) as url:
        made.url = url
        yield made


@dataclass
class Azure:
    """``cast.Cloud``. ``things`` by lower-case id, as the resource manager shows them."""

    loopback: Loopback
    cast: Sequence[Resource]
    name: str = "Azure"
    url: str = ""
    things: dict[str, dict[str, Any]] = field(default_factory=dict)
    locks: list[str] = field(default_factory=list)

    @property
    def policy(self) -> str:
        return f'{{subscriptions: [{SUBSCRIPTION}], endpoint: "{self.url}"}}'

    @property
    def environ(self) -> Mapping[str, str]:
        who = {"AZURE_TENANT_ID": TENANT, "AZURE_CLIENT_ID": TENANT, "AZURE_CLIENT_SECRET": "demo"}
        return who | {"AZURE_AUTHORITY_HOST": self.url, "REQUESTS_CA_BUNDLE": str(self.loopback.trusted)}

    def names(self) -> Names:
        groups = self.loopback.get(f"{self.url}/subscriptions/{SUBSCRIPTION}/resourcegroups")["value"]
        inside = [each for group in groups for each in self.loopback.get(f"{self.url}{group['id']}/resources")["value"]]
        return {(str(each["type"]), str(each["name"])) for each in (*groups, *inside)}

    def fill(self, now: datetime) -> None:
        self._put(Resource(GROUP, SHARED, "", "", STAYS), now)
        for resource in self.cast:
            identity = self._put(resource, now)
            if resource.kept:
                self.locks.append(f"{identity}/providers/Microsoft.Authorization/locks/{resource.kept}")

    def _put(self, resource: Resource, now: datetime) -> str:
        group = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/{resource.place or resource.name}"
        identity = f"{group}/providers/{resource.kind}/{resource.name}" if resource.place else group
        made = f"{now - resource.age:%Y-%m-%dT%H:%M:%SZ}"
        told = {"id": identity, "name": resource.name, "type": resource.kind, "location": "eastus"}
        more = {"tags": dict(resource.tags), "createdTime": made, **_SIZED.get(resource.kind, {})}
        self.things[identity.lower()] = told | more
        return identity

    def answer(self, asked: Asked) -> Reply:
        path = asked.path.lower().rstrip("/")
        if path.endswith(("/openid-configuration", "/token")):
            return Reply(self._directory(path))
        if asked.verb == "POST":
            return self._graph(str(json.loads(asked.body)["query"])) if path == _GRAPH else Reply(status=404)
        return self._delete(path) if asked.verb == "DELETE" else self._get(path)

    def _directory(self, path: str) -> Mapping[str, Any]:
        if path.endswith("/token"):
            return {"token_type": "Bearer", "expires_in": 3600, "access_token": "demo"}
        here = f"{self.url}/{TENANT}"
        ends = {"authorization_endpoint": f"{here}/authorize", "token_endpoint": f"{here}/oauth2/v2.0/token"}
        return {"issuer": f"{here}/v2.0", **ends}

    def _graph(self, query: str) -> Reply:
        """All rows of the table that is asked for; whoever asks picks from them again."""
        rows = [each for each in self.things.values() if (each["type"] == GROUP) is query.startswith("resourcecont")]
        if "'microsoft.resources/subscriptions'" in query:
            rows = [{"name": "sandbox", "subscriptionId": SUBSCRIPTION, "tenantId": TENANT}]
        return Reply({"totalRecords": len(rows), "count": len(rows), "data": rows, "resultTruncated": "false"})

    def _get(self, path: str) -> Reply:
        listing = re.fullmatch(r"(/subscriptions/[^/]+/resourcegroups/[^/]+)/resources", path)
        if listing:
            return Reply({"value": [each for key, each in self.things.items() if key.startswith(f"{listing[1]}/")]})
        if path.endswith("/locks"):
            return Reply({"value": [{"id": lock} for lock in self.locks]})
        if path.endswith("/resourcegroups"):
            return Reply({"value": [each for each in self.things.values() if each["type"] == GROUP]})
        provider = re.fullmatch(r"/subscriptions/[^/]+/providers/([^/]+)", path)
        if provider:
            return Reply({"resourceTypes": self._types(provider[1])})
        found = self.things.get(path)
        return _missing(path) if found is None else Reply(found)

    def _types(self, provider: str) -> list[Mapping[str, Any]]:
        kinds = (each["type"].partition("/") for each in self.things.values())
        ours = {kind for namespace, _, kind in kinds if namespace.lower() == provider}
        return [{"resourceType": kind, "apiVersions": [_VERSION]} for kind in sorted(ours)]

    def _delete(self, path: str) -> Reply:
        if any(lock.lower().startswith(f"{path}/") for lock in self.locks):
            return Reply({"error": {"code": "ScopeLocked", "message": f"{path} is locked"}}, 409)
        doomed = [key for key in self.things if key == path or key.startswith(f"{path}/")]
        for key in doomed:
            del self.things[key]
        return Reply() if doomed else _missing(path)


def _missing(path: str) -> Reply:
    code = "ResourceNotFound" if "/providers/" in path else "ResourceGroupNotFound"
    return Reply({"error": {"code": code, "message": f"{path} was not found"}}, 404)
