"""Azure Resource Manager, the Resource Graph and Entra's token endpoint, small and stateful, on loopback over https.

Written from the published API: https://learn.microsoft.com/rest/api/resources/,
https://learn.microsoft.com/azure/governance/resource-graph/concepts/paging-results and
https://github.com/cloud-and-ai-microsoft/resource-provider-contract/blob/master/v1.0/async-api-reference.md
"""

import json
import re
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

GRAPH = "/providers/microsoft.resourcegraph/resources"
TENANT = "99999999-9999-9999-9999-999999999999"
VERSIONS = ("2024-05-01-preview", "2023-01-01", "2021-06-01")
RECORDS = {
    "microsoft.keyvault/vaults": "/providers/microsoft.keyvault/locations/{location}/deletedvaults/{name}",
    "microsoft.cognitiveservices/accounts": (
        "/providers/microsoft.cognitiveservices/locations/{location}/resourcegroups/{group}/deletedaccounts/{name}"
    ),
}
"""What a deletion leaves, in the subscription."""


class Refusal(Exception):
    def __init__(self, status: int, code: str, message: str = "no") -> None:
        super().__init__(code)
        self.status, self.code, self.message = status, code, message


@dataclass
class Fault:
    """Refuses requests whose ``METHOD /path`` matches: ``times`` of them, -1 for all."""

    pattern: str
    status: int
    code: str = ""
    message: str = "by rule"
    times: int = -1
    headers: Mapping[str, str] = field(default_factory=dict)
    said: tuple[Any, ...] = ()
    """The one body that is answered with instead."""


@dataclass(frozen=True)
class Reply:
    status: int
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Operation:
    target: str
    polls: int
    fails: str = ""


def type_of(identity: str) -> str:
    text = identity.lower()
    if "/providers/" not in text:
        return "microsoft.resources/resourcegroups"
    provider, *rest = text.rpartition("/providers/")[2].split("/")
    return "/".join((provider, *rest[::2]))


