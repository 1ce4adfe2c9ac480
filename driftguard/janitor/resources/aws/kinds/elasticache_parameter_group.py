"""ElastiCache parameter groups."""

from driftguard.janitor.resources.aws.native import ArnPattern, Ask, NativeKind

RESOURCE = NativeKind(
    kind="elasticache:parametergroup",
    arn=ArnPattern("elasticache:{region}:{account}:parametergroup:{name}"),
    one=Ask(
        "elasticache", "describe_cache_parameter_groups", {"CacheParameterGroupName": "{name}"}, "CacheParameterGroups"
    ),
    remove=Ask("elasticache", "delete_cache_parameter_group", {"CacheParameterGroupName": "{name}"}),
    tags=Ask("elasticache", "list_tags_for_resource", {"ResourceName": "{arn}"}, "TagList"),
    after=("elasticache:cluster", "elasticache:replicationgroup"),
)
