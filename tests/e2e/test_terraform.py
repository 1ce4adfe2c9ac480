"""An environment that Terraform built, from the command line: Terraform first, then the API, or rightly neither."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from stage.command import driftguard
from stage.moto_cloud import ACCOUNT, EXPIRED, FRESH
from stage.terraform import (
    BUCKET,
    FAILS,
    KEPT,
    LOCAL,
    S3,
    THING,
    TerraformStage,
    needs_aws_provider,
    needs_terraform,
    surroundings,
)

pytestmark = needs_terraform
ENV = {"driftguard:env": "shop-pr-7"}
OURS = EXPIRED | ENV
QUEUE = "dg-shop-pr-7-orders"
CLOSED = {
    "action": "closed",
    "number": 7,
    "pull_request": {"number": 7, "head": {"sha": "f" * 40, "ref": "topic"}},
    "repository": {"full_name": "acme/shop"},
    "sender": {"login": "alice"},
}


@dataclass
class Story:
    """The stage, the command line over it, and what came of it."""

    ground: TerraformStage

    def run(self, event: str = "pull_request", *words: str, live: bool = True) -> tuple[int, dict[str, Any]]:
        home = self.ground.directory
        repository = self.ground.repository
        closed = CLOSED | {"pull_request": {**CLOSED["pull_request"], "base": {"sha": self.ground.revision}}}  # type: ignore[dict-item]
        night = {"repository": CLOSED["repository"]}
        (home / "event.json").write_text(json.dumps(closed if event == "pull_request" else night))
        (home / "policy.yaml").write_text(json.dumps(self._policy(live)))
        done = driftguard(
            *("run", "--policy", "../policy.yaml", "--event-name", event, "--event-path", "../event.json"),
            *("--audit-dir", "../audit", "--format", "json", *words),
            cwd=repository,
            environ=surroundings(self.ground.aws, home),
        )
        assert "Traceback" not in done.stderr
        return done.returncode, json.loads(done.stdout)

    def _policy(self, live: bool) -> Mapping[str, Any]:
        terraform = self.ground.policy.model_dump(mode="json")["janitor"]["terraform"]
        return {
            "version": 1,
            "dry_run": not live,
            "rules": [
                {"name": "teardown", "on": ["pull_request.closed"], "run": "janitor", "scope": "event"},
                {"name": "nightly", "on": ["schedule"], "run": "janitor"},
            ],
            "janitor": {
                "environment": "{repo}-pr-{number}",
                "terraform": terraform,
                "clouds": {"aws": {"accounts": [ACCOUNT], "regions": ["eu-west-1"]}},
            },
        }

    def queues(self) -> set[str]:
        return self.ground.aws.names() - {BUCKET}


@pytest.fixture
def story(ground: TerraformStage) -> Story:
    ground.aws.queue(QUEUE, OURS)
    return Story(ground)


def ends(report: Mapping[str, Any]) -> dict[str, str]:
    return {outcome["action_id"].partition(":")[0]: outcome["status"] for outcome in report["outcomes"]}


BOTH_VERIFIED = {"terraform_destroy": "verified", "delete_resource": "verified"}


@pytest.mark.parametrize("event", ["pull_request", "schedule"])
def test_terraform_destroys_its_own_and_the_api_deletes_what_is_left(story: Story, event: str) -> None:
    story.ground.arranged(S3 + THING)
    code, report = story.run(event)
    assert (code, ends(report)) == (0, BOTH_VERIFIED)
    assert (story.ground.resources(), story.queues()) == (set(), set())


def test_a_rehearsal_shows_both_phases_in_one_plan_and_starts_nothing(story: Story) -> None:
    story.ground.arranged(S3 + THING)
    code, report = story.run(live=False)
    whole, part = report["actions"]
    assert (whole["kind"], part["after"], part["part_of"]) == ("terraform_destroy", [whole["id"]], [whole["id"]])
    assert (code, set(ends(report).values())) == (0, {"simulated"})
    assert (story.ground.resources(), story.queues()) == ({"thing"}, {QUEUE})


def test_prevent_destroy_protects_what_the_api_could_have_deleted(story: Story) -> None:
    story.ground.arranged(S3 + KEPT)
    code, report = story.run()
    assert (code, set(ends(report).values())) == (0, {"denied"})
    assert (story.ground.resources(), story.queues()) == ({"kept"}, {QUEUE})


def test_a_live_run_keeps_the_whole_environment_until_the_next_run(story: Story) -> None:
    story.ground.arranged(S3 + THING)
    story.ground.put(story.ground.lock_info(timedelta(minutes=1)), ".tflock")
    code, report = story.run()
    assert (code, set(ends(report).values()), story.queues()) == (0, {"denied"}, {QUEUE})
    story.ground.remove(".tflock")
    assert (story.run()[0], story.queues()) == (0, set())


def test_a_corrupt_state_leaves_the_environment_to_the_api(story: Story) -> None:
    story.ground.configured(S3 + THING)
    story.ground.put("{")
    code, report = story.run()
    assert (code, ends(report), story.queues()) == (0, BOTH_VERIFIED, set())


def test_a_part_that_fails_leaves_the_rest_to_the_api_and_the_run_says_incomplete(story: Story) -> None:
    story.ground.arranged(S3 + FAILS + THING)
    code, report = story.run()
    assert (code, ends(report)) == (3, {"terraform_destroy": "failed", "delete_resource": "verified"})
    assert (story.ground.resources(), story.queues()) == ({"fails"}, set())


@pytest.mark.parametrize(
    "tags",
    [
        pytest.param(OURS | {"Protected": "yes"}, id="protected"),
        pytest.param({**FRESH, **ENV}, id="unexpired"),
        pytest.param(ENV | {"driftguard:owner": "me", "driftguard:expires-at": "soon"}, id="unreadable"),
    ],
)
def test_one_resource_that_must_stay_keeps_terraform_from_its_environment(
    story: Story, tags: Mapping[str, str]
) -> None:
    story.ground.arranged(S3 + THING)
    story.ground.aws.queue("dg-shop-pr-7-kept", tags)
    _, report = story.run("schedule")
    assert set(ends(report).values()) == {"denied"}
    assert (story.ground.resources(), story.queues()) == ({"thing"}, {QUEUE, "dg-shop-pr-7-kept"})


def test_another_repository_s_environment_is_none_of_this_configuration_s(story: Story) -> None:
    story.ground.arranged(S3 + THING)
    story.ground.aws.queue("dg-web-pr-9-orders", EXPIRED | {"driftguard:env": "web-pr-9"})
    _, report = story.run("schedule")
    assert [action["target"]["name"] for action in report["actions"] if action["kind"] == "terraform_destroy"] == [
        "shop-pr-7"
    ]
    assert story.queues() == set()


def test_terraform_that_is_missing_leaves_everything_and_says_what_to_do(story: Story, tmp_path: Path) -> None:
    story.ground.configured(S3 + THING)
    (tmp_path / "bin").mkdir()
    for name in ("git", "env"):
        (tmp_path / "bin" / name).symlink_to(f"/usr/bin/{name}")
    ground = story.ground
    environ = surroundings(ground.aws, ground.directory) | {"PATH": str(tmp_path / "bin")}
    story.run(live=False)
    (ground.directory / "policy.yaml").write_text(json.dumps(story._policy(live=True)))
    done = driftguard(
        *("run", "--policy", "../policy.yaml", "--event-name", "pull_request", "--event-path", "../event.json"),
        cwd=ground.repository,
        environ=environ,
    )
    assert (done.returncode, story.queues()) == (3, {QUEUE})
    assert "terraform is not installed" in done.stdout


PROVIDED = """\
terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}
provider "aws" {
  region                      = "eu-west-1"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  s3_use_path_style           = true
  default_tags {
    tags = {
      "driftguard:owner"      = "platform"
      "driftguard:env"        = "shop-pr-7"
      "driftguard:expires-at" = "2020-01-01"
    }
  }
}
resource "aws_s3_bucket" "assets" {
  bucket = "dg-shop-pr-7-assets"
}
resource "aws_s3_bucket" "backups" {
  bucket = "dg-shop-pr-7-backups"
}
"""
BUILT = {"dg-shop-pr-7-assets", "dg-shop-pr-7-backups"}


@needs_aws_provider
@pytest.mark.long
class TestWithTheAwsProvider:
    def test_what_it_built_is_gone_with_what_it_never_knew_of(self, story: Story) -> None:
        story.ground.arranged(S3 + PROVIDED)
        assert story.queues() == BUILT | {QUEUE}
        code, report = story.run()
        assert (code, story.queues(), story.ground.resources()) == (0, set(), set()), report["outcomes"]
        assert "2 resources destroyed" in report["outcomes"][0]["note"]

    def test_what_it_fails_on_goes_by_the_api(self, story: Story) -> None:
        story.ground.arranged(S3 + PROVIDED)
        story.ground.aws.client("s3").put_object(Bucket="dg-shop-pr-7-assets", Key="logo", Body=b"1")
        code, report = story.run()
        assert (code, story.queues()) == (3, set()), report["outcomes"]
        assert "BucketNotEmpty" in report["outcomes"][0]["error"]

    def test_a_tag_set_by_hand_protects_what_it_would_destroy_and_a_lost_state_goes_by_the_api(
        self, story: Story
    ) -> None:
        story.ground.arranged(S3 + PROVIDED)
        s3 = story.ground.aws.client("s3")
        before = s3.get_bucket_tagging(Bucket="dg-shop-pr-7-backups")["TagSet"]
        tags = [*before, {"Key": "Protected", "Value": "until the audit"}]
        s3.put_bucket_tagging(Bucket="dg-shop-pr-7-backups", Tagging={"TagSet": tags})
        assert (story.run()[0], story.queues()) == (0, BUILT | {QUEUE})
        s3.put_bucket_tagging(Bucket="dg-shop-pr-7-backups", Tagging={"TagSet": before})
        story.ground.remove()
        code, report = story.run()
        assert (code, story.queues()) == (0, set()), report["outcomes"]


def test_a_local_state_is_read_where_the_policy_says(story: Story) -> None:
    story.ground.backend = {"path": f"{story.ground.directory}/{{env}}.tfstate"}
    story.ground.arranged(LOCAL + THING)
    assert (story.run()[0], story.queues()) == (0, set())
    state = json.loads((story.ground.directory / "shop-pr-7.tfstate").read_text())
    assert state["resources"] == []
