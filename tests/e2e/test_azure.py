"""The nightly run on Azure from the command line: real SDKs over https, against a stateful Resource Manager."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from stage.azure_cloud import EXPIRED, LOCKED, ONE, OTHER, AzureCloud
from stage.command import within

POLICY = """\
version: 1
dry_run: false
rules:
  - {{name: nightly, on: [schedule], run: janitor, mode: warn}}
limits: {{deadline: 60s, action_timeout: 30s, parallel: 16}}
janitor:
  max_deletions: 200
  clouds: {{azure: {{subscriptions: [{subscriptions}], endpoint: "{endpoint}"}}}}
"""


def write_policy(cwd: Path, azure: AzureCloud, subscriptions: Sequence[str]) -> None:
    listed = ", ".join(f'"{each}"' for each in subscriptions)
    (cwd / "policy.yaml").write_text(POLICY.format(subscriptions=listed, endpoint=azure.fake.url))


def nightly(cwd: Path, *words: str) -> tuple[int, Any]:
    code, printed = within("run", "--event-name", "schedule", "--format", "json", *words, cwd=cwd, environ={})
    return code, json.loads(printed)


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
