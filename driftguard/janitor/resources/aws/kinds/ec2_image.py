"""AMIs. Deregistration protection protects."""

from driftguard.janitor.resources.aws.ec2 import delete, ec2_kind
from driftguard.janitor.resources.aws.native import At, Item


def _protection(_at: At, item: Item) -> str:
    said = str(item.get("DeregistrationProtection", "disabled"))
    return "" if said == "disabled" else "AMI deregistration protection"


RESOURCE = ec2_kind(
    "image",
    describe="describe_images",
    path="Images",
    ids="ImageIds",
    remove=delete("deregister_image", "ImageId"),
    created="CreationDate",
    state="State",
    gone=("deregistered",),
    protection=_protection,
    says_gone=r"InvalidAMIID\.Unavailable",
    after=("ec2:instance", "ec2:launch-template"),
)
