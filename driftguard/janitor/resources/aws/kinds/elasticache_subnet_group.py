"""ElastiCache subnet groups."""

from driftguard.janitor.resources.aws.native import ArnPattern, Ask, NativeKind

RESOURCE = NativeKind(
    kind="elasticache:subnetgroup",
    arn=ArnPattern("elasticache:{region}:{account}:subnetgroup:{name}"),
    one=Ask("elasticache", "describe_cache_subnet_groups", {"CacheSubnetGroupName": "{name}"}, "CacheSubnetGroups"),
    remove=Ask("elasticache", "delete_cache_subnet_group", {"CacheSubnetGroupName": "{name}"}),
    tags=Ask("elasticache", "list_tags_for_resource", {"ResourceName": "{arn}"}, "TagList"),
    after=("elasticache:cluster", "elasticache:replicationgroup"),
)
