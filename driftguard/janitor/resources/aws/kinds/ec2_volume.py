"""EBS volumes."""

from driftguard.janitor.resources.aws import sizes
from driftguard.janitor.resources.aws.answers import Item
from driftguard.janitor.resources.aws.ec2 import delete, ec2_kind


def _size(item: Item) -> str:
    return sizes.gib(item.get("VolumeType"), item.get("Size"))


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
    size=_size,
)
