"""EBS volumes."""

from driftguard.janitor.resources.aws.ec2 import delete, ec2_kind

RESOURCE = ec2_kind(
    "volume",
    describe="describe_volumes",
    path="Volumes",
    ids="VolumeIds",
    remove=delete("delete_volume", "VolumeId"),
    created="CreateTime",
    state="State",
    gone=("deleted", "deleting"),
    after=("ec2:instance",),
)
