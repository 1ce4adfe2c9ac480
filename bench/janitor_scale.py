"""The janitor over a very large account: `python bench/janitor_scale.py`.

A fast fake in its own process serves the tagging API (and the few calls around it) for 17 regions; `driftguard run`
plans 100,000 resources of it, then 1,000,000, a hundredth of them expired. Targets: 100,000 in under 60 s and 250 MB;
the memory for 1,000,000 within 1.5 times of that.
"""

from __future__ import annotations

import json
import os
import re
import resource
import subprocess
import sys
import tempfile
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

ACCOUNT = "123456789012"
REGIONS = [
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-south-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "ca-central-1",
    "eu-central-1",
    "eu-north-1",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "sa-east-1",
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
]
PAGE = 100
SECONDS, MEGABYTES, GROWTH = 60.0, 250.0, 1.5
POLICY = {
    "version": 1,
    "rules": [{"name": "nightly", "on": ["schedule"], "run": "janitor", "mode": "warn"}],
    "janitor": {
        "clouds": {"aws": {"accounts": [ACCOUNT], "regions": REGIONS, "types": ["sqs:*", "sns:*", "lambda:*"]}}
    },
}
SORTS = ("sqs:{region}:{account}:dg-{n}", "sns:{region}:{account}:dg-{n}", "lambda:{region}:{account}:function:dg-{n}")


def item(region: str, number: int) -> str:
    arn = "arn:aws:" + SORTS[number % len(SORTS)].format(region=region, account=ACCOUNT, n=f"{number:07}")
    ends = "2020-01-01T00:00:00Z" if number % 100 == 0 else "2999-01-01T00:00:00Z"
    tags = (
        f'[{{"Key":"driftguard:owner","Value":"platform"}},{{"Key":"driftguard:expires-at","Value":"{ends}"}},'
        f'{{"Key":"team","Value":"t{number % 50}"}},{{"Key":"cost-centre","Value":"c{number % 9}"}}]'
    )
    return f'{{"ResourceARN":"{arn}","Tags":{tags}}}'


class Fake(BaseHTTPRequestHandler):
    """The tagging API, STS and IAM; what is looked at again is gone, since ghosts are the tagging API's way."""

    protocol_version = "HTTP/1.1"
    each = int(os.environ.get("EACH", "0"))

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
        end = min(begin + PAGE, self.each)
        items = ",".join(item(region, number) for number in range(begin, end))
        token = str(end) if end < self.each else ""
        self._send(200, f'{{"ResourceTagMappingList":[{items}],"PaginationToken":"{token}"}}')

    def _send(self, status: int, text: str) -> None:
        data = text.encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        """Silence."""


def serve() -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Fake)
    server.daemon_threads = True
    print(server.server_address[1], flush=True)
    server.serve_forever()


def plan(total: int) -> tuple[float, float, int]:
    """Seconds, peak megabytes and resources seen of one `driftguard run` over ``total`` resources."""
    each = total // len(REGIONS)
    fake = subprocess.Popen(
        [sys.executable, __file__, "serve"], stdout=subprocess.PIPE, env={**os.environ, "EACH": str(each)}, text=True
    )
    assert fake.stdout is not None
    try:
        url = f"http://127.0.0.1:{int(fake.stdout.readline())}"
        return _run(url, each * len(REGIONS))
    finally:
        fake.kill()
        fake.wait()


def _run(url: str, total: int) -> tuple[float, float, int]:
    with tempfile.TemporaryDirectory() as home:
        Path(home, "policy.yaml").write_text(json.dumps(POLICY))
        keys = {"AWS_ACCESS_KEY_ID": "bench", "AWS_SECRET_ACCESS_KEY": "bench", "AWS_DEFAULT_REGION": "eu-west-1"}
        surroundings = {"PATH": os.environ["PATH"], "HOME": home, "AWS_ENDPOINT_URL": url, "NO_PROXY": "*", **keys}
        command = [sys.executable, "-m", "driftguard", "run", "--event-name", "schedule", "--format", "json"]
        begin = time.perf_counter()
        run = subprocess.Popen(
            command, cwd=home, env=surroundings, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        assert run.stdout is not None
        report = json.loads(run.stdout.read())
        _, _, usage = os.wait4(run.pid, 0)
        took = time.perf_counter() - begin
    assert report["gaps"] == [], report["gaps"][:3]
    print(f"{total:>9,} resources: {took:6.1f} s, {usage.ru_maxrss / 1024:5.0f} MB; {'; '.join(report['notes'])}")
    return took, usage.ru_maxrss / 1024, total


def main() -> int:
    if sys.argv[1:] == ["serve"]:
        serve()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    seconds, megabytes, _ = plan(100_000)
    _, large, _ = plan(1_000_000)
    checks = {
        f"100,000 planned in under {SECONDS:.0f} s": seconds < SECONDS,
        f"100,000 planned in under {MEGABYTES:.0f} MB": megabytes < MEGABYTES,
        f"1,000,000 within {GROWTH} times the memory ({large / megabytes:.2f})": large <= GROWTH * megabytes,
    }
    for name, met in checks.items():
        print(f"{'met' if met else 'MISSED':<7} {name}")
    return 0 if all(checks.values()) else 1


if __name__ == "__main__":
    raise SystemExit(main())
