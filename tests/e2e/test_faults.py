"""A cloud in a bad hour: throttling, errors, resets, hangs and refusals, and a run that still ends well."""

import json
import time
from pathlib import Path
from typing import Any

import pytest
from stage.aws_things import PROTECTIONS, THINGS
from stage.command import within
from stage.faults import faults, fired
from stage.moto_cloud import ACCOUNT, EXPIRED, MotoCloud

DEADLINE = 60
POLICY = f"""\
version: 1
dry_run: false
rules:
  - {{name: nightly, on: [schedule], run: janitor, mode: warn}}
limits: {{deadline: {DEADLINE}s, action_timeout: 15s, parallel: 16}}
janitor:
  clouds: {{aws: {{accounts: ["{ACCOUNT}"], regions: [eu-west-1], types: {{types}}}}}}
"""
KINDS = ("sqs:queue", "s3:bucket", "dynamodb:table", "ec2:volume", "sns:topic", "kinesis:stream")
RULES: list[dict[str, Any]] = [
    {"service": "sns", "operation": "DeleteTopic", "times": 1, "timeout_ms": 60_000},
    {
        "service": "dynamodb",
        "operation": "DeleteTable",
        "resource": "dg-goes-1",
        "error": {"code": "AccessDeniedException"},
    },
    {"service": "kinesis", "operation": "ListStreams", "error": {"code": "AccessDeniedException"}},
    {"service": "s3", "probability": 0.3, "error": {"code": "SlowDown", "status": 503}},
    {"service": "*", "probability": 0.3, "error": {"code": "ThrottlingException", "status": 400}},
    {"service": "*", "probability": 0.05, "error": {"code": "InternalError", "status": 500}},
    {"service": "*", "probability": 0.05, "reset": True},
]


@pytest.mark.long
def test_in_a_bad_hour_nothing_protected_goes_and_whatever_stays_is_named(aws: MotoCloud, tmp_path: Path) -> None:
    for kind in KINDS:
        for number in range(3):
            THINGS[kind](aws, f"dg-goes-{number}", EXPIRED)
        THINGS[kind](aws, "dg-kept", EXPIRED | {"Environment": "prod"})
        THINGS[kind](aws, "web", EXPIRED)
    THINGS["dynamodb:table"](aws, "dg-protected", EXPIRED)
    PROTECTIONS["dynamodb:table"](aws, "dg-protected")
    (tmp_path / "policy.yaml").write_text(POLICY.replace("{types}", json.dumps(KINDS)))
    with faults(aws.url, RULES) as url:
        begin = time.monotonic()
        environ = {**aws.environ, "AWS_ENDPOINT_URL": url}
        code, printed = within("run", "--event-name", "schedule", "--format", "json", cwd=tmp_path, environ=environ)
        took = time.monotonic() - begin
        dealt = {fault["action"].partition(":")[0] for fault in fired(url)}
    report = json.loads(printed)
    assert dealt >= {"error", "reset"}
    assert any("took too long" in outcome["error"] for outcome in report["outcomes"] if ":sns:" in outcome["action_id"])
    assert code == 3
    assert took < 4 * DEADLINE  # the deadline is for what is changed; looking through the cloud comes before it
    left = _left(aws)
    assert left >= {f"{kind}/{name}" for kind in KINDS for name in ("dg-kept", "web")} | {"dynamodb:table/dg-protected"}
    named = _named(report)
    unnamed = {thing for thing in left if thing.rpartition("/")[2].startswith("dg-goes")} - named
    assert unnamed == set()
    assert "dynamodb:table/dg-goes-1" in named
    assert any(gap["scope"].endswith("kinesis:stream") and "AccessDenied" in gap["error"] for gap in report["gaps"])


def _left(aws: MotoCloud) -> set[str]:
    """Everything that is still there, asked of the cloud itself, past the faults."""
    tables = aws.client("dynamodb").list_tables()["TableNames"]
    volumes = aws.client("ec2").describe_volumes()["Volumes"]
    topics = [topic["TopicArn"].rpartition(":")[2] for topic in aws.client("sns").list_topics()["Topics"]]
    streams = aws.client("kinesis").list_streams()["StreamNames"]
    queues = [url.rpartition("/")[2] for url in aws.client("sqs").list_queues().get("QueueUrls", [])]
    buckets = [bucket["Name"] for bucket in aws.client("s3").list_buckets()["Buckets"]]
    names = [tag["Value"] for volume in volumes for tag in volume.get("Tags", []) if tag["Key"] == "Name"]
    found = dict(zip(KINDS, (queues, buckets, tables, names, topics, streams), strict=True))
    return {f"{kind}/{name}" for kind, all_of_it in found.items() for name in all_of_it}


def _named(report: dict[str, Any]) -> set[str]:
    """Everything ours that the report says it couldn't end, by itself or with its kind or region."""
    targets = {action["id"]: action["target"] for action in report["actions"]}
    failed = {
        outcome["action_id"] for outcome in report["outcomes"] if outcome["error"] or outcome["status"] == "stale"
    }
    by_itself = {f"{targets[name]['type']}/{targets[name]['name']}" for name in failed}
    everything = {f"{kind}/dg-goes-{number}" for kind in KINDS for number in range(3)}
    hidden = {
        thing
        for thing in everything
        for gap in report["gaps"]
        if gap["scope"].endswith(thing.rpartition("/")[0])
        or gap["scope"].endswith("eu-west-1")
        or gap["what"] == thing.rpartition("/")[2]
    }
    return by_itself | hidden
