"""RDS instances, without a final snapshot and with their automated backups. Deletion protection protects."""

from driftguard.janitor.resources.aws import sizes
from driftguard.janitor.resources.aws.native import ArnPattern, Ask, Item, NativeKind, flag


def _size(item: Item) -> str:
    """Aurora's storage is its cluster's; with a standby, all of it is there twice."""
    copies, engine = (2 if item.get("MultiAZ") else 1), str(item.get("Engine", ""))
    machine = f"{item['DBInstanceClass']} {engine}" if item.get("DBInstanceClass") and engine else ""
    if engine.startswith("aurora"):
        return machine
    storage = sizes.gib(item.get("StorageType"), item.get("AllocatedStorage"))
    return sizes.both(sizes.several(copies, machine), sizes.several(copies, storage))


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
    size=_size,
)
