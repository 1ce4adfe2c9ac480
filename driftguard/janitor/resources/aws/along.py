"""What AWS deletes along with something else: machines' volumes and interfaces, groups' machines, what stacks made.

Told whether or not they are ours; the inventory keeps those that have a word of their own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from driftguard.janitor.resources.aws.answers import Item, moment, tag_map
from driftguard.janitor.resources.aws.arn import partition_of
from driftguard.janitor.resources.aws.asking import At
from driftguard.janitor.resources.aws.resource import target
from driftguard.janitor.resources.aws.together import FILTERED
from driftguard.model import Target

STACK = "aws:cloudformation:stack-id"
"""The tag that CloudFormation gives to whatever a stack makes and can be tagged."""


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


def of_stack(at: At) -> Iterator[Target]:
    """Whatever carries the stack's tag. Nothing tells their age, so one that must be judged by it stays."""
    asked = {"TagFilters": [{"Key": STACK, "Values": [at["arn"]]}]}
    for found in at.every("resourcegroupstaggingapi", "get_resources", "ResourceTagMappingList", **asked):
        tags, arn = tag_map(found["Tags"]), str(found["ResourceARN"])
        if arn != at["arn"]:
            name = tags.get("Name") or arn.replace("/", ":").rpartition(":")[2]
            yield target(at.api, arn.split(":")[2], at.region, arn, name, tags)


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
