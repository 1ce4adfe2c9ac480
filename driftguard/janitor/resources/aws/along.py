"""What AWS deletes along with something else: machines' volumes and interfaces, groups' machines, what stacks made.

Told whether or not they are ours; the inventory keeps those that have a word of their own. What a deletion only changes
(a network that loses its gateway) is told here, too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain

from driftguard.janitor.resources.aws import sweep
from driftguard.janitor.resources.aws.answers import Item, moment, tag_map
from driftguard.janitor.resources.aws.arn import partition_of
from driftguard.janitor.resources.aws.asking import At
from driftguard.janitor.resources.aws.resource import GLOBAL, target
from driftguard.janitor.resources.aws.together import FILTERED
from driftguard.model import Target

STACK = "aws:cloudformation:stack-id"
"""The tag that CloudFormation gives to whatever a stack makes and can be tagged."""

_MADE = {
    "AWS::ApiGateway::RestApi": ("apigateway:restapi", "apigateway:{region}::/restapis/{id}"),
    "AWS::ApiGatewayV2::Api": ("apigateway:api", "apigateway:{region}::/apis/{id}"),
    "AWS::DynamoDB::Table": ("dynamodb:table", "dynamodb:{region}:{account}:table/{id}"),
    "AWS::EC2::Instance": ("ec2:instance", "ec2:{region}:{account}:instance/{id}"),
    "AWS::ECR::Repository": ("ecr:repository", "ecr:{region}:{account}:repository/{id}"),
    "AWS::EKS::Cluster": ("eks:cluster", "eks:{region}:{account}:cluster/{id}"),
    "AWS::ElasticLoadBalancingV2::LoadBalancer": ("elasticloadbalancing:loadbalancer", ""),
    "AWS::IAM::InstanceProfile": ("iam:instance-profile", "iam::{account}:instance-profile/{id}"),
    "AWS::IAM::ManagedPolicy": ("iam:policy", ""),
    "AWS::IAM::Role": ("iam:role", "iam::{account}:role/{id}"),
    "AWS::IAM::User": ("iam:user", "iam::{account}:user/{id}"),
    "AWS::Kinesis::Stream": ("kinesis:stream", "kinesis:{region}:{account}:stream/{id}"),
    "AWS::Logs::LogGroup": ("logs:log-group", "logs:{region}:{account}:log-group:{id}"),
    "AWS::RDS::DBCluster": ("rds:cluster", "rds:{region}:{account}:cluster:{id}"),
    "AWS::RDS::DBInstance": ("rds:db", "rds:{region}:{account}:db:{id}"),
    "AWS::Route53::HostedZone": ("route53:hostedzone", "route53:::hostedzone/{id}"),
    "AWS::S3::Bucket": ("s3:bucket", "s3:::{id}"),
}
"""What the tagging API doesn't return, or has no word of how AWS protects it: its kind, and its ARN by the id that the
stack knows; empty where that is the ARN."""

_NESTED = "AWS::CloudFormation::Stack"


def of_machines(found: Sequence[tuple[At, Item]]) -> Sequence[Sequence[Target]]:
    """The volumes and interfaces that end with each instance, as ``describe_instances`` tells it; all in one region."""
    if not found:
        return []
    at, ending = found[0][0], [(_disks(item), _cards(item)) for _, item in found]
    parts = {
        **_volumes(at, [disk for disks, _ in ending for disk in disks]),
        **_interfaces(at, [card for _, cards in ending for card in cards]),
    }
    return [[parts[part] for part in (*disks, *cards) if part in parts] for disks, cards in ending]


def _disks(item: Item) -> Sequence[str]:
    disks = [disk.get("Ebs", {}) for disk in item.get("BlockDeviceMappings", ())]
    return [disk["VolumeId"] for disk in disks if disk.get("DeleteOnTermination")]


def _cards(item: Item) -> Sequence[str]:
    cards = item.get("NetworkInterfaces", ())
    return [card["NetworkInterfaceId"] for card in cards if card.get("Attachment", {}).get("DeleteOnTermination")]


def machines(at: At, ids: Sequence[str]) -> Iterator[tuple[Target, Item]]:
    """Instances, each with what ``describe_instances`` tells of it."""
    for item in _described(at, "describe_instances", "Reservations.Instances", "instance-id", ids):
        yield _part(at, "instance", item["InstanceId"], item.get("Tags"), item.get("LaunchTime")), item


def of_stack(at: At, stack: str) -> Iterator[Target]:
    """What ``stack`` (an ARN) and those nested in it made: unread, by its kind's own name, or as its tags tell it.

    Nothing tells the age of the latter, so one that must be judged by it stays.
    """
    unread: set[str] = set()
    for made in at.every("cloudformation", "list_stack_resources", "StackResourceSummaries", StackName=stack):
        found_id, sort = str(made.get("PhysicalResourceId") or ""), str(made["ResourceType"])
        if not found_id or made.get("ResourceStatus") == "DELETE_COMPLETE":
            continue
        if sort == _NESTED:
            yield from of_stack(at, found_id)
        elif sort in _MADE:
            part = _unread(at, found_id, *_MADE[sort])
            unread.add(part.id)
            yield part
    asked = {"TagFilters": [{"Key": STACK, "Values": [stack]}]}
    for found in chain.from_iterable(sweep.pages(at.api, at.region, asked)):
        tags, arn = tag_map(found["Tags"]), str(found["ResourceARN"])
        if arn != stack and arn not in unread and ":cloudformation:" not in arn:
            name = tags.get("Name") or arn.replace("/", ":").rpartition(":")[2]
            yield target(at.api, arn.split(":")[2], at.region, arn, name, tags)


def _unread(at: At, found_id: str, kind: str, pattern: str) -> Target:
    fields = {"region": at.region, "account": at["account"], "id": found_id}
    arn = f"arn:{partition_of(at.region)}:{pattern.format_map(fields)}" if pattern else found_id
    place = GLOBAL if kind.startswith(("iam:", "route53:")) else at.region
    return target(at.api, kind, place, arn, found_id, None)


def termination_protection(at: At, instance: str) -> str:
    """What EC2 says of ``instance``; an Auto Scaling group's deletion would go past it."""
    asked = {"InstanceId": instance, "Attribute": "disableApiTermination"}
    answer = at.call("ec2", "describe_instance_attribute", **asked)
    return "EC2 termination protection" if answer["DisableApiTermination"].get("Value") else ""


