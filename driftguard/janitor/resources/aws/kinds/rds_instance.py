"""RDS instances, without a final snapshot and with their automated backups. Deletion protection protects."""

from driftguard.janitor.resources.aws.native import ArnPattern, Ask, NativeKind, flag

RESOURCE = NativeKind(
    kind="rds:db",
    arn=ArnPattern("rds:{region}:{account}:db:{name}"),
    one=Ask("rds", "describe_db_instances", {"DBInstanceIdentifier": "{name}"}, "DBInstances"),
    remove=Ask(
        "rds",
        "delete_db_instance",
        {"DBInstanceIdentifier": "{name}", "SkipFinalSnapshot": True, "DeleteAutomatedBackups": True},
    ),
    tags="TagList",
    created="InstanceCreateTime",
    state="DBInstanceStatus",
    going=("deleting",),
    patience=840,
    protection=flag("DeletionProtection", "RDS deletion protection"),
)
