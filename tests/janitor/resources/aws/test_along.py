"""What AWS deletes along with something else is judged with it, where it has a word of its own."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from stage.moto_cloud import ACCOUNT, EXPIRED, MotoCloud

from driftguard.clients.aws import reader
from driftguard.errors import AccessDenied, NotFound, PermanentError
from driftguard.janitor import lease
from driftguard.janitor.resources.aws import along
from driftguard.janitor.resources.aws.inventory import AwsCloud
from driftguard.model import Target
from driftguard.policy import Aws, Clouds, Janitor, Policy

SHIELDED = EXPIRED | {"Protected": "1"}


def pairs(tags: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]


@pytest.fixture
def cloud(aws: MotoCloud, monkeypatch: pytest.MonkeyPatch) -> AwsCloud:
    for name, value in aws.environ.items():
        monkeypatch.setenv(name, value)
    janitor = Janitor(clouds=Clouds(aws=Aws(accounts=(ACCOUNT,), regions=("eu-west-1",), types=("ec2:instance",))))
    return AwsCloud(janitor, reader(janitor, aws.environ))


def machine(aws: MotoCloud, on_disk: Mapping[str, str]) -> str:
    """An expired instance whose volume ends with it."""
    ec2 = aws.client("ec2")
    image = ec2.describe_images()["Images"][0]["ImageId"]
    tags = [{"ResourceType": "instance", "Tags": pairs(EXPIRED | {"Name": "dg-machine"})}]
    tags += [{"ResourceType": "volume", "Tags": pairs(on_disk)}] if on_disk else []
    made = ec2.run_instances(ImageId=image, MinCount=1, MaxCount=1, TagSpecifications=tags)
    return str(made["Instances"][0]["InstanceId"])


def judged(cloud: AwsCloud, target: Target) -> lease.Lease:
    policy = Policy(version=1, janitor=cloud.janitor)
    terms = lease.Terms(policy, datetime(2026, 11, 23, tzinfo=UTC))
    return lease.judge_whole(replace(target, holds=()), target.holds, terms)


def found(cloud: AwsCloud) -> Target:
    [target] = [each for each in cloud.discover() if isinstance(each, Target)]
    read = cloud.read(target)
    assert read is not None
    assert cloud.read_together([target])[target.id]() == read, "the same when it is one of many"
    return read


@pytest.mark.parametrize(
    ("on_disk", "goes"),
    [
        ({}, True),
        (EXPIRED, True),
        ({"backup": "daily"}, True),
        (SHIELDED, False),
        ({"Environment": "Production"}, False),
        (EXPIRED | {"driftguard:owner": "somebody-else", "Name": "web"}, False),
        (EXPIRED | {"driftguard:expires-at": "2999-01-01", "Name": "dg-disk"}, False),
    ],
    ids=["bare", "the same", "other tags", "protected", "production", "another's", "lives on"],
)
def test_a_machine_goes_unless_a_volume_that_ends_with_it_must_stay(
    aws: MotoCloud, cloud: AwsCloud, on_disk: dict[str, str], goes: bool
) -> None:
    machine(aws, on_disk)
    target = found(cloud)
    assert judged(cloud, target).deletable is goes
    assert bool(target.holds) is not goes


def test_a_volume_that_outlives_its_machine_says_nothing(aws: MotoCloud, cloud: AwsCloud) -> None:
    item = {"BlockDeviceMappings": [{"Ebs": {"VolumeId": "vol-1", "DeleteOnTermination": False}}]}
    assert along.of_machines([(None, item)]) == [[]]  # type: ignore[list-item]  # nothing is asked


def test_protecting_a_volume_changes_its_machine_s_fingerprint(aws: MotoCloud, cloud: AwsCloud) -> None:
    instance = machine(aws, EXPIRED)
    before = found(cloud)
    ec2 = aws.client("ec2")
    told = ec2.describe_instances(InstanceIds=[instance])["Reservations"][0]["Instances"][0]
    volume = told["BlockDeviceMappings"][0]["Ebs"]["VolumeId"]
    ec2.create_tags(Resources=[volume], Tags=pairs({"Protected": "1"}))
    assert found(cloud).fingerprint != before.fingerprint


@pytest.mark.parametrize(
    ("error", "raised"), [(NotFound("went meanwhile"), PermanentError), (AccessDenied("no"), AccessDenied)]
)
def test_what_goes_along_and_cant_be_read_never_makes_a_machine_look_gone(
    aws: MotoCloud,
    cloud: AwsCloud,
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
    raised: type[Exception],
) -> None:
    machine(aws, {})
    [target] = [each for each in cloud.discover() if isinstance(each, Target)]
    asked: Callable[..., Any] = cloud.api.pages

    def pages(service: str, operation: str, /, **more: Any) -> Any:
        if operation == "describe_volumes":
            raise error
        return asked(service, operation, **more)

    monkeypatch.setattr(cloud.api, "pages", pages)
    with pytest.raises(raised):
        cloud.read(target)


def test_a_group_is_judged_with_its_machines_and_their_volumes(aws: MotoCloud, cloud: AwsCloud) -> None:
    instance = machine(aws, SHIELDED)
    kind = cloud.types.named("autoscaling:group")
    arn = f"arn:aws:autoscaling:eu-west-1:{ACCOUNT}:autoScalingGroup:1:autoScalingGroupName/dg-group"
    group = Target("aws", f"aws/{ACCOUNT}/eu-west-1", "autoscaling:group", arn, "dg-group", EXPIRED)
    [parts] = kind.takes([(kind._at(cloud.api, group), {"Instances": [{"InstanceId": instance}]})])  # type: ignore[attr-defined]
    taken = list(parts)
    assert [each.type for each in taken] == ["ec2:instance", "ec2:volume", "ec2:network-interface"][: len(taken)]
    assert [each.type for each in taken if lease.speaks(each, group, cloud.janitor)] == ["ec2:volume"]


def test_a_group_whose_machine_has_termination_protection_says_so(aws: MotoCloud, cloud: AwsCloud) -> None:
    """Auto Scaling ends its instances whatever EC2 protects."""
    instance = machine(aws, {})
    aws.client("ec2").modify_instance_attribute(InstanceId=instance, DisableApiTermination={"Value": True})
    kind = cloud.types.named("autoscaling:group")
    arn = f"arn:aws:autoscaling:eu-west-1:{ACCOUNT}:autoScalingGroup:1:autoScalingGroupName/dg-group"
    group = Target("aws", f"aws/{ACCOUNT}/eu-west-1", "autoscaling:group", arn, "dg-group", EXPIRED)
    [parts] = kind.takes([(kind._at(cloud.api, group), {"Instances": [{"InstanceId": instance}]})])  # type: ignore[attr-defined]
    assert [each.type for each in parts if lease.speaks(each, group, cloud.janitor)] == ["ec2:instance"]


BUCKET = {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "made-by-the-stack"}}


@pytest.mark.parametrize("nested", [False, True], ids=["its own", "a nested stack's"])
@pytest.mark.parametrize("tags", [{}, {"Protected": "1"}])
def test_a_stack_is_judged_with_what_it_lists_also_without_a_tag_of_its(
    aws: MotoCloud, cloud: AwsCloud, tags: dict[str, str], nested: bool
) -> None:
    """Of a role, or a bucket whose tags were written anew, the tagging API doesn't say which stack made it."""
    stacks, s3 = aws.client("cloudformation"), aws.client("s3")
    body = json.dumps({"Resources": {"bucket": BUCKET}})
    if nested:
        s3.create_bucket(Bucket="templates", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
        s3.put_object(Bucket="templates", Key="inner.json", Body=body)
        inner = {"TemplateURL": "https://templates.s3.amazonaws.com/inner.json"}
        body = json.dumps({"Resources": {"inner": {"Type": "AWS::CloudFormation::Stack", "Properties": inner}}})
    arn = stacks.create_stack(StackName="dg-stack", TemplateBody=body, Tags=pairs(EXPIRED))["StackId"]
    s3.put_bucket_tagging(Bucket="made-by-the-stack", Tagging={"TagSet": pairs(tags or {"plain": "1"})})
    stack = cloud.read(Target("aws", f"aws/{ACCOUNT}/eu-west-1", "cloudformation:stack", arn, "dg-stack", EXPIRED))
    assert stack is not None
    assert judged(cloud, stack).deletable is not bool(tags)


@pytest.mark.parametrize(
    ("tags", "goes"),
    [({}, False), (EXPIRED | {"Name": "dg-network"}, True), (SHIELDED | {"Name": "dg-network"}, False)],
)
def test_a_network_loses_its_gateway_and_its_routes_only_if_it_may_go_itself(
    aws: MotoCloud, cloud: AwsCloud, tags: dict[str, str], goes: bool
) -> None:
    ec2, mine = aws.client("ec2"), pairs(EXPIRED | {"Name": "dg-mine"})
    network = ec2.create_vpc(CidrBlock="10.8.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=network, CidrBlock="10.8.1.0/24")["Subnet"]["SubnetId"]
    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    table = ec2.create_route_table(VpcId=network)["RouteTable"]["RouteTableId"]
    ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=network)
    ec2.associate_route_table(RouteTableId=table, SubnetId=subnet)
    ec2.create_tags(Resources=[gateway, table], Tags=mine)
    ec2.create_tags(Resources=[network, subnet], Tags=[*pairs(tags), {"Key": "plain", "Value": "1"}])
    for sort, identity in (("internet-gateway", gateway), ("route-table", table)):
        arn = f"arn:aws:ec2:eu-west-1:{ACCOUNT}:{sort}/{identity}"
        read = cloud.read(Target("aws", f"aws/{ACCOUNT}/eu-west-1", f"ec2:{sort}", arn, "dg-mine", EXPIRED))
        assert read is not None
        assert judged(cloud, read).deletable is goes


def test_a_stack_is_judged_with_whatever_carries_its_tag(aws: MotoCloud, cloud: AwsCloud) -> None:
    kind = cloud.types.named("cloudformation:stack")
    arn = f"arn:aws:cloudformation:eu-west-1:{ACCOUNT}:stack/dg-stack/1"
    stack = Target("aws", f"aws/{ACCOUNT}/eu-west-1", "cloudformation:stack", arn, "dg-stack", EXPIRED)
    asked: list[Any] = []

    class Answers:
        account = ACCOUNT

        def pages(self, _service: str, operation: str, /, **more: Any) -> Any:
            if operation == "list_stack_resources":
                return
            asked.append((operation, more["TagFilters"]))
            kept = {"ResourceARN": f"arn:aws:sqs:eu-west-1:{ACCOUNT}:dg-kept", "Tags": pairs(SHIELDED)}
            mine = {"ResourceARN": f"arn:aws:sqs:eu-west-1:{ACCOUNT}:dg-queue", "Tags": pairs(EXPIRED)}
            yield {"ResourceTagMappingList": [{"ResourceARN": arn, "Tags": []}, kept, mine]}

    [parts] = kind.takes([(kind._at(Answers(), stack), {})])  # type: ignore[attr-defined]
    taken = list(parts)
    assert [each.name for each in taken] == ["dg-kept", "dg-queue"]
    assert [each.name for each in taken if lease.speaks(each, stack, cloud.janitor)] == ["dg-kept"]
    assert asked == [("get_resources", [{"Key": along.STACK, "Values": [arn]}])]
