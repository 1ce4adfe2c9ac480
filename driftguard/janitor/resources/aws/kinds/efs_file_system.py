"""EFS file systems, with their mount targets."""

from driftguard.errors import StillInUse
from driftguard.janitor.resources.aws import sizes
from driftguard.janitor.resources.aws.answers import Item
from driftguard.janitor.resources.aws.native import NAME_TAG, ArnPattern, Ask, At, NativeKind


def _remove(at: At) -> str:
    mounts = list(at.every("efs", "describe_mount_targets", "MountTargets", FileSystemId=at["id"]))
    for mount in mounts:
        if mount["LifeCycleState"] != "deleting":
            at.call("efs", "delete_mount_target", MountTargetId=mount["MountTargetId"])
    if list(at.every("efs", "describe_mount_targets", "MountTargets", FileSystemId=at["id"])):
        raise StillInUse(f"{at['id']}: its mount targets are being deleted")
    at.call("efs", "delete_file_system", FileSystemId=at["id"])
    return ""


def _size(item: Item) -> str:
    """Unknown where some of it lies in another class than the standard one."""
    told = item.get("SizeInBytes", {})
    return sizes.from_bytes(told.get("Value")) if told.get("ValueInStandard") == told.get("Value") else ""


RESOURCE = NativeKind(
    kind="elasticfilesystem:file-system",
    arn=ArnPattern("elasticfilesystem:{region}:{account}:file-system/{id}"),
    one=Ask("efs", "describe_file_systems", {"FileSystemId": "{id}"}, "FileSystems"),
    remove=_remove,
    named=NAME_TAG,
    created="CreationTime",
    state="LifeCycleState",
    gone=("deleting", "deleted"),
    after=("ec2:instance", "ecs:service", "lambda:function", "elasticfilesystem:access-point"),
    also_reads=("elasticfilesystem:DescribeMountTargets",),
    also_writes=("elasticfilesystem:DeleteMountTarget", "elasticfilesystem:DeleteFileSystem"),
    size=_size,
)
