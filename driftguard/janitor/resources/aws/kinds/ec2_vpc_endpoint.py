"""VPC endpoints."""

from driftguard.errors import PermanentError
from driftguard.janitor.resources.aws import sizes
from driftguard.janitor.resources.aws.answers import Item
from driftguard.janitor.resources.aws.ec2 import ec2_kind
from driftguard.janitor.resources.aws.native import Ask, At


def _remove(at: At) -> str:
    answer = at.call("ec2", "delete_vpc_endpoints", VpcEndpointIds=[at["id"]])
    for failed in answer.get("Unsuccessful", ()):  # it answers 200 either way
        raise PermanentError(f"{at['id']}: {failed.get('Error', {}).get('Code')}: {failed.get('Error')}")
    return ""


def _size(item: Item) -> str:
    """An interface is paid for in each subnet."""
    sort = str(item.get("VpcEndpointType", "")).lower()
    return sizes.several(len(item.get("SubnetIds", ())), sort) if sort == "interface" else sort


RESOURCE = ec2_kind(
    "vpc-endpoint",
    describe="describe_vpc_endpoints",
    path="VpcEndpoints",
    ids="VpcEndpointIds",
    every=Ask("ec2", "describe_vpc_endpoints", path="VpcEndpoints"),
    every_arn={"id": "VpcEndpointId"},
    remove=_remove,
    created="CreationTimestamp",
    state="State",
    gone=("deleted",),
    going=("deleting",),
    patience=240,
    says_gone=r"InvalidVpcEndpoint",
    also_writes=("ec2:DeleteVpcEndpoints",),
    size=_size,
    together=None,  # there are few of them
)
