"""The janitor beside Cloud Custodian on one cloud: `python bench/janitor_vs_custodian.py`.

Both ask the same question of the same moto server, in turn: which of 1,000 buckets, 1,000 instances and 1,000 queues
are tagged ours and expired (a tenth is)? Then each deletes 1,000 expired volumes, once as fast as the server answers,
once with 50 ms on the way, as to a real region. Both are timed as a person would: the whole command, from its start to
its exit, with what each calls a dry run. Custodian installs itself into a virtual environment in a temporary folder.
Targets: the dry run 50 times as fast, the deletions 5 times.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import boto3
from botocore.config import Config

COUNT = int(os.environ.get("BENCH_COUNT", "1000"))
ACCOUNT, REGION = "123456789012", "eu-west-1"
LATENCY = 0.05
EXPIRED, FRESH = "2020-01-01T00:00:00Z", "2999-01-01T00:00:00Z"
CUSTODIAN = "c7n==0.9.53"
TARGETS = {"dry run": 50.0, "deletion": 5.0, "deletion, 50 ms away": 5.0}
SERVER = """
import logging, sys, time
from moto.server import ThreadedMotoServer
logging.getLogger("werkzeug").setLevel(logging.CRITICAL)
server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
print(server.get_host_and_port()[1], flush=True)
time.sleep(86400)
"""
# Custodian names SQS's endpoint itself, past AWS_ENDPOINT_URL; without this it would ask the real one.
PATCH = """
import botocore.session as session
create = session.Session.create_client
def patched(self, *args, **more):
    more.pop("endpoint_url", None)
    return create(self, *args, **more)
session.Session.create_client = patched
"""


def tags(number: int) -> dict[str, str]:
    return {"driftguard:owner": "platform", "driftguard:expires-at": EXPIRED if number % 10 == 0 else FRESH}


def pairs(found: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in found.items()]


@contextmanager
def cloud() -> Iterator[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", SERVER], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    assert process.stdout is not None
    try:
        yield f"http://127.0.0.1:{int(process.stdout.readline())}"
    finally:
        process.kill()
        process.wait()


@contextmanager
def away(upstream: str, seconds: float) -> Iterator[str]:
    """The same cloud, with ``seconds`` on the way of each request."""
    target = urlsplit(upstream)

    class Relay(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            time.sleep(seconds)
            connection = HTTPConnection(target.hostname or "", target.port, timeout=60)
            connection.request(self.command, self.path, body, dict(self.headers))
            answer = connection.getresponse()
            data = answer.read()
            connection.close()
            self.send_response(answer.status)
            for name, value in answer.getheaders():
                if name.lower() not in ("transfer-encoding", "connection", "content-length"):
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_HEAD = do_PUT = do_DELETE = do_POST  # noqa: N815 - http.server's names

        def log_message(self, *_: object) -> None:
            """Silence."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Relay)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


def environ(url: str) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
    keys = {"AWS_ACCESS_KEY_ID": "bench", "AWS_SECRET_ACCESS_KEY": "bench", "AWS_DEFAULT_REGION": REGION}
    return {**kept, **keys, "AWS_ENDPOINT_URL": url, "NO_PROXY": "*", "PYTHONUTF8": "1"}


def client(url: str, service: str) -> Any:
    return boto3.client(
        service,
        region_name=REGION,
        endpoint_url=url,
        aws_access_key_id="bench",
        aws_secret_access_key="bench",
        config=Config(max_pool_connections=16),
    )


def fill(url: str) -> None:
    s3, ec2, sqs = client(url, "s3"), client(url, "ec2"), client(url, "sqs")
    image = ec2.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]

    def one(number: int) -> None:
        name, found = f"dg-{number:05}", tags(number)
        s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
        s3.put_bucket_tagging(Bucket=name, Tagging={"TagSet": pairs(found)})
        sqs.create_queue(QueueName=name, tags=found)
        specification = [{"ResourceType": "instance", "Tags": pairs({**found, "Name": name})}]
        ec2.run_instances(
            ImageId=image, InstanceType="t3.micro", MinCount=1, MaxCount=1, TagSpecifications=specification
        )

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(one, range(COUNT)))


def fill_volumes(url: str) -> None:
    ec2 = client(url, "ec2")

    def one(number: int) -> None:
        found = {"driftguard:owner": "platform", "driftguard:expires-at": EXPIRED, "Name": f"dg-{number:05}"}
        specification = [{"ResourceType": "volume", "Tags": pairs(found)}]
        ec2.create_volume(AvailabilityZone=f"{REGION}a", Size=1, TagSpecifications=specification)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(one, range(COUNT)))


