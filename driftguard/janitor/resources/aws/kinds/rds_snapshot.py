"""Snapshots of RDS instances, made by hand; automated ones go with their instance."""

from driftguard.janitor.resources.aws.native import ArnPattern, Ask, NativeKind

RESOURCE = NativeKind(
    kind="rds:snapshot",
    arn=ArnPattern("rds:{region}:{account}:snapshot:{name}"),
    one=Ask("rds", "describe_db_snapshots", {"DBSnapshotIdentifier": "{name}"}, "DBSnapshots"),
    remove=Ask("rds", "delete_db_snapshot", {"DBSnapshotIdentifier": "{name}"}),
    tags="TagList",
    created="SnapshotCreateTime",
)
