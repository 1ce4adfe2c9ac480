"""EBS snapshots. One that an AMI stands on goes after it."""

from driftguard.janitor.resources.aws.ec2 import delete, ec2_kind

RESOURCE = ec2_kind(
    "snapshot",
    describe="describe_snapshots",
    path="Snapshots",
    ids="SnapshotIds",
    remove=delete("delete_snapshot", "SnapshotId"),
    created="StartTime",
    after=("ec2:image",),
)
