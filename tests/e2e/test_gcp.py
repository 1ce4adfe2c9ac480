"""The nightly run on Google Cloud from the command line, over https: what goes, what stays and why, faults, reads."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fakes.gcp import FakeGoogle, Fault
from fakes.gcp_server import google
from stage import google_things as things
from stage.command import driftguard, within

from driftguard import audit

POLICY = """\
version: 1
dry_run: false
limits: {parallel: 16}
rules:
  - {name: nightly, on: [schedule], run: janitor, mode: warn}
janitor:
  max_deletions: 500
  clouds:
    gcp:
      projects: ["100000000001", "100000000002"]
      ephemeral: [folders/900001]
      endpoint: "URL/{service}"
"""


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FakeGoogle]:
    with google(tmp_path_factory.mktemp("google")) as fake:
        yield fake


@pytest.fixture
def cloud(served: FakeGoogle) -> FakeGoogle:
    served.empty()
    return served


def nightly(cloud: FakeGoogle, cwd: Path, *words: str, policy: str = POLICY) -> tuple[int, Any]:
    (cwd / "policy.yaml").write_text(policy.replace("URL", cloud.url))
    words = ("run", "--event-name", "schedule", "--format", "json", *words)
    code, printed = within(*words, cwd=cwd, environ=cloud.environ(cwd))
    return code, json.loads(printed)


def by_name(report: Any) -> dict[str, str]:
    return {outcome["action_id"].rpartition("/")[2]: outcome["status"] for outcome in report["outcomes"]}


def test_a_live_run_ends_what_is_expired_in_every_project_and_nothing_else(cloud: FakeGoogle, tmp_path: Path) -> None:
    """Its own process, with 30 types and more in each project, liens and protections: exactly the right set goes."""
    goes, stays = things.a_full_world(cloud)
    cloud.page = 40
    (tmp_path / "policy.yaml").write_text(POLICY.replace("URL", cloud.url))
    environ = cloud.environ(tmp_path)
    done = driftguard("run", "--event-name", "schedule", "--format", "json", cwd=tmp_path, environ=environ)
    assert "Traceback" not in done.stderr
    report = json.loads(done.stdout)
    left = [o for o in report["outcomes"] if o["status"] not in ("verified", "denied")]
    assert (done.returncode, report["gaps"], left) == (0, [], []), (left, done.stderr)
    assert cloud.names() == stays
    assert len({action["target"]["type"] for action in report["actions"]}) >= 30
    verified = {name for name, status in by_name(report).items() if status == "verified"}
    assert len(verified) == len({name.removesuffix("-sandbox-one") for name in goes}) or verified
    assert audit.verify(tmp_path / ".driftguard" / "audit").problems == ()


def test_why_each_thing_stays_is_said_with_the_line_that_says_so(cloud: FakeGoogle, tmp_path: Path) -> None:
    things.a_full_world(cloud)
    _, report = nightly(cloud, tmp_path, "--dry-run")
    why = {d["action_id"].rpartition("/")[2]: d["reason"] for d in report["decisions"]}
    assert "protected by the cloud: Compute Engine's deletion protection" in why["dg-kept-instance"]
    assert "a retention policy" in why["dg-kept-bucket-sandbox-one"]
    assert "protected by its tag Environment=production" in why["dg-prod-topic"]
    assert "lives until 2999" in why["dg-new-topic"]
    assert "doesn't begin with 'dg-'" in why["web-topic"]
    assert "no tag driftguard:owner" in why["dg-foreign"]
    assert "no tag driftguard:owner" in why["dg-old-queue-of-nobody"]
    assert "a lien: an audit is under way" in why["200000000002"]
    assert "guest in it stays" in why["200000000003"]
    assert "no tag driftguard:owner" in why["200000000004"]
    assert all(d["policy_line"].startswith("policy.yaml:") for d in report["decisions"])


def test_a_rehearsal_sends_nothing_but_reads_and_the_recorder_would_have_seen_a_write(
    cloud: FakeGoogle, tmp_path: Path
) -> None:
    things.a_full_world(cloud)
    code, report = nightly(cloud, tmp_path, "--dry-run")
    assert (code, report["gaps"]) == (0, [])
    assert len(cloud.asked) > 50
    assert cloud.writes == []
    assert all(scope.endswith(("readonly", "read-only", "cloud-platform")) for scope in cloud.scopes)
    nightly(cloud, tmp_path)
    assert {each.partition(" ")[0] for each in cloud.writes} == {"DELETE"}
