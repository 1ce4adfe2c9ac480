"""The janitor beside Cloud Custodian on one cloud: `python bench/janitor_vs_custodian.py`.

Both ask the same question of the same moto server, in turn: which of 1,000 buckets, 1,000 instances and 1,000 queues
are tagged ours and expired (a tenth is)? Then each deletes 1,000 expired volumes. Once the server answers as fast as it
can, once 30 ms later than that, as a region does. Both are timed as a person would: the whole command, from its start
to its exit, with what each calls a dry run; ours is the middle one of three. Custodian installs itself into a virtual
environment in a temporary folder. Targets: the dry run 50 times as fast, the deletions 5 times.

`bare` is the time that the same server takes for nothing but the requests which can't be done without, sent by 32
threads: one for each protection or deletion, since AWS has no call for many, and the pages of the listings. No
tool can be faster on this server, so custodian's time over it is the most that any could reach.
"""

from __future__ import annotations

import functools
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

COUNT = int(os.environ.get("BENCH_COUNT", "1000"))
ACCOUNT, REGION = "123456789012", "eu-west-1"
LATENCY = 0.03
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "3"))
WIDTH = 32
EXPIRED, FRESH = "2020-01-01T00:00:00Z", "2999-01-01T00:00:00Z"
CUSTODIAN = "c7n==0.9.53"
TARGETS = {"dry run": 50.0, "deletion": 5.0}
SERVER = """
import logging, sys, time
from moto.server import ThreadedMotoServer
from moto.moto_server.werkzeug_app import DomainDispatcherApplication
logging.getLogger("werkzeug").setLevel(logging.CRITICAL)
answer, late = DomainDispatcherApplication.__call__, float(sys.argv[1])
def answered_late(self, environ, start_response):
    if "boto" in environ.get("HTTP_USER_AGENT", "").lower() and "bench" not in environ.get("HTTP_USER_AGENT", ""):
        time.sleep(late)
    return answer(self, environ, start_response)
DomainDispatcherApplication.__call__ = answered_late
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


class Server(NamedTuple):
    url: str
    pid: int

    @property
    def processor(self) -> float:
        """Seconds of processor time so far."""
        told = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(told[11]) + int(told[12])) / os.sysconf("SC_CLK_TCK")


class Took(NamedTuple):
    """Seconds from start to exit, processor seconds of the command and the server, how many would go or went."""

    seconds: float
    processor: float
    went: int

    def __str__(self) -> str:
        return f"{self.seconds:6.2f} s, {self.processor:6.2f} s of processor time ({self.went})"


def measured(server: Server, command: list[str], folder: Path) -> tuple[float, float, subprocess.CompletedProcess[str]]:
    """Seconds, processor seconds, and what it said."""
    before, busy, begin = resource.getrusage(resource.RUSAGE_CHILDREN), server.processor, time.perf_counter()
    done = subprocess.run(command, cwd=folder, env=environ(server.url), capture_output=True, text=True, check=False)
    took, after = time.perf_counter() - begin, resource.getrusage(resource.RUSAGE_CHILDREN)
    own = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return took, own + server.processor - busy, done


def tags(number: int) -> dict[str, str]:
    return {"driftguard:owner": "platform", "driftguard:expires-at": EXPIRED if number % 10 == 0 else FRESH}


def pairs(found: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in found.items()]


@contextmanager
def cloud(latency: float) -> Iterator[Server]:
    """A moto server of its own, each of whose answers to the tools is ``latency`` seconds late."""
    command = [sys.executable, "-c", SERVER, str(latency)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert process.stdout is not None
    try:
        yield Server(f"http://127.0.0.1:{int(process.stdout.readline())}", process.pid)
    finally:
        process.kill()
        process.wait()


def environ(url: str) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
    keys = {"AWS_ACCESS_KEY_ID": "bench", "AWS_SECRET_ACCESS_KEY": "bench", "AWS_DEFAULT_REGION": REGION}
    return {**kept, **keys, "AWS_ENDPOINT_URL": url, "NO_PROXY": "*", "PYTHONUTF8": "1"}


def client(url: str, service: str, agent: str = "bench") -> Any:
    """As ``bench`` it is answered at once, so that a far cloud is filled as fast as a near one."""
    return boto3.client(
        service,
        region_name=REGION,
        endpoint_url=url,
        aws_access_key_id="bench",
        aws_secret_access_key="bench",
        config=Config(max_pool_connections=WIDTH, read_timeout=300, user_agent_extra=agent),
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
            "limits": {"parallel": WIDTH},
            "janitor": {
                "max_deletions": COUNT + 1,
                "clouds": {"aws": {"accounts": [ACCOUNT], "regions": [REGION], "types": types}},
            },
        }
    )


def driftguard(folder: Path, server: Server, types: list[str], *, dry: bool) -> Took:
    home = Path(tempfile.mkdtemp(dir=folder))
    (home / "policy.yaml").write_text(policy(types, dry=dry))
    command = [sys.executable, "-m", "driftguard", "run", "--event-name", "schedule", "--format", "json"]
    took, processor, done = measured(server, command, home)
    wanted = "simulated" if dry else "verified"
    outcomes = json.loads(done.stdout)["outcomes"]
    return Took(took, processor, sum(outcome["status"] == wanted for outcome in outcomes))


def custodian_policy(resource: str, *, delete: bool) -> dict[str, Any]:
    filters = [
        {"tag:driftguard:owner": "present"},
        {"type": "value", "key": "tag:driftguard:expires-at", "value_type": "expiration", "op": "lt", "value": 0},
    ]
    actions = {"actions": [{"type": "delete"}]} if delete else {}
    return {"name": resource.replace(".", "-"), "resource": resource, "filters": filters, **actions}


def custodian(folder: Path, server: Server, policies: list[dict[str, Any]], *, dry: bool) -> Took:
    out = Path(tempfile.mkdtemp(dir=folder))
    (out / "policies.json").write_text(json.dumps({"policies": policies}))
    program = folder / "custodian" / "bin" / "custodian"
    flags = ["--cache-period", "0", *(["--dryrun"] if dry else [])]
    command = [str(program), "run", *flags, "--region", REGION, "-s", str(out / "out"), str(out / "policies.json")]
    took, processor, done = measured(server, command, out)
    if done.returncode:
        print(done.stderr[-2000:])
    return Took(took, processor, sum(len(json.loads(path.read_text())) for path in out.glob("out/*/resources.json")))


def install(folder: Path) -> None:
    venv = folder / "custodian"
    subprocess.run([sys.executable, "-m", "venv", str(venv)], check=True)
    subprocess.run([str(venv / "bin" / "pip"), "install", "--quiet", CUSTODIAN], check=True, stderr=subprocess.DEVNULL)
    packages = next(venv.glob("lib/python*/site-packages"))
    (packages / "sitecustomize.py").write_text(PATCH)


def side_by_side(tasks: Iterable[Callable[[], Any]]) -> float:
    """Seconds for all of them, by as many threads as the janitor has lanes here."""
    begin = time.perf_counter()
    with ThreadPoolExecutor(WIDTH) as pool:
        list(pool.map(lambda task: task(), tasks))
    return time.perf_counter() - begin


def bare_plan(url: str) -> float:
    """The listings' pages and a request for each protection of what would go."""
    tagging, s3, ec2 = (client(url, name, "") for name in ("resourcegroupstaggingapi", "s3", "ec2"))
    instances = [f"dg-{number:05}" for number in range(0, COUNT, 10)]
    filters = [{"Name": "tag:Name", "Values": instances}]
    found = [
        instance["InstanceId"]
        for group in client(url, "ec2").describe_instances(Filters=filters)["Reservations"]
        for instance in group["Instances"]
    ]

    def lock(name: str) -> None:
        with suppress(ClientError):  # none is configured
            s3.get_object_lock_configuration(Bucket=name)

    def listing(sort: str) -> None:
        asked = {"TagFilters": [{"Key": "driftguard:owner"}], "ResourceTypeFilters": [sort], "ResourcesPerPage": 100}
        list(tagging.get_paginator("get_resources").paginate(**asked))

    attribute = {"Attribute": "disableApiTermination"}
    return side_by_side(
        [
            *(functools.partial(listing, sort) for sort in ("s3", "sqs", "ec2:instance")),
            s3.list_buckets,
            functools.partial(ec2.describe_instances, InstanceIds=found),
            *(functools.partial(lock, name) for name in instances),
            *(functools.partial(ec2.describe_instance_attribute, InstanceId=each, **attribute) for each in found),
        ]
    )


