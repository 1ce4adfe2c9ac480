"""ElastiCache snapshots."""

from driftguard.janitor.resources.aws.native import ArnPattern, Ask, NativeKind

RESOURCE = NativeKind(
    kind="elasticache:snapshot",
    arn=ArnPattern("elasticache:{region}:{account}:snapshot:{name}"),
    one=Ask("elasticache", "describe_snapshots", {"SnapshotName": "{name}"}, "Snapshots"),
    remove=Ask("elasticache", "delete_snapshot", {"SnapshotName": "{name}"}),
    tags=Ask("elasticache", "list_tags_for_resource", {"ResourceName": "{arn}"}, "TagList"),
)
