"""The nightly run from the command line, over a real AWS API on loopback."""

import functools
import json
import signal
import threading
from pathlib import Path
from typing import Any

import pytest
from stage.command import Running, driftguard, start, within
from stage.moto_cloud import ACCOUNT, EXPIRED, FRESH, MotoCloud
from stage.proxy import Asked, recording

from driftguard import audit

POLICY = f"""\
version: 1
dry_run: true
rules:
  - {{name: nightly, on: [schedule], run: janitor, mode: warn}}
janitor:
  max_deletions: 10
  clouds: {{aws: {{accounts: ["{ACCOUNT}"], regions: [eu-west-1], types: ["s3:*", "sqs:*"]}}}}
"""
LIVE = POLICY.replace("dry_run: true", "dry_run: false")
GOES = {"dg-old-queue", "dg-old-bucket"}
STAYS = {"dg-new-queue", "dg-kept-queue", "dg-kept-bucket", "web-queue", "dg-foreign", "dg-odd"}


@pytest.fixture
def filled(aws: MotoCloud) -> MotoCloud:
    """A cloud with two expired resources, and one for each reason to stay."""
    aws.queue("dg-old-queue", EXPIRED)
    aws.bucket("dg-old-bucket", EXPIRED, versions=3)
    aws.queue("dg-new-queue", FRESH)
    aws.queue("dg-kept-queue", EXPIRED | {"ENVIRONMENT": "prod"})
    aws.bucket("dg-kept-bucket", EXPIRED | {"protected": "x"})
    aws.queue("web-queue", EXPIRED)
    aws.bucket("dg-foreign", {})
    aws.queue("dg-odd", EXPIRED | {"driftguard:expires-at": "23/11/2026"})
    assert aws.names() == GOES | STAYS
    return aws


def nightly(cloud: MotoCloud, cwd: Path, policy: str, *words: str, url: str = "", die: str = "") -> Any:
    (cwd / "policy.yaml").write_text(policy)
    environ = dict(cloud.environ) | ({"AWS_ENDPOINT_URL": url} if url else {})
    done = driftguard("run", "--event-name", "schedule", *words, cwd=cwd, environ=environ, die=die)
    assert "Traceback" not in done.stderr
    return done


def test_a_live_run_ends_what_is_expired_and_nothing_else(filled: MotoCloud, tmp_path: Path) -> None:
    done = nightly(filled, tmp_path, LIVE, "--format", "json")
    report = json.loads(done.stdout)
    assert done.returncode == 0, done.stderr
    assert filled.names() == STAYS
    statuses = {o["action_id"].rpartition(":")[2]: o["status"] for o in report["outcomes"]}
    assert {name for name, status in statuses.items() if status == "verified"} == GOES
    assert {name for name, status in statuses.items() if status == "denied"} == STAYS


def test_each_resource_that_stays_says_why_and_which_line_says_so(filled: MotoCloud, tmp_path: Path) -> None:
    report = json.loads(nightly(filled, tmp_path, POLICY, "--format", "json").stdout)
    why = {d["action_id"].rpartition(":")[2]: (d["reason"], d["policy_line"]) for d in report["decisions"]}
    assert "protected by its tag Environment=prod" in why["dg-kept-queue"][0]
    assert "no tag driftguard:owner" in why["dg-foreign"][0]
    assert "doesn't begin with 'dg-'" in why["web-queue"][0]
    assert "lives until 2999" in why["dg-new-queue"][0]
    assert "can't be read" in why["dg-odd"][0]
    assert all(line.startswith("policy.yaml:") for _, line in why.values())


def test_a_rehearsal_sends_nothing_but_reads_and_the_recorder_would_have_seen_a_write(
    filled: MotoCloud, tmp_path: Path
) -> None:
    with recording(filled.url) as proxy:
        done = nightly(filled, tmp_path, POLICY, url=proxy.url)
        assert done.returncode == 0, done.stderr
        assert len(proxy.asked) > 3
        assert proxy.writes == []
        assert filled.names() == GOES | STAYS
        nightly(filled, tmp_path, LIVE, url=proxy.url)
        assert {request.operation or request.method for request in proxy.writes} >= {"DeleteQueue", "DELETE"}