def bare_deletion(url: str) -> float:
    """A request for each volume, whose ids are known."""
    ec2 = client(url, "ec2", "")
    pages = client(url, "ec2").get_paginator("describe_volumes").paginate(PaginationConfig={"PageSize": 100})
    volumes = [volume["VolumeId"] for page in pages for volume in page["Volumes"]]
    return side_by_side([functools.partial(ec2.delete_volume, VolumeId=volume) for volume in volumes])


def compare(what: str, latency: float, ours: list[Took], theirs: Took, bare: float) -> bool:
    """One line; whether the target is met."""
    mine, target = sorted(ours)[len(ours) // 2], TARGETS[what]
    ratio = theirs.seconds / mine.seconds
    print(
        f"{what:<9} {latency * 1000:3.0f} ms  driftguard {mine}  custodian {theirs}  bare {bare:.2f} s"
        f" ({theirs.seconds / bare:.1f}x)  {ratio:.1f}x, in processor time {theirs.processor / mine.processor:.1f}x,"
        f" target {target:.0f}x {'met' if ratio >= target else 'MISSED'}",
        flush=True,
    )
    return ratio >= target


def dry_run(folder: Path, latency: float) -> bool:
    with cloud(latency) as server:
        fill(server.url)
        ours = [driftguard(folder, server, ["s3:*", "sqs:*", "ec2:instance"], dry=True) for _ in range(ROUNDS)]
        policies = [custodian_policy(resource, delete=False) for resource in ("aws.s3", "aws.ec2", "aws.sqs")]
        theirs = custodian(folder, server, policies, dry=True)
        return compare("dry run", latency, ours, theirs, bare_plan(server.url))


def deletion(folder: Path, latency: float) -> bool:
    with cloud(latency) as server:
        ours = []
        for _ in range(ROUNDS):
            fill_volumes(server.url)
            ours.append(driftguard(folder, server, ["ec2:volume"], dry=False))
        fill_volumes(server.url)
        theirs = custodian(folder, server, [custodian_policy("aws.ebs", delete=True)], dry=False)
        fill_volumes(server.url)
        return compare("deletion", latency, ours, theirs, bare_deletion(server.url))


def main() -> int:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        install(folder)
        met = [compared(folder, latency) for latency in (0.0, LATENCY) for compared in (dry_run, deletion)]
    return 0 if all(met) else 1


if __name__ == "__main__":
    raise SystemExit(main())
