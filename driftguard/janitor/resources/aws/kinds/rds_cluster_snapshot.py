"""Snapshots of RDS clusters, made by hand."""

from driftguard.janitor.resources.aws.native import ArnPattern, Ask, NativeKind

RESOURCE = NativeKind(
    kind="rds:cluster-snapshot",
    arn=ArnPattern("rds:{region}:{account}:cluster-snapshot:{name}"),
    one=Ask("rds", "describe_db_cluster_snapshots", {"DBClusterSnapshotIdentifier": "{name}"}, "DBClusterSnapshots"),
    remove=Ask("rds", "delete_db_cluster_snapshot", {"DBClusterSnapshotIdentifier": "{name}"}),
    tags="TagList",
    created="SnapshotCreateTime",
)