def test_the_flag_forces_a_rehearsal_whatever_the_policy_says(filled: MotoCloud, tmp_path: Path) -> None:
    with recording(filled.url) as proxy:
        nightly(filled, tmp_path, LIVE, "--dry-run", url=proxy.url)
        assert proxy.writes == []


def test_a_second_run_finds_nothing_left_to_do(filled: MotoCloud, tmp_path: Path) -> None:
    nightly(filled, tmp_path, LIVE)
    with recording(filled.url) as proxy:
        done = nightly(filled, tmp_path, LIVE, url=proxy.url)
        assert (done.returncode, proxy.writes) == (0, [])


def test_one_over_max_deletions_and_the_whole_plan_is_denied(filled: MotoCloud, tmp_path: Path) -> None:
    done = nightly(filled, tmp_path, LIVE.replace("max_deletions: 10", "max_deletions: 1"), "--format", "json")
    report = json.loads(done.stdout)
    assert done.returncode == 1
    assert filled.names() == GOES | STAYS
    assert report["findings"][-1]["message"].startswith("2 deletions planned, max_deletions is 1")
    assert (report["findings"][-1]["path"], report["findings"][-1]["line"]) == ("policy.yaml", 6)


def test_credentials_of_an_account_that_the_policy_doesnt_list_start_nothing(filled: MotoCloud, tmp_path: Path) -> None:
    done = nightly(filled, tmp_path, LIVE.replace(ACCOUNT, "999999999999"), "--format", "json")
    assert done.returncode == 3
    assert f"the credentials are of account {ACCOUNT}" in json.loads(done.stdout)["gaps"][0]["error"]
    assert filled.names() == GOES | STAYS


def test_without_credentials_the_run_is_incomplete_and_says_what_to_do(aws: MotoCloud, tmp_path: Path) -> None:
    environ = {"AWS_ENDPOINT_URL": aws.url, "AWS_EC2_METADATA_DISABLED": "true"}
    (tmp_path / "policy.yaml").write_text(POLICY)
    done = driftguard("run", "--event-name", "schedule", cwd=tmp_path, environ=environ)
    assert done.returncode == 3
    assert "no AWS credentials were found" in done.stdout


def _recover(aws: MotoCloud, tmp_path: Path) -> None:
    """After a kill: what should live lives, the trail stands, and one more run finishes the work and says so."""
    audit_dir = tmp_path / ".driftguard" / "audit"
    assert "dg-kept" in aws.names()
    interrupted = audit.verify(audit_dir).open_intents if (audit_dir / "audit.jsonl").exists() else ()
    code, printed = within("run", "--event-name", "schedule", cwd=tmp_path, environ=aws.environ)
    assert code == 0, printed
    assert aws.names() == {"dg-kept"}
    verification = audit.verify(audit_dir)
    assert verification.problems == ()
    assert verification.open_intents == interrupted
    assert printed.count("was interrupted during") == len(interrupted)


RECORDS = [
    "RECEIVED",
    "MATCHED",
    "PLANNED",
    "DECIDED",
    "INTENT",
    "OUTCOME",
    "APPLIED",
    "VERIFIED",
    "REPORTED",
    "CLOSED",
]


@pytest.mark.slow
@pytest.mark.parametrize("moment", ["before", "torn"])
@pytest.mark.parametrize("step", range(1, len(RECORDS) + 1), ids=RECORDS)
def test_killed_around_any_record_the_next_run_finishes_the_work(
    aws: MotoCloud, tmp_path: Path, moment: str, step: int
) -> None:
    """The first fsync is of the trail's directory; after it each record has its own."""
    aws.queue("dg-one", EXPIRED)
    aws.queue("dg-kept", EXPIRED | {"Protected": "1"})
    killed = nightly(aws, tmp_path, LIVE, die=f"{moment}:{step + 1}")
    assert killed.returncode == -signal.SIGKILL
    _recover(aws, tmp_path)


