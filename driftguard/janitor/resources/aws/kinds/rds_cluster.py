"""RDS clusters (Aurora, and Neptune and DocumentDB, which share their API). Their instances go first."""

from driftguard.janitor.resources.aws.native import ArnPattern, Ask, NativeKind, flag

RESOURCE = NativeKind(
    kind="rds:cluster",
    arn=ArnPattern("rds:{region}:{account}:cluster:{name}"),
    one=Ask("rds", "describe_db_clusters", {"DBClusterIdentifier": "{name}"}, "DBClusters"),
    remove=Ask("rds", "delete_db_cluster", {"DBClusterIdentifier": "{name}", "SkipFinalSnapshot": True}),
    tags="TagList",
    created="ClusterCreateTime",
    state="Status",
    going=("deleting",),
    patience=840,
    protection=flag("DeletionProtection", "RDS deletion protection"),
    after=("rds:db",),
)
