"""EventBridge rules, on any bus; their targets are removed first."""

from collections.abc import Iterator

from driftguard.janitor.resources.aws.native import ArnPattern, Ask, At, Item, NativeKind


def _bus(at: At) -> str:
    return at.fields.get("bus", "default").rstrip("/")


def _every(at: At) -> Iterator[Item]:
    for bus in at.every("events", "list_event_buses", "EventBuses"):
        yield from at.every("events", "list_rules", "Rules", EventBusName=bus["Name"])


def _one(at: At) -> Item:
    return at.call("events", "describe_rule", Name=at["name"], EventBusName=_bus(at))


def _remove(at: At) -> str:
    bus = _bus(at)
    targets = at.every("events", "list_targets_by_rule", "Targets", Rule=at["name"], EventBusName=bus)
    ids = [target["Id"] for target in targets]
    if ids:
        at.call("events", "remove_targets", Rule=at["name"], EventBusName=bus, Ids=ids)
    at.call("events", "delete_rule", Name=at["name"], EventBusName=bus)
    return ""


RESOURCE = NativeKind(
    kind="events:rule",
    arn=ArnPattern("events:{region}:{account}:rule/{bus/}{name}"),
    one=_one,
    remove=_remove,
    tags=Ask("events", "list_tags_for_resource", {"ResourceARN": "{arn}"}, "Tags"),
    every=_every,
    also_reads=("events:DescribeRule", "events:ListEventBuses", "events:ListRules", "events:ListTargetsByRule"),
    also_writes=("events:RemoveTargets", "events:DeleteRule"),
)
