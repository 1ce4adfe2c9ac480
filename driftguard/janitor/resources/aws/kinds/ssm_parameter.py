"""SSM parameters. Their ARN drops the slash that a path begins with. The last change counts as the birthday."""

from driftguard.janitor.resources.aws.native import ArnPattern, Ask, At, Item, NativeKind


def _name(at: At) -> str:
    return f"/{at['name']}" if "/" in at["name"] else at["name"]


def _one(at: At) -> Item | None:
    filters = [{"Key": "Name", "Option": "Equals", "Values": [_name(at)]}]
    return next(at.every("ssm", "describe_parameters", "Parameters", ParameterFilters=filters), None)


def _remove(at: At) -> str:
    at.call("ssm", "delete_parameter", Name=_name(at))
    return ""


RESOURCE = NativeKind(
    kind="ssm:parameter",
    arn=ArnPattern("ssm:{region}:{account}:parameter/{name*}"),
    one=_one,
    remove=_remove,
    tags=Ask("ssm", "list_tags_for_resource", {"ResourceType": "Parameter", "ResourceId": "{Name}"}, "TagList"),
    created="LastModifiedDate",
    also_reads=("ssm:DescribeParameters",),
    also_writes=("ssm:DeleteParameter",),
)