def policy(types: list[str], *, dry: bool) -> str:
    return json.dumps(
        {
            "version": 1,
            "dry_run": dry,
            "rules": [{"name": "nightly", "on": ["schedule"], "run": "janitor", "mode": "warn"}],
            "limits": {"parallel": 32},
            "janitor": {
                "max_deletions": COUNT + 1,
                "clouds": {"aws": {"accounts": [ACCOUNT], "regions": [REGION], "types": types}},
            },
        }
    )


def driftguard(folder: Path, url: str, types: list[str], *, dry: bool) -> tuple[float, int]:
    """Seconds, and how many would go or went."""
    home = Path(tempfile.mkdtemp(dir=folder))
    (home / "policy.yaml").write_text(policy(types, dry=dry))
    command = [sys.executable, "-m", "driftguard", "run", "--event-name", "schedule", "--format", "json"]
    begin = time.perf_counter()
    done = subprocess.run(command, cwd=home, env=environ(url), capture_output=True, text=True, check=False)
    took = time.perf_counter() - begin
    report = json.loads(done.stdout)
    wanted = "simulated" if dry else "verified"
    return took, sum(outcome["status"] == wanted for outcome in report["outcomes"])


def custodian_policy(resource: str, *, delete: bool) -> dict[str, Any]:
    filters = [
        {"tag:driftguard:owner": "present"},
        {"type": "value", "key": "tag:driftguard:expires-at", "value_type": "expiration", "op": "lt", "value": 0},
    ]
    actions = {"actions": [{"type": "delete"}]} if delete else {}
    return {"name": resource.replace(".", "-"), "resource": resource, "filters": filters, **actions}


def custodian(folder: Path, url: str, policies: list[dict[str, Any]], *, dry: bool) -> tuple[float, int]:
    out = Path(tempfile.mkdtemp(dir=folder))
    (out / "policies.json").write_text(json.dumps({"policies": policies}))
    program = folder / "custodian" / "bin" / "custodian"
    flags = ["--dryrun"] if dry else []
    command = [str(program), "run", *flags, "--region", REGION, "-s", str(out / "out"), str(out / "policies.json")]
    begin = time.perf_counter()
    done = subprocess.run(command, env=environ(url), capture_output=True, text=True, check=False)
    took = time.perf_counter() - begin
    if done.returncode:
        print(done.stderr[-2000:])
    return took, sum(len(json.loads(path.read_text())) for path in out.glob("out/*/resources.json"))


def install(folder: Path) -> None:
    venv = folder / "custodian"
    subprocess.run([sys.executable, "-m", "venv", str(venv)], check=True)
    subprocess.run([str(venv / "bin" / "pip"), "install", "--quiet", CUSTODIAN], check=True, stderr=subprocess.DEVNULL)
    packages = next(venv.glob("lib/python*/site-packages"))
    (packages / "sitecustomize.py").write_text(PATCH)


def compare(what: str, ours: tuple[float, int], theirs: tuple[float, int]) -> bool:
    """One line; whether the target is met."""
    ratio, target = theirs[0] / ours[0], TARGETS[what]
    print(
        f"{what:<22} driftguard {ours[0]:7.2f} s ({ours[1]})  custodian {theirs[0]:7.2f} s ({theirs[1]})"
        f"  {ratio:5.1f}x  target {target:.0f}x {'met' if ratio >= target else 'MISSED'}",
        flush=True,
    )
    return ratio >= target


def dry_run(folder: Path) -> bool:
    with cloud() as url:
        fill(url)
        ours = driftguard(folder, url, ["s3:*", "sqs:*", "ec2:instance"], dry=True)
        policies = [custodian_policy(resource, delete=False) for resource in ("aws.s3", "aws.ec2", "aws.sqs")]
        return compare("dry run", ours, custodian(folder, url, policies, dry=True))


def deletion(folder: Path, what: str, latency: float) -> bool:
    with cloud() as url, away(url, latency) as far:
        asked = far if latency else url
        fill_volumes(url)
        ours = driftguard(folder, asked, ["ec2:volume"], dry=False)
        fill_volumes(url)
        theirs = custodian(folder, asked, [custodian_policy("aws.ebs", delete=True)], dry=False)
        return compare(what, ours, theirs)


def main() -> int:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        install(folder)
        met = [
            dry_run(folder),
            deletion(folder, "deletion", 0.0),
            deletion(folder, "deletion, 50 ms away", LATENCY),
        ]
    return 0 if all(met) else 1


if __name__ == "__main__":
    raise SystemExit(main())
