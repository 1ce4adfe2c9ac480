"""What is still in use says so, and goes once it isn't: the gate tries it again in its next pass."""

from collections.abc import Callable

import pytest
from stage.aws_things import a_subnet, pairs, target_group, vpc
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


def held_policy(aws: MotoCloud) -> Callable[[], object]:
    iam = aws.client("iam")
    text = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}'
    arn = iam.create_policy(PolicyName="dg-held", PolicyDocument=text, Tags=pairs(EXPIRED))["Policy"]["Arn"]
    iam.create_role(RoleName="theirs", AssumeRolePolicyDocument="{}")
    iam.attach_role_policy(RoleName="theirs", PolicyArn=arn)
    return lambda: iam.detach_role_policy(RoleName="theirs", PolicyArn=arn)


def held_role(aws: MotoCloud) -> Callable[[], object]:
    iam = aws.client("iam")
    iam.create_role(RoleName="dg-held", AssumeRolePolicyDocument="{}", Tags=pairs(EXPIRED))
    iam.create_instance_profile(InstanceProfileName="theirs")
    iam.add_role_to_instance_profile(InstanceProfileName="theirs", RoleName="dg-held")
    return lambda: iam.remove_role_from_instance_profile(InstanceProfileName="theirs", RoleName="dg-held")


@pytest.mark.parametrize(
    ("kind", "hold"),
    [
        ("iam:policy", held_policy),
        ("iam:role", held_role),
        ("ec2:vpc", held_vpc),
        ("elasticloadbalancing:targetgroup", held_target_group),
    ],
)
def test_it_waits_for_what_holds_it(aws: MotoCloud, monkeypatch: pytest.MonkeyPatch, kind: str, hold: Hold) -> None:
    let_go = hold(aws)
    for name, value in aws.environ.items():
        monkeypatch.setenv(name, value)
    janitor = Janitor(clouds=Clouds(aws=Aws(accounts=(ACCOUNT,), regions=("eu-west-1", "global"), types=(kind,))))
    api = writer(janitor, aws.environ)
    cloud = AwsCloud(janitor, api)
    [target] = [item for item in cloud.discover() if isinstance(item, Target) and item.name == "dg-held"]
    with pytest.raises(StillInUse):
        AwsWriter(janitor, api).delete(target)
    assert cloud.read(target) is not None
    let_go()
    AwsWriter(janitor, api).delete(target)
    assert cloud.read(target) is None
