"""The nightly run on Google Cloud from the command line, over https: what stays and why, gaps, reviewed plans."""

import json
from pathlib import Path
from typing import Any

import pytest
from fakes.gcp import FakeGoogle
from stage import google_emulators as emulators
from stage import google_things as things
from stage.command import within

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


@pytest.fixture
def cloud(google_cloud: FakeGoogle) -> FakeGoogle:
    return google_cloud


def nightly(cloud: FakeGoogle, cwd: Path, *words: str, policy: str = POLICY) -> tuple[int, Any]:
    (cwd / "policy.yaml").write_text(policy.replace("URL", cloud.url))
    words = ("run", "--event-name", "schedule", "--format", "json", *words)
    code, printed = within(*words, cwd=cwd, environ=cloud.environ(cwd))
    return code, json.loads(printed)


def test_why_each_thing_stays_is_said_with_the_line_that_says_so(cloud: FakeGoogle, tmp_path: Path) -> None:
    things.what_stays(cloud)
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


def test_a_project_that_cant_be_opened_is_a_gap_and_one_that_isnt_listed_is_never_asked(
    cloud: FakeGoogle, tmp_path: Path
) -> None:
    for number, name in ((things.ONE, "sandbox-one"), ("100000000003", "sandbox-three")):
        cloud.project(number, name)
    things.put(cloud, "topic", "dg-old-topic", things.ONE, things.OLD)
    code, report = nightly(cloud, tmp_path)
    assert code == 3
    assert {gap["scope"] for gap in report["gaps"]} == {f"gcp/{things.TWO}"}
    assert not any("100000000003" in asked or "sandbox-three" in asked for asked in cloud.asked)
    assert len(cloud.writes) == 1


def test_a_thing_of_ours_that_nothing_here_can_delete_is_a_gap_by_name(cloud: FakeGoogle, tmp_path: Path) -> None:
    for number, name in things.IDS.items():
        cloud.project(number, name)
    full = "dataproc.googleapis.com/projects/sandbox-one/regions/europe-west1/clusters/dg-spark"
    cloud.put("dataproc.googleapis.com/Cluster", full, things.ONE, labels=things.OLD, location="europe-west1")
    part = "run.googleapis.com/projects/sandbox-one/locations/europe-west1/services/dg-s/revisions/dg-s-1"
    cloud.put("run.googleapis.com/Revision", part, things.ONE, labels=things.OLD)
    code, report = nightly(cloud, tmp_path)
    assert code == 3
    assert [gap["error"] for gap in report["gaps"]] == ["nothing here can delete a dataproc.googleapis.com/Cluster"]


@pytest.mark.long
def test_topics_and_subscriptions_of_google_s_own_emulator_go_and_stay_alike(cloud: FakeGoogle, tmp_path: Path) -> None:
    jar = emulators.pubsub_jar()
    if jar is None:
        pytest.skip("the Google Cloud CLI's Pub/Sub emulator isn't installed")
    for number, name in things.IDS.items():
        cloud.project(number, name)
    with emulators.pubsub(jar) as url:
        here = f"{url}/v1/projects/sandbox-one"
        for name, labels in (("dg-old", things.OLD), ("dg-new", things.NEW), ("web", things.OLD)):
            emulators.ask("PUT", f"{here}/topics/{name}-topic", {"labels": labels})
            topic = {"topic": f"projects/sandbox-one/topics/{name}-topic", "labels": labels}
            emulators.ask("PUT", f"{here}/subscriptions/{name}-subscription", topic)
            for word in ("topic", "subscription"):
                things.put(cloud, word, f"{name}-{word}", things.ONE, labels)
        cloud.elsewhere["pubsub"] = lambda verb, path: emulators.ask(verb, f"{url}/{path}")
        code, report = nightly(cloud, tmp_path)
        left = [emulators.ask("GET", f"{here}/{each}s")[1][f"{each}s"] for each in ("topic", "subscription")]
    assert (code, report["gaps"]) == (0, [])
    assert [{each["name"].rpartition("/")[2] for each in found} for found in left] == [
        {"dg-new-topic", "web-topic"},
        {"dg-new-subscription", "web-subscription"},
    ]


def test_a_reviewed_plan_is_applied_to_the_same_projects_and_to_nothing_that_came_later(
    cloud: FakeGoogle, tmp_path: Path
) -> None:
    for number, name in things.IDS.items():
        cloud.project(number, name)
    things.put(cloud, "topic", "dg-old-topic", things.ONE, things.OLD)
    (tmp_path / "policy.yaml").write_text(POLICY.replace("URL", cloud.url))
    environ = cloud.environ(tmp_path)
    assert within("plan", "--event-name", "schedule", "-o", "plan.json", cwd=tmp_path, environ=environ)[0] == 0
    assert f'"gcp/{things.ONE}+{things.TWO}"' in (tmp_path / "plan.json").read_text()
    assert cloud.writes == []
    things.put(cloud, "topic", "dg-later-topic", things.ONE, things.OLD)
    code, printed = within("apply", "plan.json", cwd=tmp_path, environ=environ)
    assert code == 0, printed
    assert cloud.names() == {"dg-later-topic", *things.IDS.values()}
