"""`janitor.warn_before` from the command line: the first live sight warns, a later run deletes."""

import json
import subprocess
from pathlib import Path

from stage.command import within
from stage.moto_cloud import ACCOUNT, EXPIRED, MotoCloud

POLICY = f"""\
version: 1
dry_run: false
rules:
  - {{name: nightly, on: [schedule], run: janitor}}
janitor:
  warn_before: 6h
  clouds: {{aws: {{accounts: ["{ACCOUNT}"], regions: [eu-west-1], types: ["s3:*", "sqs:*"]}}}}
"""


def night(aws: MotoCloud, directory: Path, *words: str) -> tuple[int, list[str]]:
    """Exit code and the ids of the findings."""
    if not (directory / ".git").exists():
        subprocess.run(["git", "init", "-q"], cwd=directory, check=True)
    (directory / "policy.yaml").write_text(POLICY)
    command = ("run", "--event-name", "schedule", "--format", "json", *words)
    code, printed = within(*command, cwd=directory, environ=aws.environ)
    return code, [finding["id"].partition(":")[0] for finding in json.loads(printed)["findings"]]


def test_the_first_run_warns_and_the_next_one_deletes(aws: MotoCloud, tmp_path: Path) -> None:
    aws.queue("dg-old", EXPIRED)
    assert night(aws, tmp_path) == (0, ["janitor/expiring"])
    assert aws.names() == {"dg-old"}
    assert night(aws, tmp_path) == (0, [])
    assert aws.names() == set()


def test_a_rehearsal_warns_nobody_and_a_trail_that_is_lost_means_another_warning(
    aws: MotoCloud, tmp_path: Path
) -> None:
    aws.queue("dg-old", EXPIRED)
    assert night(aws, tmp_path, "--dry-run") == (0, ["janitor/expiring"])
    assert night(aws, tmp_path) == (0, ["janitor/expiring"])
    assert night(aws, tmp_path, "--audit-dir", "elsewhere") == (0, ["janitor/expiring"])
    assert aws.names() == {"dg-old"}


def test_an_end_that_moved_after_the_warning_is_warned_of_again(aws: MotoCloud, tmp_path: Path) -> None:
    aws.queue("dg-old", EXPIRED)
    night(aws, tmp_path)
    sqs = aws.client("sqs")
    url = sqs.get_queue_url(QueueName="dg-old")["QueueUrl"]
    sqs.tag_queue(QueueUrl=url, Tags={"driftguard:expires-at": "2021-01-01"})
    assert night(aws, tmp_path) == (0, ["janitor/expiring"])
    assert aws.names() == {"dg-old"}
