"""One nightly run over AWS, Azure and Google Cloud: one plan, one report, one trail, each cloud's own protections."""

import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import pytest
from fakes.azure import GRAPH
from stage import google_things as things
from stage.azure_cloud import EXPIRED, LOCKED, ONE
from stage.azure_things import TYPES
from stage.azure_things import fill as fill_azure
from stage.command import within
from stage.moto_cloud import FRESH
from stage.proxy import recording
from stage.three_clouds import NOWHERE, ThreeClouds, by_name

from driftguard import audit
from driftguard.janitor.resources.aws.inventory import AwsCloud
from driftguard.janitor.resources.azure.inventory import AzureCloud
from driftguard.janitor.resources.gcp.inventory import GcpCloud

AWS_GOES = {"dg-old-queue", "dg-old-bucket"}
AWS_STAYS = {"dg-new-queue", "dg-kept-bucket", "web-queue", "dg-foreign", "dg-locked-bucket"}


def fill_aws(clouds: ThreeClouds) -> None:
    aws = clouds.aws
    aws.queue("dg-old-queue", EXPIRED)
    aws.bucket("dg-old-bucket", EXPIRED, versions=3)
    aws.queue("dg-new-queue", FRESH)
    aws.bucket("dg-kept-bucket", EXPIRED | {"protected": "x"})
    aws.queue("web-queue", EXPIRED)
    aws.bucket("dg-foreign", {})
    aws.locked_bucket("dg-locked-bucket", EXPIRED)


def test_in_one_run_exactly_what_is_ours_expired_and_unprotected_is_gone_on_each(clouds: ThreeClouds) -> None:
    """More than 30 types on Azure and on Google Cloud, two subscriptions and projects, a lock at each level.

    The rehearsal before it is seen by a recorder on each cloud, which then sees the writes.
    """
    fill_aws(clouds)
    fill_azure(clouds.azure)
    goes, stays = things.a_full_world(clouds.google)
    clouds.google.page = 40
    clouds.clouds["azure"]["subscriptions"] += [LOCKED]
    clouds.clouds["gcp"]["ephemeral"] = [things.FOLDER]
    before = clouds.azure.names
    _rehearse(clouds, before)
    code, report = clouds.nightly()
    left = [each for each in report["outcomes"] if each["status"] not in ("verified", "denied") or each["error"]]
    assert (code, report["gaps"], left) == (0, [], [])
    assert clouds.aws.names() == AWS_STAYS
    assert before - clouds.azure.names == {name for name in before if name.startswith("dg-goes")}
    assert clouds.google.names() == stays
    _aws_says_why(report)
    _azure_says_why(clouds, report)
    _google_says_why(report, goes)
    verification = audit.verify(clouds.home / ".driftguard" / "audit")
    assert (verification.problems, verification.open_intents) == ((), ())
    records = [record for record in audit.read(clouds.home / ".driftguard" / "audit") if record.mode == "live"]
    assert {record.run_id for record in records} == {report["run_id"]}
    assert {each["target"]["provider"] for each in report["actions"]} == {"aws", "azure", "gcp"}


def _rehearse(clouds: ThreeClouds, on_azure: set[str]) -> None:
    on_aws, on_google = clouds.aws.names(), clouds.google.names()
    with recording(clouds.aws.url) as proxy:
        clouds.urls["aws"] = proxy.url
        code, report = clouds.nightly("--dry-run")
        del clouds.urls["aws"]
    assert (code, report["gaps"]) == (0, [])
    assert (len(proxy.asked) > 5, proxy.writes) == (True, [])
    assert len(clouds.azure.asked) > 100
    assert {asked for asked in clouds.azure.asked if asked[0] != "GET"} == {("POST", GRAPH)}
    assert (len(clouds.google.asked) > 50, clouds.google.writes) == (True, [])
    assert all(scope.endswith(("readonly", "read-only", "cloud-platform")) for scope in clouds.google.scopes)
    assert (clouds.aws.names(), clouds.azure.names, clouds.google.names()) == (on_aws, on_azure, on_google)


def _aws_says_why(report: Any) -> None:
    assert {name for name, each in by_name(report, "outcomes", "aws").items() if each["status"] == "verified"} == (
        AWS_GOES
    )
    why = {name: each["reason"] for name, each in by_name(report, "decisions", "aws").items()}
    assert "S3 Object Lock" in why["dg-locked-bucket"]
    assert "protected by its tag Protected=x" in why["dg-kept-bucket"]