def test_a_whole_live_run_makes_exactly_these_records_safe(aws: MotoCloud, tmp_path: Path) -> None:
    """So that the test above walks all of them."""
    aws.queue("dg-one", EXPIRED)
    nightly(aws, tmp_path, LIVE)
    assert [record.state for record in audit.read(tmp_path / ".driftguard" / "audit")] == RECORDS


SHARES = 4


@pytest.mark.slow
@pytest.mark.parametrize("share", range(SHARES))
def test_killed_at_any_request_the_next_run_finishes_the_work(aws: MotoCloud, tmp_path: Path, share: int) -> None:
    """A versioned bucket takes the most requests; the process dies as each of them reaches the cloud.

    The shares together walk all of the requests; apart they run side by side.
    """
    requests = _requests_of_a_whole_run(aws, tmp_path)
    assert requests > 2 * SHARES
    for number in range(1 + share, requests + 1, SHARES):
        aws.bucket("dg-one", EXPIRED, versions=2)
        directory = tmp_path / str(number)
        directory.mkdir()
        (directory / "policy.yaml").write_text(LIVE)
        with recording(aws.url) as proxy, start(directory, dict(aws.environ) | {"AWS_ENDPOINT_URL": proxy.url}) as run:
            proxy.before = functools.partial(_kill_at, number, run)
            run.wait(60)
        assert run.returncode == -signal.SIGKILL
        _recover(aws, directory)


def _requests_of_a_whole_run(aws: MotoCloud, tmp_path: Path) -> int:
    aws.queue("dg-kept", EXPIRED | {"Protected": "1"})
    aws.bucket("dg-one", EXPIRED, versions=2)
    with recording(aws.url) as proxy:
        assert nightly(aws, tmp_path, LIVE, url=proxy.url).returncode == 0
        return len(proxy.asked)


def _kill_at(number: int, run: Running, current: int) -> None:
    if current == number:
        run.kill()
        run.wait(60)


@pytest.mark.parametrize(
    ("method", "operation", "is_read"),
    [("POST", "DeleteQueue", False), ("POST", "ListQueues", True), ("GET", "", True), ("DELETE", "", False)],
)
def test_the_recorder_tells_reads_from_writes(method: str, operation: str, is_read: bool) -> None:
    assert Asked(method, "/", operation).is_read is is_read


@pytest.mark.parametrize("parallel", [1, 3])
def test_what_is_protected_while_others_go_stays(aws: MotoCloud, tmp_path: Path, parallel: int) -> None:
    """Only those that began together with the first were looked at before it; each other one is looked at anew."""
    ec2 = aws.client("ec2")
    tags = [{"Key": key, "Value": value} for key, value in (EXPIRED | {"Name": "dg-disk"}).items()]
    dressed: Any = [{"ResourceType": "volume", "Tags": tags}]
    disks = [
        ec2.create_volume(AvailabilityZone="eu-west-1a", Size=1, TagSpecifications=dressed)["VolumeId"]
        for _ in range(12)
    ]
    policy = LIVE.replace('"s3:*", "sqs:*"', '"ec2:volume"').replace("max_deletions: 10", "max_deletions: 20")
    with recording(aws.url) as proxy:
        once, deleting = iter([disks]), threading.Lock()

        def protect(number: int) -> None:
            if proxy.asked[number - 1].operation == "DeleteVolume":
                with deleting:
                    for there in once:
                        ec2.create_tags(Resources=there, Tags=[{"Key": "Protected", "Value": "1"}])

        proxy.before = protect
        done = nightly(aws, tmp_path, f"{policy}limits: {{parallel: {parallel}}}\n", "--format", "json", url=proxy.url)
    left = {volume["VolumeId"] for volume in ec2.describe_volumes()["Volumes"]}
    outcomes = [outcome["status"] for outcome in json.loads(done.stdout)["outcomes"]]
    assert 1 <= len(set(disks) - left) <= parallel
    assert outcomes.count("stale") == len(left)
    assert done.returncode == 0, done.stderr
