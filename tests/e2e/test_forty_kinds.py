"""A cloud of more than forty kinds, half of it ours, a part of that kept: a live run ends exactly the right ones."""

import json
from pathlib import Path

import pytest
from stage.aws_things import PROTECTIONS, THINGS, a_subnet, a_vpc, tag
from stage.command import within
from stage.moto_cloud import ACCOUNT, EXPIRED, FRESH, MotoCloud

from driftguard.clients.aws import reader
from driftguard.janitor.resources.aws.inventory import AwsCloud
from driftguard.model import Target
from driftguard.policy import Aws, Clouds, Janitor

POLICY = f"""\
version: 1
dry_run: false
rules:
  - {{name: nightly, on: [schedule], run: janitor, mode: warn}}
janitor:
  max_deletions: 200
  clouds: {{aws: {{accounts: ["{ACCOUNT}"], regions: [eu-west-1, global]}}}}
"""
LEFT_OUT = {"elasticache:cluster", "elasticache:replicationgroup", "elasticache:snapshot"}
"""moto begins to delete these and never ends."""

WAYS = (
    {"Environment": "PRODUCTION"},
    {"protected": "yes"},
    FRESH,
    {"driftguard:ttl": "soon", "driftguard:expires-at": "?"},
)
"""How a tag keeps something of ours, one kind after the other."""

KINDS = sorted(set(THINGS) - LEFT_OUT)


def fill(aws: MotoCloud) -> None:
    """For each kind one that is to go and one that isn't ours; for every second kind one of ours that stays."""
    for number, kind in enumerate(KINDS):
        THINGS[kind](aws, f"dg-goes-{number}", EXPIRED)
        THINGS[kind](
            aws,
            f"web-stays-{number}" if number % 4 < 2 else f"dg-stays-{number}",
            EXPIRED if number % 4 < 2 else {"team": "x"},
        )
        if kind in PROTECTIONS:
            THINGS[kind](aws, f"dg-kept-{number}", EXPIRED)
            PROTECTIONS[kind](aws, f"dg-kept-{number}")
        elif number % 2:
            THINGS[kind](aws, f"dg-kept-{number}", EXPIRED | WAYS[number // 2 % len(WAYS)])


def network(aws: MotoCloud) -> dict[str, str]:
    """A network whose parts hold each other: it can go in one order only."""
    ec2, vpc = aws.client("ec2"), a_vpc(aws)
    made = {"vpc": tag(aws, vpc, "dg-goes-net", EXPIRED)}
    made["subnet"] = tag(aws, a_subnet(aws, vpc), "dg-goes-net", EXPIRED)
    groups = [
        ec2.create_security_group(GroupName=f"dg-goes-sg-{side}", Description="x", VpcId=vpc)["GroupId"]
        for side in "ab"
    ]
    for one, other in (groups, groups[::-1]):
        tag(aws, one, "dg-goes-net", EXPIRED)
        rule = {"IpProtocol": "tcp", "FromPort": 1, "ToPort": 2, "UserIdGroupPairs": [{"GroupId": other}]}
        ec2.authorize_security_group_ingress(GroupId=one, IpPermissions=[rule])
    interface = ec2.create_network_interface(SubnetId=made["subnet"], Groups=[groups[0]])["NetworkInterface"]
    made["interface"] = tag(aws, interface["NetworkInterfaceId"], "dg-goes-net", EXPIRED)
    return made


def everything(aws: MotoCloud, monkeypatch: pytest.MonkeyPatch) -> tuple[AwsCloud, list[Target]]:
    for name, value in aws.environ.items():
        monkeypatch.setenv(name, value)
    janitor = Janitor(clouds=Clouds(aws=Aws(accounts=(ACCOUNT,), regions=("eu-west-1", "global"))))
    cloud = AwsCloud(janitor, reader(janitor, aws.environ))
    return cloud, [item for item in cloud.discover() if isinstance(item, Target)]


@pytest.mark.long
def test_exactly_what_is_ours_expired_and_unprotected_is_gone(
    aws: MotoCloud, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert len(KINDS) >= 40
    fill(aws)
    network(aws)
    cloud, before = everything(aws, monkeypatch)
    assert {target.type for target in before} == set(KINDS)
    (tmp_path / "policy.yaml").write_text(POLICY)
    code, printed = within("run", "--event-name", "schedule", "--format", "json", cwd=tmp_path, environ=aws.environ)
    report = json.loads(printed)
    assert report["gaps"] == []
    assert [outcome for outcome in report["outcomes"] if outcome["error"]] == []
    assert code == 0
    gone = {(target.type, target.name) for target in before if cloud.read(target) is None}
    assert gone == {(target.type, target.name) for target in before if target.name.startswith("dg-goes-")}
    names = {target.name for target in before}
    assert sum(name.startswith("dg-kept-") for name in names) > len(KINDS) / 3
