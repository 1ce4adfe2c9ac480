"""Route tables, taken off their subnets first if these may go, too. A VPC's main one goes with the VPC."""

from collections.abc import Iterator

from driftguard.errors import StillInUse
from driftguard.janitor.resources.aws.along import subnets
from driftguard.janitor.resources.aws.declaration import one_by_one
from driftguard.janitor.resources.aws.ec2 import ec2_kind
from driftguard.janitor.resources.aws.native import At, Item
from driftguard.model import Target


def _remove(at: At) -> str:
    for found in at.every("ec2", "describe_route_tables", "RouteTables", RouteTableIds=[at["id"]]):
        for association in found.get("Associations", ()):
            if association.get("Main"):
                raise StillInUse(f"{at['id']} is the main route table of {found['VpcId']} and goes with it")
            at.call("ec2", "disassociate_route_table", AssociationId=association["RouteTableAssociationId"])
    at.call("ec2", "delete_route_table", RouteTableId=at["id"])
    return ""


def _routed(at: At, item: Item) -> Iterator[Target]:
    """The subnets whose traffic it sends on; without it they get the VPC's main one."""
    return subnets(at, [each["SubnetId"] for each in item.get("Associations", ()) if "SubnetId" in each])


RESOURCE = ec2_kind(
    "route-table",
    describe="describe_route_tables",
    path="RouteTables",
    ids="RouteTableIds",
    remove=_remove,
    takes=one_by_one(_routed),
    takes_others=True,
    also_reads=("ec2:DescribeSubnets",),
    after=("ec2:instance", "ec2:natgateway", "ec2:vpc-endpoint"),
    also_writes=("ec2:DisassociateRouteTable", "ec2:DeleteRouteTable"),
)
