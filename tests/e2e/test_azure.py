"""The nightly run on Azure from the command line: real SDKs over https, against a stateful Resource Manager."""

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from fakes.azure import GRAPH, Fault
from stage.azure_cloud import EXPIRED, LOCKED, ONE, OTHER, AzureCloud
from stage.azure_things import TYPES, fill
from stage.command import within
from stage.moto_cloud import ACCOUNT, MotoCloud

from driftguard.janitor.resources.azure.inventory import AzureCloud as Inventory

POLICY = """\
version: 1
dry_run: {dry_run}
rules:
  - {{name: nightly, on: [schedule], run: janitor, mode: warn}}
limits: {{deadline: 60s, action_timeout: {timeout}, parallel: 16}}
janitor:
  max_deletions: 200
  clouds: {{azure: {{subscriptions: [{subscriptions}], endpoint: "{endpoint}"}}}}
"""
LISTED = (ONE, OTHER, LOCKED)


def write_policy(cwd: Path, azure: AzureCloud, *, dry_run: bool = False, timeout: str = "30s", **more: Any) -> None:
    subscriptions = ", ".join(f'"{each}"' for each in more.get("subscriptions", LISTED))
    text = POLICY.format(
        dry_run=str(dry_run).lower(), timeout=timeout, subscriptions=subscriptions, endpoint=azure.fake.url
    )
    (cwd / "policy.yaml").write_text(text)


def nightly(cwd: Path, *words: str) -> tuple[int, Any]:
    code, printed = within("run", "--event-name", "schedule", "--format", "json", *words, cwd=cwd, environ={})
    return code, json.loads(printed)


def outcomes(report: Any) -> dict[str, Any]:
    """By the resource's own name."""
    return {outcome["action_id"].rpartition("/")[2]: outcome for outcome in report["outcomes"]}


def test_exactly_what_is_ours_expired_and_unprotected_is_gone(azure: AzureCloud, tmp_path: Path) -> None:
    assert len(TYPES) > 30
    fill(azure.fake)
    before = azure.fake.names
    write_policy(tmp_path, azure)
    code, report = nightly(tmp_path)
    assert [outcome for outcome in report["outcomes"] if outcome["error"]] == []
    assert (code, report["gaps"]) == (0, [])
    assert before - azure.fake.names == {name for name in before if name.startswith("dg-goes")}
    assert len(azure.fake.locks) == 4
    why = {d["action_id"].rpartition("/")[2]: d["reason"] for d in report["decisions"] if d["verdict"] == "deny"}
    assert "the lock 'on-subscription'" in why["dg-kept-in-subscription"]
    assert "the lock 'on-group'" in why["dg-kept-in-group"]
    assert "the lock 'on-resource'" in why["dg-kept-alone"]
    assert "the lock 'on-database'" in why["dg-kept-server"]
    assert "immutability" in why["dg-kept-vault"]
    assert "stranger in it stays" in why["dg-kept-mixed"]
    assert "belongs to /subscriptions/x/managedClusters/aks" in why["dg-kept-node"]
    assert any("23/11/2026" in finding["message"] for finding in report["findings"])
    assert len(azure.fake.writes) == len(set(azure.fake.writes)), "each once"
    deleted = [path.rpartition("/")[2] for _, path in azure.fake.writes]
    chain = [deleted.index(f"dg-goes-{part}") for part in ("vm", "nic", "net", "nsg")]
    assert chain == sorted(chain)
    assert "dg-goes-whole" in deleted
    assert "dg-goes-inside" not in deleted, "its group took it along"
    ended = outcomes(report)
    app = f"unless it ran on Consumption or Elastic Premium, it is recoverable until {_in_days(30)}"
    told = f"dg-goes-inside {app}; dg-goes-vault recoverable until 2027-02-23"
    assert ended["dg-goes-whole"]["note"] == told
    assert ended[f"dg-goes-{TYPES.index('Microsoft.KeyVault/vaults')}"]["note"] == "recoverable until 2027-02-23"
    assert {outcome["status"] for name, outcome in ended.items() if name.startswith("dg-goes")} == {"verified"}