def _azure_says_why(clouds: ThreeClouds, report: Any) -> None:
    assert len(TYPES) > 30
    assert len(clouds.azure.locks) == 4
    denied = by_name(report, "decisions", "azure").items()
    why = {name: each["reason"] for name, each in denied if each["verdict"] == "deny"}
    assert "the lock 'on-subscription'" in why["dg-kept-in-subscription"]
    assert "the lock 'on-group'" in why["dg-kept-in-group"]
    assert "the lock 'on-resource'" in why["dg-kept-alone"]
    assert "the lock 'on-database'" in why["dg-kept-server"]
    assert "immutability" in why["dg-kept-vault"]
    assert "stranger in it stays" in why["dg-kept-mixed"]
    assert "belongs to /subscriptions/x/managedClusters/aks" in why["dg-kept-node"]
    assert any("23/11/2026" in finding["message"] for finding in report["findings"])
    assert len(clouds.azure.writes) == len(set(clouds.azure.writes)), "each once"
    deleted = [path.rpartition("/")[2] for _, path in clouds.azure.writes]
    chain = [deleted.index(f"dg-goes-{part}") for part in ("vm", "nic", "net", "nsg")]
    assert chain == sorted(chain)
    assert "dg-goes-whole" in deleted
    assert "dg-goes-inside" not in deleted, "its group took it along"
    ended = by_name(report, "outcomes", "azure")
    app = f"unless it ran on Consumption or Elastic Premium, it is recoverable until {_in_days(30)}"
    told = f"dg-goes-inside {app}; dg-goes-vault recoverable until 2027-02-23"
    assert ended["dg-goes-whole"]["note"] == told
    assert ended[f"dg-goes-{TYPES.index('Microsoft.KeyVault/vaults')}"]["note"] == "recoverable until 2027-02-23"
    assert {outcome["status"] for name, outcome in ended.items() if name.startswith("dg-goes")} == {"verified"}


def _in_days(days: int) -> str:
    return time.strftime("%Y-%m-%d", time.gmtime(time.time() + days * 86400))


def _google_says_why(report: Any, goes: list[str]) -> None:
    of_google = {
        each["id"]: each["target"]["type"] for each in report["actions"] if each["target"]["provider"] == "gcp"
    }
    ended = [o for o in report["outcomes"] if o["action_id"] in of_google and o["status"] == "verified"]
    assert len(ended) == len(goes)
    assert len({of_google[each["action_id"]] for each in ended}) >= 55
    notes = {each["action_id"].rpartition("/")[2]: each["note"] for each in ended}
    assert notes["200000000001"] == "it can be restored for 30 days: gcloud projects undelete 200000000001"
    assert notes["dg-old-bucket-sandbox-one"] == "7 object versions went with it"
    assert notes["dg-old-zone"] == "1 records went with it"
    assert notes["dg-old-router"] == "1 NAT gateway went with it"


def put_two_on_each(clouds: ThreeClouds) -> None:
    """``dg-goes`` and ``dg-kept``."""
    protected = {"Protected": "1"}
    clouds.aws.queue("dg-goes", EXPIRED)
    clouds.aws.queue("dg-kept", EXPIRED | protected)
    group = clouds.azure.group(ONE, "web")
    clouds.azure.put(group, "Microsoft.Web/sites", "dg-goes", EXPIRED)
    clouds.azure.put(group, "Microsoft.Web/sites", "dg-kept", EXPIRED | protected)
    things.put(clouds.google, "topic", "dg-goes", things.ONE, things.OLD)
    things.put(clouds.google, "topic", "dg-kept", things.ONE, things.OLD | {"protected": "1"})


def goners(clouds: ThreeClouds) -> set[str]:
    """The clouds on which ``dg-goes`` is gone. On none may ``dg-kept`` be."""
    left = {"aws": clouds.aws.names(), "azure": clouds.azure.names, "gcp": clouds.google.names()}
    assert all("dg-kept" in names for names in left.values())
    return {cloud for cloud, names in left.items() if "dg-goes" not in names}


def _planted_on_aws(cloud: AwsCloud) -> Iterator[Any]:
    cloud.api.call("sqs", "delete_queue", region="eu-west-1", QueueUrl="dg-goes")
    yield from ()


def _planted_on_azure(cloud: AzureCloud) -> Iterator[Any]:
    site = f"/subscriptions/{ONE}/resourceGroups/web/providers/Microsoft.Web/sites/dg-goes"
    cloud.api.delete(site, "2023-01-01")
    yield from ()