@dataclass
class FakeAzure:
    """``things`` and all else by lower-case id. ``polls`` is how often a deletion must be asked after."""

    subscriptions: dict[str, str] = field(default_factory=dict)
    things: dict[str, dict[str, Any]] = field(default_factory=dict)
    locks: list[str] = field(default_factory=list)
    records: dict[str, dict[str, Any]] = field(default_factory=dict)
    holders: dict[str, set[str]] = field(default_factory=dict)
    plans: dict[str, str] = field(default_factory=dict)
    """Id of an App Service plan -> how the names of its last apps begin: it goes with these unless told otherwise."""
    muted: set[str] = field(default_factory=set)
    faults: list[Fault] = field(default_factory=list)
    announced: dict[str, tuple[str, ...]] = field(default_factory=dict)
    supported: dict[str, tuple[str, ...]] = field(default_factory=dict)
    operations: dict[str, Operation] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)
    types: set[str] = field(default_factory=set)
    signed_in: list[str] = field(default_factory=list)
    failing: str = ""
    polls: int = 1
    page: int = 1000
    truncated: bool = False
    url: str = ""
    _rows: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def reset(self) -> None:
        fresh = FakeAzure(url=self.url)
        for name in vars(fresh):
            if not name.startswith("_"):
                setattr(self, name, getattr(fresh, name))
        self._rows.clear()

    def subscription(self, identity: str, name: str = "sandbox") -> None:
        self.subscriptions[identity] = name

    def group(self, subscription: str, name: str, tags: Mapping[str, str] | None = None, **more: Any) -> str:
        identity = f"/subscriptions/{subscription}/resourceGroups/{name}"
        return self._put({"id": identity, "name": name, "type": "Microsoft.Resources/resourceGroups"}, tags, more)

    def put(self, group: str, type_name: str, name: str, tags: Mapping[str, str] | None = None, **more: Any) -> str:
        """``name`` is ``server/db`` for what lies in another resource; ``group`` is the group's id."""
        provider, *kinds = type_name.split("/")
        path = "/".join(f"{kind}/{part}" for kind, part in zip(kinds, name.split("/"), strict=True))
        identity = f"{group}/providers/{provider}/{path}"
        return self._put({"id": identity, "name": name, "type": type_name}, tags, more)

    def _put(self, item: dict[str, Any], tags: Mapping[str, str] | None, more: Mapping[str, Any]) -> str:
        made = {"location": "westeurope", "createdTime": "2026-11-20T10:00:00.1234567Z", "properties": {}}
        with self._lock:
            self.types.add(type_of(item["id"]))
            self.things[item["id"].lower()] = {**item, **made, **({"tags": dict(tags)} if tags else {}), **more}
            self._rows.clear()
        return str(item["id"])

    def lock(self, on: str, name: str = "keep") -> None:
        self.locks.append(f"{on}/providers/Microsoft.Authorization/locks/{name}")

    def hold(self, held: str, holder: str) -> None:
        """``held`` can't go while ``holder`` is there."""
        self.holders.setdefault(held.lower(), set()).add(holder.lower())

    def remove(self, identity: str) -> None:
        with self._lock:
            doomed = [key for key in self.things if key == identity or key.startswith(f"{identity}/")]
            for key in doomed:
                self._bury(self.things.pop(key))
            self._rows.clear()

    def _bury(self, item: Mapping[str, Any]) -> None:
        record = RECORDS.get(type_of(item["id"]))
        if record:
            parts = item["id"].lower().split("/")
            where = record.format(location=item["location"], group=parts[4], name=parts[-1])
            told = {"scheduledPurgeDate": "2027-02-23T00:00:00Z"}
            self.records[f"/subscriptions/{parts[2]}{where}"] = {"properties": told}

    @property
    def names(self) -> set[str]:
        return {item["name"] for item in self.things.values()}

    @property
    def writes(self) -> list[tuple[str, str]]:
        return [(verb, path) for verb, path in self.asked if verb != "GET" and path not in (GRAPH, "token")]

    # -- what is asked -------------------------------------------------------------------------------------------------

    def answer(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Reply:
        parts = urlsplit(target)
        path = unquote(parts.path).rstrip("/").lower()
        query = {name.lower(): values[0] for name, values in parse_qs(parts.query).items()}
        if "/oauth2/" in path or path.endswith("openid-configuration"):
            return self._entra(path, parts.path.split("/")[1], body)
        self.asked.append((method, path))
        if not headers.get("Authorization", "").startswith("Bearer azure-"):
            return _refused(401, "AuthenticationFailed", "no token", {"WWW-Authenticate": 'Bearer realm=""'})
        try:
            return self._serve(method, path, query, body)
        except Refusal as refusal:
            return _refused(refusal.status, refusal.code, refusal.message)

    def _entra(self, path: str, tenant: str, body: bytes) -> Reply:
        if path.endswith("openid-configuration"):
            base = f"{self.url}/{tenant}"
            ends = {"authorization_endpoint": f"{base}/oauth2/v2.0/authorize"}
            return Reply(200, {"issuer": f"{base}/v2.0", "token_endpoint": f"{base}/oauth2/v2.0/token", **ends})
        self.signed_in.append(parse_qs(body.decode())["client_id"][0])
        return Reply(200, {"token_type": "Bearer", "expires_in": 3600, "access_token": "azure-1"})

    def _serve(self, method: str, path: str, query: Mapping[str, str], body: bytes) -> Reply:
        fault = self._fault(f"{method} {path}")
        if fault is not None:
            if fault.said:
                return Reply(fault.status, fault.said[0], fault.headers)
            return _refused(fault.status, fault.code, fault.message, fault.headers)
        with self._lock:
            if method == "POST" and path == GRAPH:
                return self._graph(json.loads(body))
            if method == "POST" and path.endswith("/purge"):
                return self._purge(path.removesuffix("/purge"))
            if method == "DELETE":
                return self._purge(path) if path in self.records else self._delete(path, query)
            return self._get(path, query)

    def _fault(self, asked: str) -> Fault | None:
        with self._lock:
            for fault in self.faults:
                if fault.times and re.search(fault.pattern, asked, re.IGNORECASE):
                    fault.times -= 1
                    return fault
        return None

    def _get(self, path: str, query: Mapping[str, str]) -> Reply:
        if path in self.operations:
            return self._poll(path)
        if path.endswith("/providers/microsoft.authorization/locks"):
            subscription = path.split("/")[2]
            return Reply(200, {"value": [{"id": lock} for lock in self.locks if subscription in lock.lower()]})
        listed = re.fullmatch(r"(/subscriptions/[^/]+/resourcegroups/[^/]+)/resources", path)
        if listed:
            named = re.search(r"substringof\('([^']*)', name\)", query.get("$filter", ""))
            inside = self._inside(listed[1])
            found = [item for item in inside if not named or named[1] in item["name"].lower()]
            return self._listing(found, path, query)
        provider = re.fullmatch(r"/subscriptions/[^/]+/providers/([^/]+)", path)
        if provider:
            return self._provider(provider[1])
        children = [
            item for key, item in self.things.items() if key.rpartition("/")[0] == path and "/providers/" in path
        ]
        if path.count("/") % 2 == 1 and "/providers/" in path and path not in self.things and path not in self.records:
            return self._listing(children, path, query)
        if path in self.muted:
            raise Refusal(403, "AuthorizationFailed", "may not read it")
        item = self.records.get(path) or self.things.get(path)
        if item is None:
            raise _missing(path)
        self._check_version(path, query)
        expanded = "createdtime" in query.get("$expand", "").lower()
        return Reply(200, {key: value for key, value in item.items() if key != "createdTime" or expanded})

    def _inside(self, group: str) -> list[dict[str, Any]]:
        if group not in self.things:
            raise _missing(group)
        return [item for key, item in self.things.items() if key.startswith(f"{group}/providers/")]

    def _listing(self, items: list[dict[str, Any]], path: str, query: Mapping[str, str]) -> Reply:
        expanded = "createdtime" in query.get("$expand", "").lower()
        start = int(query.get("$skiptoken", "0"))
        shown = ("id", "name", "type", "location", "tags", "managedBy", *(("createdTime",) if expanded else ()))
        page = [{key: item[key] for key in shown if key in item} for item in items[start : start + self.page]]
        more = start + self.page
        asked = urlencode({**query, "$skiptoken": more})
        link = f"{self.url}{path}?{asked}"
        return Reply(200, {"value": page, **({"nextLink": link} if more < len(items) else {})})

    def _provider(self, namespace: str) -> Reply:
        names = {name for name in self.types if name.startswith(f"{namespace}/")}
        names |= {type_of(record) for record in RECORDS.values() if f"/{namespace}/" in record}
        types = [
            {"resourceType": name.partition("/")[2], "apiVersions": self.announced.get(name, VERSIONS)}
            for name in sorted(names)
        ]
        return Reply(200, {"namespace": namespace, "resourceTypes": types})

    def _check_version(self, path: str, query: Mapping[str, str]) -> None:
        kind = type_of(path)
        known = self.supported.get(kind, VERSIONS)
        if kind != "microsoft.resources/resourcegroups" and query.get("api-version") not in known:
            told = f"The supported api-versions are '{', '.join(known)}'. The supported locations are 'westeurope'."
            raise Refusal(400, "NoRegisteredProviderFound", f"No registered resource provider found. {told}")

    # -- the Resource Graph --------------------------------------------------------------------------------------------

    def _graph(self, asked: Mapping[str, Any]) -> Reply:
        rows = self._matching(str(asked["query"]), frozenset(asked["subscriptions"]))
        options = asked.get("options") or {}
        start = int(options.get("$skipToken") or 0)
        page = rows[start : start + min(options.get("$top", 100), self.page)]
        told: dict[str, Any] = {"totalRecords": len(rows), "count": len(page), "data": page, "facets": []}
        told["resultTruncated"] = "true" if self.truncated else "false"
        if start + len(page) < len(rows) and not self.truncated:
            told["$skipToken"] = str(start + len(page))
        return Reply(200, told)

    def _matching(self, query: str, subscriptions: frozenset[str]) -> list[dict[str, Any]]:
        seen = {identity: name for identity, name in self.subscriptions.items() if identity in subscriptions}
        if "'microsoft.resources/subscriptions'" in query:
            return [
                {"id": f"/subscriptions/{key}", "name": name, "subscriptionId": key, "tenantId": TENANT}
                for key, name in seen.items()
            ]
        if query not in self._rows:
            self._rows[query] = sorted(self._filtered(query), key=lambda row: str(row["id"]))
        return [row for row in self._rows[query] if row["id"].split("/")[2] in seen]

    def _filtered(self, query: str) -> Iterator[dict[str, Any]]:
        containers = query.startswith("resourcecontainers")
        [begins] = re.findall(r"name startswith '([^']*)'", query)
        keys = {key.lower() for key in re.findall(r"contains '\"([^\"]+)\"'", query)}
        for item in self.things.values():
            if ("/providers/" in item["id"]) is containers:
                continue
            tags = item.get("tags") or {}
            named = item["name"].lower().startswith(begins) or f"/{begins}" in item["name"].lower()
            if named or keys & {key.lower() for key in tags}:
                made = item["properties"].get("timeCreated") or item["properties"].get("creationTime") or ""
                yield {**{key: item.get(key) for key in ("id", "name", "type", "location", "tags")}, "created": made}

    # -- deletions -----------------------------------------------------------------------------------------------------

    def _delete(self, path: str, query: Mapping[str, str]) -> Reply:
        item = self.things.get(path)
        if item is None:
            if "/providers/" not in path:
                raise _missing(path)
            return Reply(204)
        self._check_version(path, query)
        for lock in self.locks:
            on = lock.lower().partition("/providers/microsoft.authorization/")[0]
            if path == on or path.startswith(f"{on}/") or on.startswith(f"{path}/"):
                raise Refusal(409, "ScopeLocked", f"The scope '{path}' cannot perform delete, because it is locked")
        group = self.things.get("/".join(path.split("/")[:5]), {})
        if group.get("managedBy") and group is not item:
            raise Refusal(403, "DenyAssignmentAuthorizationFailed", "a deny assignment")
        if any(holder in self.things for holder in self.holders.get(path, ())):
            raise Refusal(409, "InUseResourceCannotBeDeleted", f"{path} is in use")
        if "/microsoft.web/sites/" in path and query.get("deleteemptyserverfarm", "true") != "false":
            for plan in [key for key, begins in self.plans.items() if item["name"].startswith(begins)]:
                self.remove(plan)
        return self._begin(path)

    def _begin(self, path: str) -> Reply:
        """Three ways to end, by turns: at once, by Azure-AsyncOperation, by Location."""
        number = len(self.operations) + 1
        subscription = path.split("/")[2]
        if number % 3 == 0 or self.polls == 0:
            self.operations[f"done-{number}"] = Operation(path, 0)
            self.remove(path)
            return Reply(200, {})
        where = f"/subscriptions/{subscription}/operations/{'status' if number % 3 == 1 else 'result'}-{number}"
        self.operations[where] = Operation(path, self.polls, self.failing)
        header = "Azure-AsyncOperation" if number % 3 == 1 else "Location"
        return Reply(202, None, {header: f"{self.url}{where}?api-version=2020-01-01", "Retry-After": "0"})

    def _poll(self, path: str) -> Reply:
        operation = self.operations[path]
        by_status = "/status-" in path
        if operation.polls > 0:
            operation.polls -= 1
            said = {"status": "InProgress"} if by_status else None
            return Reply(200 if by_status else 202, said, {"Retry-After": "0"})
        if operation.fails:
            return Reply(200, {"status": "Failed", "error": {"code": operation.fails, "message": "it failed"}})
        self.remove(operation.target)
        return Reply(200, {"status": "Succeeded"}) if by_status else Reply(204)

    def _purge(self, path: str) -> Reply:
        if self.records.pop(path, None) is None:
            raise _missing(path)
        return Reply(200, {})


def _missing(path: str) -> Refusal:
    code = "ResourceNotFound" if "/providers/" in path else "ResourceGroupNotFound"
    return Refusal(404, code, f"{path} was not found")


def _refused(status: int, code: str, message: str, headers: Mapping[str, str] | None = None) -> Reply:
    return Reply(status, {"error": {"code": code, "message": message}}, headers or {})


@contextmanager
def serving(fake: FakeAzure, tls: ssl.SSLContext) -> Iterator[FakeAzure]:
    """``fake`` on loopback; its ``url`` is set."""

    class Front(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def either(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            reply = fake.answer(self.command, self.path, dict(self.headers), body)
            data = b"" if reply.body is None else json.dumps(reply.body).encode()
            with suppress(OSError):  # whoever asked has given up
                self._send(reply, data)

        def _send(self, reply: Reply, data: bytes) -> None:
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            if reply.status != 204:
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = do_PUT = do_HEAD = do_DELETE = do_PATCH = either  # noqa: N815 - http.server's names

        def log_message(self, *_: object) -> None:
            """Silence."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 64

        def handle_error(self, *_: object) -> None:
            """Connections that were cut are no news."""

        def finish_request(self, request: Any, client_address: Any) -> None:
            """Hands are shaken in the connection's own thread."""
            with tls.wrap_socket(request, server_side=True) as secured:
                super().finish_request(secured, client_address)

    server = Server(("127.0.0.1", 0), Front)
    fake.url = f"https://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield fake
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