def _in_days(days: int) -> str:
    return time.strftime("%Y-%m-%d", time.gmtime(time.time() + days * 86400))


def test_a_rehearsal_sends_nothing_but_reads(azure: AzureCloud, tmp_path: Path) -> None:
    fill(azure.fake)
    before = azure.fake.names
    write_policy(tmp_path, azure, dry_run=True)
    code, report = nightly(tmp_path)
    assert (code, report["gaps"]) == (0, [])
    assert len(azure.fake.asked) > 100
    assert {asked for asked in azure.fake.asked if asked[0] != "GET"} == {("POST", GRAPH)}
    assert azure.fake.names == before


def test_a_write_planted_in_a_planner_is_refused_before_the_wire(
    azure: AzureCloud, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = azure.fake.put(azure.fake.group(ONE, "web"), "Microsoft.Web/sites", "dg-a", EXPIRED)
    write_policy(tmp_path, azure)

    def planted(cloud: Any) -> Any:
        cloud.api.delete(kept, "2023-01-01")
        yield from ()

    monkeypatch.setattr(Inventory, "discover", planted)
    code, report = nightly(tmp_path)
    assert code == 3
    assert "this session only reads" in report["gaps"][0]["error"]
    assert azure.fake.writes == []


def test_in_a_bad_hour_nothing_protected_goes_and_whatever_stays_is_named(azure: AzureCloud, tmp_path: Path) -> None:
    fake = azure.fake
    for subscription in (ONE, OTHER):
        group = fake.group(subscription, "web")
        for number in range(6):
            fake.put(group, "Microsoft.Web/sites", f"dg-goes-{subscription[0]}{number}", EXPIRED)
        fake.put(group, "Microsoft.Web/sites", f"dg-kept-{subscription[0]}", EXPIRED | {"Protected": "1"})
    soon = {"Retry-After": "0"}
    fake.faults += [
        Fault(f"GET .*{OTHER}.*authorization/locks", 403, "AuthorizationFailed"),
        Fault("DELETE .*dg-goes-10", 403, "AuthorizationFailed"),
        Fault("DELETE .*dg-goes-11", 409, "ScopeLocked"),
        Fault("DELETE .*dg-goes-12", hang=8.0, times=1),
        Fault("GET .*sites/dg-goes", 429, "TooManyRequests", times=4, headers=soon),
        Fault("GET .*/resourcegroups/web$", 500, "InternalServerError", times=1),
        Fault("DELETE .*dg-goes-13", times=1),
        Fault("DELETE .*dg-goes-14", 503, "ServerBusy", times=1, headers=soon),
    ]
    write_policy(tmp_path, azure, timeout="4s", subscriptions=(ONE, OTHER))
    begin = time.monotonic()
    code, report = nightly(tmp_path)
    assert time.monotonic() - begin < 60
    assert code == 3
    assert all(fault.dealt for fault in fake.faults), "every fault was met"
    assert {f"dg-goes-2{number}" for number in range(6)} <= fake.names, "locks that can't be read protect"
    assert sum(gap["scope"].startswith(f"azure/{OTHER}") for gap in report["gaps"]) == 6
    ended = outcomes(report)
    assert "AuthorizationFailed" in ended["dg-goes-10"]["error"]
    assert (ended["dg-goes-11"]["status"], ended["dg-goes-11"]["error"]) == ("denied", "")
    assert "took too long" in ended["dg-goes-12"]["error"]
    assert {ended[f"dg-goes-1{number}"]["status"] for number in (3, 4, 5)} == {"verified"}
    assert {"dg-kept-1", "dg-kept-2", "dg-goes-10", "dg-goes-11"} <= fake.names


def test_a_reviewed_plan_doesnt_cover_what_came_into_a_group_after_it(azure: AzureCloud, tmp_path: Path) -> None:
    fake = azure.fake
    group = fake.group(ONE, "dg-group", EXPIRED)
    fake.put(group, "Microsoft.Web/sites", "dg-reviewed", EXPIRED)
    write_policy(tmp_path, azure, subscriptions=(ONE,))
    plan = ("plan", "--event-name", "schedule", "-o", "plan.json")
    assert within(*plan, cwd=tmp_path, environ={})[0] == 0
    assert fake.writes == []
    fake.put(group, "Microsoft.Web/sites", "dg-later", EXPIRED)
    code, printed = within("apply", "plan.json", "--format", "json", cwd=tmp_path, environ={})
    assert code == 0, printed
    assert fake.names == {"dg-group", "dg-later"}
    why = {d["action_id"].rpartition("/")[2]: d["reason"] for d in json.loads(printed)["decisions"]}
    assert why["dg-group"] == "changed since the plan was reviewed"
    assert why["dg-later"] == "not in the reviewed plan"


def test_a_cut_answer_of_the_graph_is_a_gap_and_nothing_goes(azure: AzureCloud, tmp_path: Path) -> None:
    azure.fake.put(azure.fake.group(ONE, "web"), "Microsoft.Web/sites", "dg-a", EXPIRED)
    azure.fake.truncated = True
    write_policy(tmp_path, azure, subscriptions=(ONE,))
    code, report = nightly(tmp_path)
    assert code == 3
    assert "cut its answer short" in report["gaps"][0]["error"]
    assert azure.fake.writes == []


def test_a_subscription_that_isnt_seen_is_a_gap_and_one_that_isnt_listed_is_never_asked(
    azure: AzureCloud, tmp_path: Path
) -> None:
    for subscription in (ONE, OTHER):
        azure.fake.put(azure.fake.group(subscription, "web"), "Microsoft.Web/sites", "dg-a", EXPIRED)
    write_policy(tmp_path, azure, subscriptions=(ONE, LOCKED))
    code, report = nightly(tmp_path)
    assert code == 3
    assert [gap["scope"] for gap in report["gaps"]] == [f"azure/{LOCKED}"]
    assert not any(OTHER in path for _, path in azure.fake.asked)
    assert len(azure.fake.writes) == 1


def test_a_subscription_that_looks_like_production_starts_nothing(azure: AzureCloud, tmp_path: Path) -> None:
    azure.fake.subscription(ONE, "Acme Production")
    azure.fake.put(azure.fake.group(ONE, "web"), "Microsoft.Web/sites", "dg-a", EXPIRED)
    write_policy(tmp_path, azure, subscriptions=(ONE,))
    code, report = nightly(tmp_path)
    assert (code, azure.fake.writes) == (3, [])
    assert "confirm_production" in report["gaps"][0]["error"]


IMPORTING = """
import sys
from driftguard.cli import main
code = main(sys.argv[1:])
print(code, *{".".join(name.split(".")[:depth]) for name in sys.modules for depth in (1, 2)})
"""


def imported(cwd: Path, environ: dict[str, str]) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", IMPORTING, "run", "--event-name", "schedule"],
        cwd=cwd,
        env={"PATH": "", "HOME": str(cwd), "NO_PROXY": "*", **environ},
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    code, *names = done.stdout.splitlines()[-1].split()
    assert code == "0", done.stdout + done.stderr
    return set(names)


def test_a_run_for_one_cloud_imports_no_other_s_sdk(azure: AzureCloud, aws: MotoCloud, tmp_path: Path) -> None:
    """A process of its own, as people start it."""
    azure.fake.put(azure.fake.group(ONE, "web"), "Microsoft.Web/sites", "dg-a", EXPIRED)
    write_policy(tmp_path, azure, subscriptions=(ONE,))
    names = imported(tmp_path, dict(azure.environ))
    assert "azure.mgmt" in names
    assert not names & {"boto3", "botocore", "google.auth", "google.cloud", "google.genai"}
    assert "dg-a" not in azure.fake.names
    text = (tmp_path / "policy.yaml").read_text()
    clouds = f'  clouds: {{aws: {{accounts: ["{ACCOUNT}"], regions: [eu-west-1], types: ["sqs:*"]}}}}'
    (tmp_path / "policy.yaml").write_text("\n".join([*text.splitlines()[:-1], clouds, ""]))
    names = imported(tmp_path, dict(aws.environ))
    assert "botocore" in names
    assert not any(name.startswith(("azure", "google.auth", "google.cloud", "msal")) for name in names)
