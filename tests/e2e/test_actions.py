"""DriftGuard in a job of GitHub Actions: whose policy counts, whose keys, which part of the clouds, where trails go."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from stage import oidc as stage
from stage.command import driftguard
from stage.moto_cloud import ACCOUNT, EXPIRED, MotoCloud

BASE = f"""\
version: 1
dry_run: true
rules:
  - {{name: teardown, on: [pull_request.closed], run: janitor, scope: event}}
  - {{name: nightly, on: [schedule], run: janitor, mode: warn}}
janitor:
  clouds: {{aws: {{accounts: ["{ACCOUNT}"], regions: [eu-west-1, us-east-1], types: ["s3:*", "sqs:*"]}}}}
"""
LIVE = BASE.replace("dry_run: true", "dry_run: false")
OF_PULL_7 = {"driftguard:owner": "platform", "driftguard:env": "shop-pr-7"}
JOB = {"GITHUB_ACTIONS": "true", "GITHUB_REPOSITORY": "acme/shop", "AWS_SESSION_TOKEN": "of-this-job"}


def git(directory: Path, *words: str) -> str:
    who = ("-c", "user.name=t", "-c", "user.email=t@example.com")
    done = subprocess.run(["git", *who, *words], cwd=directory, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def closed_pull_request(directory: Path, base: str, head: str) -> Path:
    """A repository whose pull request 7 makes ``head`` of the policy ``base``; the event of its closing."""
    git(directory, "init", "-q", "-b", "main")
    shas = []
    for text in (base, head):
        (directory / "policy.yaml").write_text(text)
        git(directory, "add", "policy.yaml")
        git(directory, "commit", "-q", "--allow-empty", "-m", "x")
        shas.append(git(directory, "rev-parse", "HEAD"))
    pull = {"number": 7, "base": {"sha": shas[0]}, "head": {"sha": shas[1], "ref": "topic"}}
    event = directory / ".git" / "event.json"
    event.write_text(json.dumps({"action": "closed", "pull_request": pull, "repository": {"full_name": "acme/shop"}}))
    return event


def run(cloud: MotoCloud, cwd: Path, *words: str, **environ: str) -> tuple[int, Any]:
    done = driftguard("run", "--format", "json", *words, cwd=cwd, environ=dict(cloud.environ) | JOB | environ)
    assert "Traceback" not in done.stderr
    return done.returncode, json.loads(done.stdout) if done.stdout else done.stderr


@pytest.mark.parametrize(("base", "head", "left"), [(BASE, LIVE, {"dg-one"}), (LIVE, BASE, set())])
def test_no_pull_request_switches_its_own_run_live_or_off(
    aws: MotoCloud, tmp_path: Path, base: str, head: str, left: set[str]
) -> None:
    aws.queue("dg-one", OF_PULL_7)
    event = closed_pull_request(tmp_path, base, head)
    code, report = run(aws, tmp_path, GITHUB_EVENT_NAME="pull_request", GITHUB_EVENT_PATH=str(event))
    assert code == 0
    assert aws.names() == left
    assert [finding["rule"] for finding in report["findings"]] == ["policy/changed"]


def test_a_stop_on_the_base_branch_holds_for_pull_requests_that_are_older(aws: MotoCloud, tmp_path: Path) -> None:
    """What the event calls the base is the commit of the last push; the branch may have gone dry since."""
    aws.queue("dg-one", OF_PULL_7)
    event = closed_pull_request(tmp_path, LIVE, LIVE)
    said = json.loads(event.read_text())
    said["pull_request"]["base"]["ref"] = "main"
    event.write_text(json.dumps(said))
    git(tmp_path, "checkout", "-q", "-b", "stop", said["pull_request"]["base"]["sha"])
    (tmp_path / "policy.yaml").write_text(BASE)
    git(tmp_path, "commit", "-qam", "stop")
    git(tmp_path, "update-ref", "refs/remotes/origin/main", "HEAD")
    code, report = run(aws, tmp_path, GITHUB_EVENT_NAME="pull_request", GITHUB_EVENT_PATH=str(event))
    assert (code, report["mode"], aws.names()) == (0, "dry-run", {"dg-one"})
    assert report["findings"] == [], "the policy was changed there, not here"


def test_a_stored_key_is_told_and_where_the_policy_blocks_it_nothing_is_changed(aws: MotoCloud, tmp_path: Path) -> None:
    aws.queue("dg-one", EXPIRED)
    for mode, code, left in (("block", 1, {"dg-one"}), ("warn", 0, set())):
        (tmp_path / "policy.yaml").write_text(LIVE + f"auth: {{long_lived_keys: {mode}}}\n")
        found, report = run(aws, tmp_path, "--event-name", "schedule", AWS_SESSION_TOKEN="")
        assert found == code
        assert report["findings"][0]["message"] == "AWS_SECRET_ACCESS_KEY is set; OIDC makes it unnecessary"
        assert aws.names() == left


def test_even_where_no_rule_matches_a_stored_key_is_told(aws: MotoCloud, tmp_path: Path) -> None:
    (tmp_path / "policy.yaml").write_text(BASE + "auth: {long_lived_keys: block}\n")
    code, report = run(aws, tmp_path, "--event-name", "push", AWS_SESSION_TOKEN="")
    assert (code, report["findings"][0]["rule"]) == (1, "auth/long-lived-key")


def test_a_shard_cleans_its_part_and_the_shards_together_all(aws: MotoCloud, tmp_path: Path) -> None:
    (tmp_path / "policy.yaml").write_text(LIVE)
    aws.queue("dg-one", EXPIRED, region="eu-west-1")
    aws.queue("dg-two", EXPIRED, region="us-east-1")
    assert run(aws, tmp_path, "--event-name", "schedule", "--shard", "2/2")[0] == 0
    assert (aws.names("eu-west-1"), aws.names("us-east-1")) == ({"dg-one"}, set())
    assert run(aws, tmp_path, "--event-name", "schedule", "--shard", "1/2")[0] == 0
    assert aws.names("eu-west-1") == set()
    assert run(aws, tmp_path, "--event-name", "schedule", "--shard", "3/2")[0] == 2


def test_plan_jobs_and_the_last_job_agree_on_the_whole(aws: MotoCloud, tmp_path: Path) -> None:
    """What janitor-cron.yml does with artifacts: two plans, then one total; over the cap, it is blocked."""
    aws.queue("dg-one", EXPIRED, region="eu-west-1")
    aws.queue("dg-two", EXPIRED, region="us-east-1")
    for cap, code, conclusion in ((2, 0, "clean"), (1, 1, "blocked")):
        (tmp_path / "policy.yaml").write_text(BASE.replace("janitor:", f"janitor:\n  max_deletions: {cap}"))
        for number, region in ((1, "eu-west-1"), (2, "us-east-1")):
            out = tmp_path / "reports" / f"plan-aws-{ACCOUNT}-{region}"
            out.mkdir(parents=True, exist_ok=True)
            words = ("--event-name", "schedule", "--shard", f"{number}/2", "--audit-dir", str(out / "audit"))
            assert run(aws, tmp_path, *words, "--save", f"json={out / 'report.json'}")[0] == 0
        outputs = tmp_path / f"outputs-{cap}"
        done = driftguard("merge", "reports", "--prefix", "plan-", "--outputs", str(outputs), cwd=tmp_path)
        assert (done.returncode, outputs.read_text()) == (code, f"conclusion={conclusion}\ndeletions=2\n")


def test_a_shard_applies_what_its_own_plan_holds_and_nothing_that_came_later(aws: MotoCloud, tmp_path: Path) -> None:
    (tmp_path / "policy.yaml").write_text(LIVE)
    aws.queue("dg-one", EXPIRED)
    environ = dict(aws.environ) | JOB | {"GITHUB_RUN_ID": "4711"}
    words = ("--event-name", "schedule", "--shard", "1/2")
    done = driftguard("plan", "--out", "plan.json", *words, cwd=tmp_path, environ=environ)
    assert (done.returncode, aws.names()) == (0, {"dg-one"}), done.stderr
    aws.queue("dg-later", EXPIRED)
    done = driftguard("apply", "plan.json", *words, cwd=tmp_path, environ=environ)
    assert (done.returncode, aws.names()) == (0, {"dg-later"}), done.stdout + done.stderr


def test_the_trail_is_copied_where_the_policy_says(aws: MotoCloud, tmp_path: Path) -> None:
    aws.bucket("trails", {})
    (tmp_path / "policy.yaml").write_text(BASE + "audit: {bucket: s3://trails/prefix}\n")
    code, report = run(aws, tmp_path, "--event-name", "schedule")
    assert code == 0
    keys = [each["Key"] for each in aws.client("s3").list_objects_v2(Bucket="trails")["Contents"]]
    assert all(key.startswith("prefix/acme/shop/") for key in keys)
    trail = next(key for key in keys if key.endswith(f"{report['run_id']}/audit.jsonl"))
    copied = aws.client("s3").get_object(Bucket="trails", Key=trail)["Body"].read()
    assert copied == (tmp_path / ".driftguard" / "audit" / "audit.jsonl").read_bytes()


def test_a_trail_that_cant_be_copied_makes_the_run_incomplete(aws: MotoCloud, tmp_path: Path) -> None:
    (tmp_path / "policy.yaml").write_text(BASE + "audit: {bucket: s3://no-such-bucket}\n")
    code, report = run(aws, tmp_path, "--event-name", "schedule")
    assert (code, report["conclusion"]) == (3, "incomplete")
    assert "NoSuchBucket" in report["gaps"][-1]["error"]


def test_a_job_signs_in_by_oidc_and_cleans_without_a_stored_key(aws: MotoCloud, tmp_path: Path) -> None:
    """The whole way: GitHub's token, AWS's roles, one to look and one to delete, and no credential in the job."""
    aws.queue("dg-one", EXPIRED)
    roles = f'role: "arn:aws:iam::{ACCOUNT}:role/look", write_role: "arn:aws:iam::{{account}}:role/delete"'
    (tmp_path / "policy.yaml").write_text(
        LIVE.replace("regions: [eu-west-1, us-east-1]", f"regions: [eu-west-1], {roles}")
    )
    issuer = stage.Issuer(stage.Clock())
    sts = stage.CheckingSts(issuer, aws.url)
    with stage.serving(issuer.answer) as issuer.url, stage.serving(sts.answer) as url:
        environ = issuer.environ | {"AWS_ENDPOINT_URL": url, "AWS_EC2_METADATA_DISABLED": "true"}
        done = driftguard("run", "--event-name", "schedule", cwd=tmp_path, environ=environ)
        assert done.returncode == 0, done.stdout + done.stderr
        assert aws.names() == set()
        assert sts.roles == [f"arn:aws:iam::{ACCOUNT}:role/look", f"arn:aws:iam::{ACCOUNT}:role/delete"]
        issuer.claims["sub"] = "repo:evil/shop:environment:production"
        done = driftguard("run", "--event-name", "schedule", cwd=tmp_path, environ=environ)
    assert done.returncode == 3
    assert "AWS refuses" in done.stdout
