"""The janitor over very large clouds: `python bench/janitor_scale.py [aws] [azure] [gcp]`, all three if none is named.

Fast fakes in a process of their own (scale_fakes.py) serve the tagging API of 17 regions, the Resource Graph of two
subscriptions and Cloud Asset's search of four projects; `driftguard run` plans 100,000 resources of each, a hundredth
of them expired and looked at natively, and on AWS 1,000,000, too. Targets: 100,000 in under 60 s and 250 MB; the memory
for 1,000,000 within 1.5 times of that.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

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
SUBSCRIPTIONS = ["11111111-1111-1111-1111-111111111111", "22222222-2222-2222-2222-222222222222"]
TENANT = "99999999-9999-9999-9999-999999999999"
PROJECTS = ["100000000001", "100000000002", "100000000003", "100000000004"]
SECONDS, MEGABYTES, GROWTH = 60.0, 250.0, 1.5


@dataclass(frozen=True)
class Figures:
    """Seconds by the wall and of the processor, and peak megabytes."""

    wall: float
    processor: float
    megabytes: float


def aws(url: str, _home: Path) -> tuple[Mapping[str, Any], Mapping[str, str]]:
    """What the policy says of the cloud at ``url``, and what a process needs to sign in to it."""
    keys = {"AWS_ACCESS_KEY_ID": "bench", "AWS_SECRET_ACCESS_KEY": "bench", "AWS_DEFAULT_REGION": "eu-west-1"}
    types = ["sqs:*", "sns:*", "lambda:*"]
    return {"accounts": [ACCOUNT], "regions": REGIONS, "types": types}, {"AWS_ENDPOINT_URL": url, **keys}


def azure(url: str, _home: Path) -> tuple[Mapping[str, Any], Mapping[str, str]]:
    who = {"AZURE_TENANT_ID": TENANT, "AZURE_CLIENT_ID": TENANT, "AZURE_CLIENT_SECRET": "bench"}
    return {"subscriptions": SUBSCRIPTIONS, "endpoint": url}, {"AZURE_AUTHORITY_HOST": url, **who}


def gcp(url: str, home: Path) -> tuple[Mapping[str, Any], Mapping[str, str]]:
    (home / "subject").write_text("bench")
    credentials = {
        "type": "external_account",
        "audience": "//iam.googleapis.com/locations/global/workforcePools/bench/providers/bench",
        "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
        "token_url": f"{url}/token",
        "credential_source": {"file": str(home / "subject")},
        "universe_domain": "bench.invalid",
    }
    (home / "adc.json").write_text(json.dumps(credentials))
    found = {"GOOGLE_APPLICATION_CREDENTIALS": str(home / "adc.json"), "NO_GCE_CHECK": "true"}
    return {"projects": PROJECTS, "endpoint": f"{url}/{{service}}"}, found


CLOUDS: Mapping[str, Callable[[str, Path], tuple[Mapping[str, Any], Mapping[str, str]]]] = {
    "aws": aws,
    "azure": azure,
    "gcp": gcp,
}


@contextmanager
def serving(cloud: str, total: int, home: Path) -> Iterator[str]:
    command = [sys.executable, str(Path(__file__).with_name("scale_fakes.py")), cloud, str(total), str(home)]
    fake = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert fake.stdout is not None
    try:
        yield fake.stdout.readline().strip()
    finally:
        fake.kill()
        fake.wait()


def plan(cloud: str, total: int) -> Figures:
    """One `driftguard run` over ``total`` resources."""
    with tempfile.TemporaryDirectory() as directory, serving(cloud, total, Path(directory)) as url:
        home = Path(directory)
        said, environ = CLOUDS[cloud](url, home)
        rules = [{"name": "nightly", "on": ["schedule"], "run": "janitor", "mode": "warn"}]
        policy = {"version": 1, "rules": rules, "janitor": {"clouds": {cloud: said}}}
        (home / "policy.yaml").write_text(json.dumps(policy))
        plain = {"PATH": os.environ["PATH"], "HOME": directory, "NO_PROXY": "*"}
        report, figures = _run(home, {**plain, "REQUESTS_CA_BUNDLE": str(home / "loopback.pem"), **environ})
    assert report["gaps"] == [], report["gaps"][:3]
    times = f"{figures.wall:6.1f} s, {figures.processor:6.1f} s of processor time, {figures.megabytes:5.0f} MB"
    print(f"{cloud:<5} {total:>9,} resources: {times}; {'; '.join(report['notes'])}", flush=True)
    return figures


def _run(home: Path, environ: Mapping[str, str]) -> tuple[Any, Figures]:
    command = [sys.executable, "-m", "driftguard", "run", "--event-name", "schedule", "--format", "json"]
    begin = time.perf_counter()
    run = subprocess.Popen(command, cwd=home, env=environ, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert run.stdout is not None
    report = json.loads(run.stdout.read())
    _, _, usage = os.wait4(run.pid, 0)
    took = time.perf_counter() - begin
    return report, Figures(took, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def checks(cloud: str) -> Iterator[tuple[str, bool]]:
    found = plan(cloud, 100_000)
    yield f"{cloud}: 100,000 planned in under {SECONDS:.0f} s", found.wall < SECONDS
    yield f"{cloud}: 100,000 planned in under {MEGABYTES:.0f} MB", found.megabytes < MEGABYTES
    if cloud == "aws":
        grown = plan(cloud, 1_000_000).megabytes / found.megabytes
        yield f"{cloud}: 1,000,000 within {GROWTH} times the memory ({grown:.2f})", grown <= GROWTH


def main() -> int:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    print("load before:", " ".join(f"{each:.1f}" for each in os.getloadavg()), f"on {os.cpu_count()} processors")
    found = [check for cloud in sys.argv[1:] or CLOUDS for check in checks(cloud)]
    for name, met in found:
        print(f"{'met' if met else 'MISSED':<7} {name}")
    return 0 if all(met for _, met in found) else 1


if __name__ == "__main__":
    raise SystemExit(main())
