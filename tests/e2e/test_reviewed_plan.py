"""`driftguard plan` and `driftguard apply` over a cloud that changes between the two."""

import json
import subprocess
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from stage.command import driftguard
from stage.moto_cloud import ACCOUNT, EXPIRED, MotoCloud

from driftguard import plan_file

OTHER_ACCOUNT = "222222222222"
POLICY = f"""\
version: 1
dry_run: false
rules:
  - {{name: nightly, on: [schedule], run: janitor, mode: warn}}
janitor:
  clouds: {{aws: {{accounts: ["{ACCOUNT}", "{OTHER_ACCOUNT}"], regions: [eu-west-1], types: ["s3:*", "sqs:*"]}}}}
"""


class Reviewed:
    """The two commands, in a directory of their own."""

    def __init__(self, aws: MotoCloud, directory: Path) -> None:
        self.aws, self.directory = aws, directory
        self.write_policy(POLICY)

    def write_policy(self, text: str) -> None:
        (self.directory / "policy.yaml").write_text(text)

    @property
    def file(self) -> Path:
        return self.directory / "plan.json"

    def plan(self, *words: str) -> subprocess.CompletedProcess[str]:
        return self._run("plan", "--event-name", "schedule", "-o", "plan.json", *words)

    def apply(self, *words: str, **environ: str) -> subprocess.CompletedProcess[str]:
        return self._run("apply", "plan.json", *words, **environ)

    def refused(self, said: str, *words: str, **environ: str) -> None:
        """Exit 2 with ``said`` on stderr, nothing on the trail and everything still there."""
        before, trail = self.aws.names(), self._trail()
        done = self.apply(*words, **environ)
        assert (done.returncode, done.stdout) == (2, "")
        assert said in done.stderr
        assert (self.aws.names(), self._trail()) == (before, trail)

    def _trail(self) -> bytes:
        file = self.directory / ".driftguard" / "audit" / "audit.jsonl"
        return file.read_bytes() if file.exists() else b""

    def _run(self, *words: str, **environ: str) -> subprocess.CompletedProcess[str]:
        done = driftguard(*words, cwd=self.directory, environ={**self.aws.environ, **environ})
        assert "Traceback" not in done.stderr
        return done


@pytest.fixture
def two(aws: MotoCloud, tmp_path: Path) -> Reviewed:
    for name in ("dg-one", "dg-two", "dg-three"):
        aws.queue(name, EXPIRED)
    return Reviewed(aws, tmp_path)


def tag(aws: MotoCloud, name: str, **tags: str) -> None:
    sqs = aws.client("sqs")
    sqs.tag_queue(QueueUrl=sqs.get_queue_url(QueueName=name)["QueueUrl"], Tags=tags)


def test_what_was_reviewed_is_done_and_the_plan_itself_changes_nothing(two: Reviewed) -> None:
    planned = two.plan()
    assert (planned.returncode, two.aws.names()) == (0, {"dg-one", "dg-two", "dg-three"})
    assert "nothing was changed" in planned.stdout
    done = two.apply("--format", "json")
    assert (done.returncode, two.aws.names()) == (0, set()), done.stderr
    assert "the reviewed plan has 3 actions, 3 of them are still right and are done" in json.loads(done.stdout)["notes"]


def test_what_became_protected_came_later_or_changed_in_between_survives(two: Reviewed) -> None:
    two.plan()
    tag(two.aws, "dg-one", Protected="until the audit")
    tag(two.aws, "dg-two", note="somebody was here")
    two.aws.queue("dg-late", EXPIRED)
    done = two.apply("--format", "json")
    assert two.aws.names() == {"dg-one", "dg-two", "dg-late"}
    notes = "\n".join(json.loads(done.stdout)["notes"])
    assert "has 3 actions, 1 of them are still right" in notes
    assert "- dg-one: was in the reviewed plan, now stays: protected by its tag Protected=until the audit" in notes
    assert "- dg-two: was in the reviewed plan, now stays: changed since the plan was reviewed" in notes
    assert "+ dg-late: came after the review, stays" in notes


def test_what_is_gone_meanwhile_is_said_and_no_error(two: Reviewed) -> None:
    two.plan()
    sqs = two.aws.client("sqs")
    sqs.delete_queue(QueueUrl=sqs.get_queue_url(QueueName="dg-one")["QueueUrl"])
    done = two.apply()
    assert (done.returncode, two.aws.names()) == (0, set())
    assert "dg-one: was in the reviewed plan, is gone" in done.stdout


