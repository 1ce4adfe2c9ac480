"""RDS option groups."""

from driftguard.janitor.resources.aws.native import ArnPattern, Ask, NativeKind

RESOURCE = NativeKind(
    kind="rds:og",
    arn=ArnPattern("rds:{region}:{account}:og:{name}"),
    one=Ask("rds", "describe_option_groups", {"OptionGroupName": "{name}"}, "OptionGroupsList"),
    remove=Ask("rds", "delete_option_group", {"OptionGroupName": "{name}"}),
    tags=Ask("rds", "list_tags_for_resource", {"ResourceName": "{arn}"}, "TagList"),
    after=("rds:db", "rds:cluster"),
)