def networks(at: At, ids: Sequence[str]) -> Iterator[Target]:
    """VPCs by their ids."""
    for item in _described(at, "describe_vpcs", "Vpcs", "vpc-id", ids):
        yield _part(at, "vpc", item["VpcId"], item.get("Tags"), None)


def subnets(at: At, ids: Sequence[str]) -> Iterator[Target]:
    for item in _described(at, "describe_subnets", "Subnets", "subnet-id", ids):
        yield _part(at, "subnet", item["SubnetId"], item.get("Tags"), None)


def _volumes(at: At, ids: Sequence[str]) -> Mapping[str, Target]:
    return {
        item["VolumeId"]: _part(at, "volume", item["VolumeId"], item.get("Tags"), item.get("CreateTime"))
        for item in _described(at, "describe_volumes", "Volumes", "volume-id", ids)
    }


def _interfaces(at: At, ids: Sequence[str]) -> Mapping[str, Target]:
    found = _described(at, "describe_network_interfaces", "NetworkInterfaces", "network-interface-id", ids)
    cards = {item["NetworkInterfaceId"]: item.get("TagSet") for item in found}
    return {card: _part(at, "network-interface", card, tags, None) for card, tags in cards.items()}


def _described(at: At, operation: str, path: str, name: str, ids: Sequence[str]) -> Iterator[Item]:
    """By a filter: a list of ids is refused as a whole where one of them is gone."""
    for start in range(0, len(ids), FILTERED):
        values = list(ids[start : start + FILTERED])
        yield from at.every("ec2", operation, path, Filters=[{"Name": name, "Values": values}])


def _part(at: At, sort: str, item_id: str, tags: object, born: object) -> Target:
    told = tag_map(tags or ())
    arn = f"arn:{partition_of(at.region)}:ec2:{at.region}:{at['account']}:{sort}/{item_id}"
    found = target(at.api, f"ec2:{sort}", at.region, arn, told.get("Name", ""), told)
    return replace(found, created_at=moment(born) if born else None)
