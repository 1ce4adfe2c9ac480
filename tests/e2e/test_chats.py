"""A nightly run from the command line tells Slack and Teams of what it deleted, once, and a rehearsal tells nobody."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from fakes.chat import SECRET, ChatServer, chat_server
from stage.command import driftguard
from stage.moto_cloud import ACCOUNT, EXPIRED, MotoCloud

POLICY = f"""\
version: 1
dry_run: false
rules:
  - {{name: nightly, on: [schedule], run: janitor}}
janitor:
  clouds: {{aws: {{accounts: ["{ACCOUNT}"], regions: [eu-west-1], types: ["sqs:*"]}}}}
notify:
  slack: {{webhook_env: SLACK_WEBHOOK}}
  teams: {{webhook_env: TEAMS_WEBHOOK}}
"""


@pytest.fixture
def chat() -> Iterator[ChatServer]:
    with chat_server() as server:
        yield server


def test_both_chats_are_told_and_the_address_is_nowhere(aws: MotoCloud, chat: ChatServer, tmp_path: Path) -> None:
    aws.queue("dg-old", EXPIRED)
    (tmp_path / "policy.yaml").write_text(POLICY)
    environ = dict(aws.environ) | {"SLACK_WEBHOOK": chat.slack, "TEAMS_WEBHOOK": chat.teams}
    night = ("run", "--event-name", "schedule", "--format", "json")
    rehearsed = driftguard(*night, "--dry-run", cwd=tmp_path, environ=environ)
    assert (rehearsed.returncode, chat.taken) == (0, [])
    done = driftguard(*night, cwd=tmp_path, environ=environ)
    assert done.returncode == 0, done.stderr
    assert len(chat.taken) == 2
    assert all("dg-old (aws/" in json.dumps(body) for body in chat.taken)
    everything = done.stdout + done.stderr + (tmp_path / ".driftguard/audit/audit.jsonl").read_text()
    assert SECRET not in everything


def test_a_chat_that_cant_be_told_makes_the_run_incomplete_and_is_named(aws: MotoCloud, tmp_path: Path) -> None:
    aws.queue("dg-old", EXPIRED)
    (tmp_path / "policy.yaml").write_text(POLICY)
    done = driftguard("run", "--event-name", "schedule", cwd=tmp_path, environ=aws.environ)
    assert done.returncode == 3
    assert "SLACK_WEBHOOK is not set" in " ".join(done.stdout.split())
    assert aws.names() == set()
