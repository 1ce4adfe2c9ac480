"""RDS subnet groups."""

from driftguard.janitor.resources.aws.native import ArnPattern, Ask, NativeKind

RESOURCE = NativeKind(
    kind="rds:subgrp",
    arn=ArnPattern("rds:{region}:{account}:subgrp:{name}"),
    one=Ask("rds", "describe_db_subnet_groups", {"DBSubnetGroupName": "{name}"}, "DBSubnetGroups"),
    remove=Ask("rds", "delete_db_subnet_group", {"DBSubnetGroupName": "{name}"}),
    every=Ask("rds", "describe_db_subnet_groups", path="DBSubnetGroups"),
    every_arn="DBSubnetGroupArn",
    tags=Ask("rds", "list_tags_for_resource", {"ResourceName": "{arn}"}, "TagList"),
    after=("rds:db", "rds:cluster"),
)
