"""RDS cluster parameter groups."""

from driftguard.janitor.resources.aws.native import ArnPattern, Ask, NativeKind

RESOURCE = NativeKind(
    kind="rds:cluster-pg",
    arn=ArnPattern("rds:{region}:{account}:cluster-pg:{name}"),
    one=Ask(
        "rds",
        "describe_db_cluster_parameter_groups",
        {"DBClusterParameterGroupName": "{name}"},
        "DBClusterParameterGroups",
    ),
    remove=Ask("rds", "delete_db_cluster_parameter_group", {"DBClusterParameterGroupName": "{name}"}),
    every=Ask("rds", "describe_db_cluster_parameter_groups", path="DBClusterParameterGroups"),
    every_arn="DBClusterParameterGroupArn",
    tags=Ask("rds", "list_tags_for_resource", {"ResourceName": "{arn}"}, "TagList"),
    after=("rds:db", "rds:cluster"),
)
