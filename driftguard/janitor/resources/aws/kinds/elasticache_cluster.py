"""ElastiCache clusters that are no part of a replication group."""

from driftguard.janitor.resources.aws import sizes
from driftguard.janitor.resources.aws.native import ArnPattern, Ask, Item, NativeKind


def _size(item: Item) -> str:
    return sizes.several(item.get("NumCacheNodes"), str(item.get("CacheNodeType", "")))


RESOURCE = NativeKind(
    kind="elasticache:cluster",
    arn=ArnPattern("elasticache:{region}:{account}:cluster:{name}"),
    one=Ask("elasticache", "describe_cache_clusters", {"CacheClusterId": "{name}"}, "CacheClusters"),
    remove=Ask("elasticache", "delete_cache_cluster", {"CacheClusterId": "{name}"}),
    tags=Ask("elasticache", "list_tags_for_resource", {"ResourceName": "{arn}"}, "TagList"),
    created="CacheClusterCreateTime",
    state="CacheClusterStatus",
    going=("deleting",),
    patience=840,
    after=("elasticache:replicationgroup",),
    size=_size,
)
