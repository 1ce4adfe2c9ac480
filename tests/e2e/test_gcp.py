"""The nightly run on Google Cloud from the command line, over https: what goes, what stays and why, faults, reads."""

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from fakes.gcp import FakeGoogle, Fault, error
from stage import google_emulators as emulators
from stage import google_things as things
from stage.command import within

from driftguard import audit
from driftguard.janitor.resources.gcp.inventory import GcpCloud

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


def by_name(report: Any) -> dict[str, str]:
    return {outcome["action_id"].rpartition("/")[2]: outcome["status"] for outcome in report["outcomes"]}


IMPORTING = """
import sys
from driftguard.cli import main
code = main(sys.argv[1:])
print(*{".".join(name.split(".")[:depth]) for name in sys.modules for depth in (1, 2)}, file=sys.stderr)
sys.exit(code)
"""


def test_a_live_run_ends_what_is_expired_in_every_project_and_nothing_else(cloud: FakeGoogle, tmp_path: Path) -> None:
    """A process of its own, 30 types and more in each project, liens and protections: exactly the right set goes.

    It imports no other cloud's SDK.
    """
    goes, stays = things.a_full_world(cloud)
    cloud.page = 40
    (tmp_path / "policy.yaml").write_text(POLICY.replace("URL", cloud.url))
    command = [sys.executable, "-c", IMPORTING, "run", "--event-name", "schedule", "--format", "json"]
    environ = {"PATH": "", "HOME": str(tmp_path), **cloud.environ(tmp_path)}
    done = subprocess.run(command, cwd=tmp_path, env=environ, capture_output=True, text=True, check=False, timeout=120)
    assert "Traceback" not in done.stderr
    report = json.loads(done.stdout)
    left = [each for each in report["outcomes"] if each["status"] not in ("verified", "denied")]
    assert (done.returncode, report["gaps"], left) == (0, [], []), done.stderr
    assert cloud.names() == stays
    ended = [each for each in report["outcomes"] if each["status"] == "verified"]
    assert len(ended) == len(goes)
    ids = {each["action_id"] for each in ended}
    types = {each["target"]["type"] for each in report["actions"] if each["id"] in ids}
    assert len(types) >= 55
    notes = {each["action_id"].rpartition("/")[2]: each["note"] for each in ended}
    assert notes["200000000001"] == "it can be restored for 30 days: gcloud projects undelete 200000000001"
    assert notes["dg-old-bucket-sandbox-one"] == "7 object versions went with it"
    assert notes["dg-old-zone"] == "1 records went with it"
    assert notes["dg-old-router"] == "1 NAT gateway went with it"
    assert audit.verify(tmp_path / ".driftguard" / "audit").problems == ()
    [line] = done.stderr.splitlines()
    modules = set(line.split())
    assert "google.auth" in modules
    assert not any(name.startswith(("boto", "azure", "msal", "google.cloud", "google.genai")) for name in modules)


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


def test_a_rehearsal_sends_nothing_but_reads_and_the_recorder_would_have_seen_a_write(
    cloud: FakeGoogle, tmp_path: Path
) -> None:
    things.a_full_world(cloud)
    code, report = nightly(cloud, tmp_path, "--dry-run")
    assert (code, report["gaps"]) == (0, [])
    assert len(cloud.asked) > 50
    assert cloud.writes == []
    assert all(scope.endswith(("readonly", "read-only", "cloud-platform")) for scope in cloud.scopes)
    cloud.empty()
    cloud.project(things.ONE, "sandbox-one")
    things.put(cloud, "topic", "dg-old-topic", things.ONE, things.OLD)
    nightly(cloud, tmp_path)
    assert cloud.writes == ["DELETE pubsub/v1/projects/sandbox-one/topics/dg-old-topic"]


def test_a_write_planted_in_a_planner_is_refused_before_the_wire(
    cloud: FakeGoogle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cloud.project(things.ONE, "sandbox-one")
    things.put(cloud, "topic", "dg-old-topic", things.ONE, things.OLD)

    def planted(found: GcpCloud) -> Any:
        found.api.delete("pubsub", "v1/projects/sandbox-one/topics/dg-old-topic", project=things.ONE, patience=1)
        yield from ()

    monkeypatch.setattr(GcpCloud, "discover", planted)
    code, report = nightly(cloud, tmp_path)
    assert code == 3
    assert "this session only reads" in report["gaps"][0]["error"]
    assert cloud.writes == []


def denied(like: str) -> Fault:
    status, body, headers = error(403, "PERMISSION_DENIED", "forbidden", "The caller does not have permission")
    return Fault(like, status, body, headers)


def test_in_a_bad_hour_nothing_protected_goes_and_whatever_stays_is_named(cloud: FakeGoogle, tmp_path: Path) -> None:
    for number, name in things.IDS.items():
        cloud.project(number, name)
        for each in range(6):
            things.put(cloud, "repository", f"dg-goes-{name[8:]}-{each}", number, things.OLD)
        things.put(cloud, "repository", f"dg-kept-{name[8:]}", number, things.OLD | {"protected": "1"})
    now = {"Retry-After": "0"}
    cloud.faults += [
        denied(f"GET cloudasset/v1/projects/{things.TWO}:"),
        denied("DELETE .*dg-goes-one-0"),
        Fault("DELETE .*dg-goes-one-1", 409, error(409, "ABORTED", "conflict", "busy")[1], times=2),
        Fault("DELETE .*dg-goes-one-2", 200, hang=8.0, times=1),
        Fault("DELETE .*dg-goes-one-3", 0, times=1),
        Fault("DELETE .*dg-goes-one-4", 503, error(503, "UNAVAILABLE", "backendError", "no")[1], now, times=1),
        Fault("GET .*/operations/", 429, error(429, "RESOURCE_EXHAUSTED", "RATE_LIMIT_EXCEEDED", "")[1], now, times=3),
        Fault("GET .*repositories/dg-goes", 500, "<html>proxy</html>", times=2),
        denied("GET .*repositories/dg-goes-one-5"),
    ]
    policy = POLICY.replace("limits: {parallel: 16}", "limits: {parallel: 16, action_timeout: 4s, deadline: 60s}")
    begin = time.monotonic()
    code, report = nightly(cloud, tmp_path, policy=policy.replace("      ephemeral: [folders/900001]\n", ""))
    assert time.monotonic() - begin < 60
    assert code == 3
    assert all(cloud.dealt(fault) for fault in cloud.faults), "every fault was met"
    assert {f"dg-goes-two-{each}" for each in range(6)} < cloud.names(), "where nothing was seen nothing goes"
    assert {"dg-kept-one", "dg-kept-two", "dg-goes-one-0", "dg-goes-one-5"} < cloud.names()
    assert {gap["scope"].split("/")[1] for gap in report["gaps"] if gap["scope"].count("/") == 1} == {things.TWO}
    assert any(gap["what"] == "dg-goes-one-5" and "403" in gap["error"] for gap in report["gaps"])
    ended = {each["action_id"].rpartition("/")[2]: each for each in report["outcomes"]}
    assert "403" in ended["dg-goes-one-0"]["error"]
    assert "took too long" in ended["dg-goes-one-2"]["error"]
    assert {ended[f"dg-goes-one-{each}"]["status"] for each in (1, 3, 4)} == {"verified"}


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
