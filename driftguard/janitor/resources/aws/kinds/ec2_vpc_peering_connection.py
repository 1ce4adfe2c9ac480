"""VPC peering connections."""

from driftguard.janitor.resources.aws.ec2 import delete, ec2_kind
from driftguard.janitor.resources.aws.native import Ask

RESOURCE = ec2_kind(
    "vpc-peering-connection",
    describe="describe_vpc_peering_connections",
    path="VpcPeeringConnections",
    ids="VpcPeeringConnectionIds",
    every=Ask("ec2", "describe_vpc_peering_connections", path="VpcPeeringConnections"),
    every_arn={"id": "VpcPeeringConnectionId"},
    remove=delete("delete_vpc_peering_connection", "VpcPeeringConnectionId"),
    state="Status.Code",
    gone=("deleted", "deleting", "rejected", "expired", "failed"),
    quiet=True,
)
