"""What is still in use says so, and goes once it isn't: the gate tries it again in its next pass."""

from collections.abc import Callable

import pytest
from stage.aws_things import a_subnet, target_group, vpc
from stage.moto_cloud import ACCOUNT, EXPIRED, MotoCloud

from driftguard.clients.aws import writer
from driftguard.errors import StillInUse
from driftguard.janitor.resources.aws.inventory import AwsCloud, AwsWriter
from driftguard.model import Target
from driftguard.policy import Aws, Clouds, Janitor

Hold = Callable[[MotoCloud], Callable[[], object]]


def held_vpc(aws: MotoCloud) -> Callable[[], object]:
    identity = a_subnet(aws, vpc(aws, "dg-held", EXPIRED))
    return lambda: aws.client("ec2").delete_subnet(SubnetId=identity)


def held_target_group(aws: MotoCloud) -> Callable[[], object]:
    elb, identity = aws.client("elbv2"), target_group(aws, "dg-held", EXPIRED)
    network = a_subnet(aws)
    balancer = elb.create_load_balancer(Name="holds-it", Subnets=[network])["LoadBalancers"][0]["LoadBalancerArn"]
    forward = [{"Type": "forward", "TargetGroupArn": identity}]
    elb.create_listener(LoadBalancerArn=balancer, Protocol="HTTP", Port=80, DefaultActions=forward)
    return lambda: elb.delete_load_balancer(LoadBalancerArn=balancer)


@pytest.mark.parametrize(
    ("kind", "hold"),
    [
        ("ec2:vpc", held_vpc),
        ("elasticloadbalancing:targetgroup", held_target_group),
    ],
)
def test_it_waits_for_what_holds_it(aws: MotoCloud, monkeypatch: pytest.MonkeyPatch, kind: str, hold: Hold) -> None:
    let_go = hold(aws)
    for name, value in aws.environ.items():
        monkeypatch.setenv(name, value)
    janitor = Janitor(clouds=Clouds(aws=Aws(accounts=(ACCOUNT,), regions=("eu-west-1",), types=(kind,))))
    api = writer(janitor, aws.environ)
    cloud = AwsCloud(janitor, api)
    [target] = [item for item in cloud.discover() if isinstance(item, Target) and item.name == "dg-held"]
    with pytest.raises(StillInUse):
        AwsWriter(janitor, api).delete(target)
    assert cloud.read(target) is not None
    let_go()
    AwsWriter(janitor, api).delete(target)
    assert cloud.read(target) is None
