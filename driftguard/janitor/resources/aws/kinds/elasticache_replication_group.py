"""ElastiCache replication groups, with their clusters."""

from driftguard.janitor.resources.aws import sizes
from driftguard.janitor.resources.aws.native import ArnPattern, Ask, Item, NativeKind


def _size(item: Item) -> str:
    return sizes.several(len(item.get("MemberClusters", ())), str(item.get("CacheNodeType", "")))


RESOURCE = NativeKind(
    kind="elasticache:replicationgroup",
    arn=ArnPattern("elasticache:{region}:{account}:replicationgroup:{name}"),
    one=Ask("elasticache", "describe_replication_groups", {"ReplicationGroupId": "{name}"}, "ReplicationGroups"),
    remove=Ask("elasticache", "delete_replication_group", {"ReplicationGroupId": "{name}"}),
    tags=Ask("elasticache", "list_tags_for_resource", {"ResourceName": "{arn}"}, "TagList"),
    created="ReplicationGroupCreateTime",
    state="Status",
    going=("deleting",),
    patience=840,
    size=_size,
)
