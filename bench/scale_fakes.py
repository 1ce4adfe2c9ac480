"""Fast fakes of three clouds with very much in them, each in a process of its own: see janitor_scale.py.

`python bench/scale_fakes.py CLOUD TOTAL DIRECTORY` prints the URL. A hundredth of what is there has expired, and that
is answered for one by one, too. Azure and Google Cloud speak https; their certificate lies in DIRECTORY.
"""

from __future__ import annotations

import json
import re
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from driftguard.demo.loopback import Asked, Loopback, Reply

ACCOUNT = "123456789012"
REGIONS = 17
SUBSCRIPTIONS = ("11111111-1111-1111-1111-111111111111", "22222222-2222-2222-2222-222222222222")
TENANT = "99999999-9999-9999-9999-999999999999"
PROJECTS = ("100000000001", "100000000002", "100000000003", "100000000004")
IN_A_GROUP = 100
PAGE = {"aws": 100, "azure": 1000, "gcp": 500}
ENDED, LIVES = "2020-01-01T00:00:00Z", "2999-01-01T00:00:00Z"


def ends(number: int) -> str:
    return ENDED if number % 100 == 0 else LIVES


def tags(number: int, colon: str) -> dict[str, str]:
    expiry = ends(number) if colon == ":" else ends(number).lower().replace(":", "-")
    more = {"team": f"t{number % 50}", "cost-centre": f"c{number % 9}"}
    return {f"driftguard{colon}owner": "platform", f"driftguard{colon}expires-at": expiry, **more}


class Aws(BaseHTTPRequestHandler):
    """The tagging API, STS and IAM; what is looked at again is gone, since ghosts are the tagging API's way."""

    protocol_version = "HTTP/1.1"
    sorts = ("sqs:{r}:{a}:dg-{n:07}", "sns:{r}:{a}:dg-{n:07}", "lambda:{r}:{a}:function:dg-{n:07}")
    each = 0

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        if "GetResources" in self.headers.get("X-Amz-Target", ""):
            self._resources(json.loads(body))
        elif "GetCallerIdentity" in body:
            result = f"<GetCallerIdentityResult><Account>{ACCOUNT}</Account></GetCallerIdentityResult>"
            self._send(200, f"<GetCallerIdentityResponse>{result}</GetCallerIdentityResponse>")
        elif "ListAccountAliases" in body:
            self._send(200, "<R><ListAccountAliasesResult><AccountAliases/></ListAccountAliasesResult></R>")
        else:
            self._send(400, '{"__type":"NotFoundException","message":"gone"}')

    do_GET = do_POST  # noqa: N815 - http.server's name

    def _resources(self, asked: dict[str, str]) -> None:
        found = re.search(r"Credential=[^/]*/\d+/([\w-]+)/", self.headers.get("Authorization", ""))
        region, begin = found[1] if found else "", int(asked.get("PaginationToken") or 0)
        end = min(begin + PAGE["aws"], self.each)
        items = [self._item(region, number) for number in range(begin, end)]
        token = str(end) if end < self.each else ""
        self._send(200, json.dumps({"ResourceTagMappingList": items, "PaginationToken": token}))

    def _item(self, region: str, number: int) -> Mapping[str, Any]:
        arn = self.sorts[number % len(self.sorts)].format(r=region, a=ACCOUNT, n=number)
        return {
            "ResourceARN": f"arn:aws:{arn}",
            "Tags": [{"Key": key, "Value": value} for key, value in tags(number, ":").items()],
        }

    def _send(self, status: int, text: str) -> None:
        data = text.encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        """Silence."""


