"""Environments end by the workflows as they are: act, roles by OIDC, and an AWS on loopback."""

import json
from collections.abc import Iterator

import pytest
from fakes.github import FakeGitHub
from stage import oidc
from stage.act import Act, callers
from stage.hosted import Hosted
from stage.moto_cloud import ACCOUNT, EXPIRED, FRESH, MotoCloud

pytestmark = pytest.mark.long

REGIONS = ("eu-central-1", "eu-west-1", "us-east-1", "us-west-2")
POLICY = f"""\
version: 1
dry_run: false
rules:
  - {{name: teardown, on: [pull_request.closed], run: janitor, scope: event}}
  - {{name: nightly, on: [schedule, workflow_dispatch], run: janitor, scope: expired}}
auth: {{long_lived_keys: block}}
janitor:
  clouds:
    aws:
      accounts: ["{ACCOUNT}"]
      regions: [{", ".join(REGIONS)}]
      types: ["sqs:*"]
      role: "arn:aws:iam::{{account}}:role/driftguard-read"
      write_role: "arn:aws:iam::{{account}}:role/driftguard-write"
"""
OF_PULL_7 = {"driftguard:owner": "platform", "driftguard:env": "shop-pr-7"}


@pytest.fixture
def sts(act: Act, aws: MotoCloud) -> Iterator[oidc.CheckingSts]:
    """AWS, as jobs reach it: a token of the job's and a role, and no stored key."""
    issuer = oidc.Issuer(oidc.Clock())
    sts = oidc.CheckingSts(issuer, aws.url)
    with oidc.serving(issuer.answer) as issuer.url, oidc.serving(sts.answer) as url:
        act.environ |= {name: text for name, text in issuer.environ.items() if name.startswith("ACTIONS_")}
        act.environ |= {"AWS_ENDPOINT_URL": url, "AWS_EC2_METADATA_DISABLED": "true"}
        yield sts


@pytest.fixture
def shop(act: Act, hub: FakeGitHub) -> Hosted:
    return Hosted.make("acme/shop", hub, act.work, callers("acme/shop", POLICY, (ACCOUNT,)))


def queues(cloud: MotoCloud) -> dict[str, set[str]]:
    return {region: cloud.names(region) for region in REGIONS}


def test_a_closed_pull_request_takes_its_environment_along(
    act: Act, shop: Hosted, aws: MotoCloud, sts: oidc.CheckingSts
) -> None:
    aws.queue("dg-of-pull-7", OF_PULL_7)
    aws.queue("dg-of-another", OF_PULL_7 | {"driftguard:env": "shop-pr-8"})
    shop.push({"app.py": "x = 1\n"})
    ran = act.run(shop, "pull_request", shop.pull_request("closed"), job="teardown", commit=shop.merge)
    assert ran.jobs == {"DriftGuard teardown": "success"}, ran.log
    assert aws.names() == {"dg-of-another"}
    assert [role.rpartition("/")[2] for role in sts.roles] == ["driftguard-read", "driftguard-write"]
    assert shop.hub.refused == []


def test_a_fork_s_closed_pull_request_ends_nothing(act: Act, shop: Hosted, aws: MotoCloud) -> None:
    aws.queue("dg-of-pull-7", OF_PULL_7)
    shop.push({"app.py": "x = 1\n"})
    shop.pull.head_repo = "mallory/shop"
    assert act.run(shop, "pull_request", shop.pull_request("closed"), job="teardown", commit=shop.merge).jobs == {}
    assert aws.names() == {"dg-of-pull-7"}


def test_a_night_looks_at_four_regions_adds_up_deletes_and_reports_once(
    act: Act, shop: Hosted, aws: MotoCloud, sts: oidc.CheckingSts
) -> None:
    for region in REGIONS:
        aws.queue(f"dg-old-{region}", EXPIRED, region)
        aws.queue(f"dg-new-{region}", FRESH, region)
    ran = act.run(shop, "schedule", {"schedule": "17 3 * * *"} | shop.about)
    scopes = [f"aws-{ACCOUNT}-{region}" for region in REGIONS]
    names = ["Spread", *(f"Plan {scope}" for scope in scopes), "Total", *(f"Delete {scope}" for scope in scopes)]
    assert ran.jobs == dict.fromkeys([*names, "Report"], "success"), ran.log
    assert queues(aws) == {region: {f"dg-new-{region}"} for region in REGIONS}
    roles = [role.rpartition("/")[2] for role in sts.roles]
    assert (roles.count("driftguard-read"), roles.count("driftguard-write")) == (8, 4)
    merged = ran.artifacts / "driftguard-audit"
    assert {path.name for path in merged.iterdir()} == {f"{s}-{scope}" for s in ("plan", "apply") for scope in scopes}
    verified = json.loads((merged / f"apply-{scopes[0]}" / "report.json").read_text())["outcomes"]
    assert sorted(outcome["status"] for outcome in verified) == ["denied", "verified"], "the fresh one stays"
    assert "4 deletions planned; 4 gone, 4 stay" in ran.log


def test_a_night_over_the_cap_deletes_nothing(act: Act, shop: Hosted, aws: MotoCloud, sts: oidc.CheckingSts) -> None:
    shop.work.git("checkout", "--quiet", "main")
    shop.base = shop.work.commit({"policy.yaml": POLICY.replace("janitor:\n", "janitor:\n  max_deletions: 3\n", 1)})
    shop.work.git("push", "--quiet", str(shop.bare.path), "main")
    for region in REGIONS:
        aws.queue(f"dg-old-{region}", EXPIRED, region)
    ran = act.run(shop, "workflow_dispatch", shop.about)
    assert "Delete" not in " ".join(ran.jobs), ran.log
    assert ran.jobs["Report"] == "failure"
    assert queues(aws) == {region: {f"dg-old-{region}"} for region in REGIONS}
    assert sts.roles
    assert not any(role.endswith("write") for role in sts.roles)
