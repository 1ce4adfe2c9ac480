"""CloudWatch log groups, with their streams. Deletion protection protects."""

from driftguard.janitor.resources.aws import sizes
from driftguard.janitor.resources.aws.native import ArnPattern, Ask, At, Item, NativeKind, flag


def _one(at: At) -> Item | None:
    name = at["name"].removesuffix(":*")
    found = at.every("logs", "describe_log_groups", "logGroups", logGroupNamePrefix=name)
    return next(
        ({**group, "Arn": group["arn"].removesuffix(":*")} for group in found if group["logGroupName"] == name), None
    )


def _size(item: Item) -> str:
    return sizes.from_bytes(item.get("storedBytes"))


RESOURCE = NativeKind(
    kind="logs:log-group",
    arn=ArnPattern("logs:{region}:{account}:log-group:{name*}"),
    one=_one,
    remove=Ask("logs", "delete_log_group", {"logGroupName": "{name}"}),
    tags=Ask("logs", "list_tags_for_resource", {"resourceArn": "{arn}"}, "tags"),
    created="creationTime",
    protection=flag("deletionProtectionEnabled", "CloudWatch Logs deletion protection"),
    also_reads=("logs:DescribeLogGroups",),
    size=_size,
)