def _planted_on_google(cloud: GcpCloud) -> Iterator[Any]:
    topic = "v1/projects/sandbox-one/topics/dg-goes"
    cloud.api.delete("pubsub", topic, project=things.ONE, patience=1)
    yield from ()


def test_a_write_planted_in_a_planner_is_refused_before_the_wire_on_each(
    clouds: ThreeClouds, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_two_on_each(clouds)
    monkeypatch.setattr(AwsCloud, "discover", _planted_on_aws)
    monkeypatch.setattr(AzureCloud, "discover", _planted_on_azure)
    monkeypatch.setattr(GcpCloud, "discover", _planted_on_google)
    with recording(clouds.aws.url) as proxy:
        clouds.urls["aws"] = proxy.url
        code, report = clouds.nightly()
    assert (code, goners(clouds)) == (3, set())
    assert {gap["scope"] for gap in report["gaps"]} == {"aws", "azure", "gcp"}
    assert all("this session only reads" in gap["error"] for gap in report["gaps"])
    assert (proxy.writes, clouds.azure.writes, clouds.google.writes) == ([], [], [])


@pytest.mark.parametrize("dead", ["aws", "azure", "gcp"])
def test_a_cloud_that_cant_be_reached_is_a_gap_and_the_others_are_cleaned(clouds: ThreeClouds, dead: str) -> None:
    put_two_on_each(clouds)
    clouds.urls[dead] = f"{'http' if dead == 'aws' else 'https'}://{NOWHERE}"
    code, report = clouds.nightly()
    assert code == 3
    assert {gap["scope"].partition("/")[0] for gap in report["gaps"]} == {dead}
    assert goners(clouds) == {"aws", "azure", "gcp"} - {dead}
    assert all(each["error"] for each in report["gaps"])


def test_clouds_whose_extras_arent_installed_are_gaps_and_the_other_is_cleaned(
    clouds: ThreeClouds, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_two_on_each(clouds)
    for module in ("azure.identity", "google.auth"):
        monkeypatch.setitem(sys.modules, module, None)
    code, report = clouds.nightly()
    assert (code, goners(clouds)) == (3, {"aws"})
    assert {gap["scope"].partition("/")[0] for gap in report["gaps"]} == {"azure", "gcp"}
    for gap in report["gaps"]:
        assert f"driftguard-engine[{gap['scope'].partition('/')[0]}]" in gap["error"]


def test_a_reviewed_plan_covers_the_three_clouds_and_nothing_that_came_later(clouds: ThreeClouds) -> None:
    put_two_on_each(clouds)
    clouds.write_policy()
    planned = within("plan", "--event-name", "schedule", "-o", "plan.json", cwd=clouds.home, environ=clouds.environ)
    assert (planned[0], goners(clouds)) == (0, set())
    clouds.aws.queue("dg-later", EXPIRED)
    clouds.azure.put(clouds.azure.group(ONE, "web"), "Microsoft.Web/sites", "dg-later", EXPIRED)
    things.put(clouds.google, "topic", "dg-later", things.ONE, things.OLD)
    code, printed = within("apply", "plan.json", cwd=clouds.home, environ=clouds.environ)
    assert (code, goners(clouds)) == (0, {"aws", "azure", "gcp"}), printed
    assert all("dg-later" in names for names in (clouds.aws.names(), clouds.azure.names, clouds.google.names()))


IMPORTING = """
import sys
from driftguard.cli import main
code = main(sys.argv[1:])
print(code, *{".".join(name.split(".")[:depth]) for name in sys.modules for depth in (1, 2)})
"""
SDKS = {
    "aws": ("boto3", "botocore"),
    "azure": ("azure", "msal"),
    "gcp": ("google.auth", "google.cloud", "google.genai", "googleapiclient"),
}


@pytest.mark.parametrize("cloud", SDKS)
def test_a_run_for_one_cloud_imports_no_other_s_sdk(clouds: ThreeClouds, cloud: str) -> None:
    """A process of its own, as people start it, which cleans that cloud."""
    put_two_on_each(clouds)
    clouds.write_policy([cloud])
    done = subprocess.run(
        [sys.executable, "-c", IMPORTING, "run", "--event-name", "schedule"],
        cwd=clouds.home,
        env={"PATH": "", "HOME": str(clouds.home), **clouds.environ},
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    code, *names = done.stdout.splitlines()[-1].split()
    assert (code, goners(clouds)) == ("0", {cloud}), done.stdout
    loaded = {owner for owner, prefixes in SDKS.items() if any(name.startswith(prefixes) for name in names)}
    assert loaded == {cloud}