def test_a_plan_can_be_applied_twice(two: Reviewed) -> None:
    two.plan()
    two.apply()
    done = two.apply()
    assert (done.returncode, two.aws.names()) == (0, set())


def test_a_forged_plan_allows_nothing_that_the_policy_denies(two: Reviewed) -> None:
    two.aws.queue("dg-kept", EXPIRED | {"Protected": "1"})
    two.plan()
    reviewed = plan_file.load(two.file)
    forged = replace(reviewed.actions[0], id=reviewed.actions[0].id.replace("dg-one", "dg-kept"), name="dg-kept")
    plan_file.write(two.file, replace(reviewed, actions=(*reviewed.actions, forged)))
    two.apply()
    assert two.aws.names() == {"dg-kept"}


def test_the_policy_s_dry_run_holds_for_apply_too(two: Reviewed) -> None:
    two.write_policy(POLICY.replace("dry_run: false", "dry_run: true"))
    two.plan()
    done = two.apply()
    assert (done.returncode, len(two.aws.names())) == (0, 3)
    assert "would go" in done.stdout


def test_a_flag_rehearses_an_apply(two: Reviewed) -> None:
    two.plan()
    assert "would go" in two.apply("--dry-run").stdout
    assert len(two.aws.names()) == 3


class TestRefusals:
    def test_a_file_that_was_touched(self, two: Reviewed) -> None:
        two.plan()
        two.file.write_text(two.file.read_text().replace("dg-one", "dg-own"))
        two.refused("its digest doesn't fit")

    @pytest.mark.parametrize("text", ["", "[]", "{}", '{"version": 1}', "\x00", '{"version":1,"digest":"","plan":'])
    def test_a_file_that_is_no_plan(self, two: Reviewed, text: str) -> None:
        two.file.write_text(text)
        two.refused("is not a plan of `driftguard plan -o`")

    def test_no_file(self, two: Reviewed) -> None:
        two.refused("`driftguard plan -o plan.json` writes it")

    def test_another_version_of_the_form(self, two: Reviewed) -> None:
        two.plan()
        two.file.write_text(two.file.read_text().replace('"version": 1', '"version": 2'))
        two.refused("is a plan of version 2; this driftguard applies version 1")

    def test_a_plan_under_another_policy(self, two: Reviewed) -> None:
        two.plan()
        two.write_policy(POLICY + "  ttl: 2h\n")
        two.refused("the policy changed since the plan was made")

    @pytest.mark.parametrize("hours", [-5, 1])
    def test_a_plan_of_another_day(self, two: Reviewed, hours: int) -> None:
        two.plan()
        reviewed = plan_file.load(two.file)
        moved = replace(reviewed, created_at=reviewed.created_at + timedelta(hours=hours))
        plan_file.write(two.file, moved)
        two.refused("(default of limits.plan_age) allows 4h")

    def test_a_plan_of_another_account(self, two: Reviewed) -> None:
        two.plan()
        role = f"arn:aws:iam::{OTHER_ACCOUNT}:role/deleter"
        answer = two.aws.client("sts").assume_role(RoleArn=role, RoleSessionName="tester")["Credentials"]
        two.refused(
            f"the plan is of aws/{ACCOUNT}, the credentials are of aws/{OTHER_ACCOUNT}",
            AWS_ACCESS_KEY_ID=answer["AccessKeyId"],
            AWS_SECRET_ACCESS_KEY=answer["SecretAccessKey"],
            AWS_SESSION_TOKEN=answer["SessionToken"],
        )

    def test_a_plan_for_another_event(self, two: Reviewed) -> None:
        two.plan()
        two.refused("the plan is for schedule", "--event-name", "workflow_dispatch")
        two.refused(
            "this is push acme/shop",
            GITHUB_ACTIONS="true",
            GITHUB_EVENT_NAME="push",
            GITHUB_REPOSITORY="acme/shop",
        )

    def test_a_plan_that_cannot_be_written(self, two: Reviewed) -> None:
        done = two._run("plan", "--event-name", "schedule", "-o", "nowhere/plan.json")
        assert (done.returncode, "the plan can't be written" in done.stderr) == (2, True)
