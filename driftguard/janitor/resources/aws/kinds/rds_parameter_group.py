"""RDS parameter groups."""

from driftguard.janitor.resources.aws.native import ArnPattern, Ask, NativeKind

RESOURCE = NativeKind(
    kind="rds:pg",
    arn=ArnPattern("rds:{region}:{account}:pg:{name}"),
    one=Ask("rds", "describe_db_parameter_groups", {"DBParameterGroupName": "{name}"}, "DBParameterGroups"),
    remove=Ask("rds", "delete_db_parameter_group", {"DBParameterGroupName": "{name}"}),
    every=Ask("rds", "describe_db_parameter_groups", path="DBParameterGroups"),
    every_arn="DBParameterGroupArn",
    tags=Ask("rds", "list_tags_for_resource", {"ResourceName": "{arn}"}, "TagList"),
    after=("rds:db", "rds:cluster"),
)