@dataclass(frozen=True)
class Azure:
    """Disks in groups of a hundred, by turns in two subscriptions."""

    total: int

    def answer(self, asked: Asked) -> Reply:
        path = asked.path.lower()
        if asked.verb == "POST" and path.endswith("/resources"):
            return self._graph(json.loads(asked.body))
        last = path.rpartition("/")[2]
        if last.startswith("dg-"):
            return Reply(self._disk(int(last[3:])))
        if last == "resources":
            begin = int(path.split("/")[4][1:]) * IN_A_GROUP
            return Reply({"value": [self._disk(number) for number in range(begin, begin + IN_A_GROUP)]})
        return Reply(self._fixed(f"https://{asked.host}/{TENANT}").get(last, {"id": path, "name": last}))

    def _fixed(self, here: str) -> Mapping[str, Any]:
        ends = {"authorization_endpoint": here, "token_endpoint": f"{here}/token"}
        return {
            "openid-configuration": {"issuer": f"{here}/v2.0", **ends},
            "token": {"token_type": "Bearer", "expires_in": 3600, "access_token": "x"},
            "locks": {"value": []},
            "microsoft.compute": {"resourceTypes": [{"resourceType": "disks", "apiVersions": ["2024-03-02"]}]},
        }

    def _disk(self, number: int) -> dict[str, Any]:
        part = number // IN_A_GROUP
        group = f"/subscriptions/{SUBSCRIPTIONS[part % 2]}/resourcegroups/g{part:05}"
        identity = f"{group}/providers/microsoft.compute/disks/dg-{number:07}"
        told = {"id": identity, "name": f"dg-{number:07}", "type": "microsoft.compute/disks", "location": "westeurope"}
        return told | {"tags": tags(number, ":"), "created": "2020-01-01T00:00:00Z"}

    def _graph(self, body: Mapping[str, Any]) -> Reply:
        if "'microsoft.resources/subscriptions'" in body["query"]:
            seen = [{"name": "x", "subscriptionId": each, "tenantId": TENANT} for each in SUBSCRIPTIONS]
            return Reply({"totalRecords": 2, "count": 2, "data": seen, "resultTruncated": "false"})
        begin = int(body["options"].get("$skipToken") or 0)
        stop = 0 if body["query"].startswith("resourcecontainers") else min(begin + PAGE["azure"], self.total)
        rows = [self._disk(number) for number in range(begin, stop)]
        told = {"totalRecords": self.total, "count": len(rows), "data": rows, "resultTruncated": "false"}
        return Reply(told | ({"$skipToken": str(stop)} if 0 < stop < self.total else {}))


@dataclass(frozen=True)
class Google:
    """Topics and secrets in four projects."""

    total: int
    sorts = (("pubsub", "Topic", "topics"), ("secretmanager", "Secret", "secrets"))

    def answer(self, asked: Asked) -> Reply:
        last = asked.path.rpartition("/")[2]
        if last == "token":
            kind = "urn:ietf:params:oauth:token-type:access_token"
            told = {"access_token": "x", "token_type": "Bearer", "expires_in": 3600}
            return Reply(told | {"issued_token_type": kind})
        if last.endswith(":searchAllResources"):
            return self._page(asked.query, last.partition(":")[0])
        if last in PROJECTS:
            return Reply({"name": f"projects/{last}", "projectId": f"p-{last}", "state": "ACTIVE"})
        return Reply({"name": last, "labels": tags(int(last[3:]), "-"), "createTime": "2020-01-01T00:00:00Z"})

    def _row(self, project: str, number: int) -> dict[str, Any]:
        service, asset, collection = self.sorts[number // 100 % 2]
        full = f"//{service}.googleapis.com/projects/p-{project}/{collection}/dg-{number:07}"
        told = {"name": full, "assetType": f"{service}.googleapis.com/{asset}", "displayName": f"dg-{number:07}"}
        return told | {"location": "global", "createTime": "2020-01-01T00:00:00Z", "labels": tags(number, "-")}

    def _page(self, query: Mapping[str, str], project: str) -> Reply:
        """The search by label finds all; the one by type, for what has no labels, nothing."""
        each = self.total // len(PROJECTS)
        begin = int(query.get("pageToken", "0")) if "query" in query else each
        stop = min(begin + PAGE["gcp"], each)
        rows = [self._row(project, number) for number in range(begin, stop)]
        return Reply({"results": rows} | ({"nextPageToken": str(stop)} if stop < each else {}))


def main() -> None:
    cloud, total, directory = sys.argv[1], int(sys.argv[2]), Path(sys.argv[3])
    if cloud == "aws":
        Aws.each = total // REGIONS
        server = ThreadingHTTPServer(("127.0.0.1", 0), Aws)
        server.daemon_threads = True
        print(f"http://127.0.0.1:{server.server_address[1]}", flush=True)
        server.serve_forever()
    fake = Azure(total) if cloud == "azure" else Google(total)
    with Loopback(directory).serving(fake.answer) as url:
        print(url, flush=True)
        threading.Event().wait()


if __name__ == "__main__":
    main()
