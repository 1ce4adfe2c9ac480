"""Route tables, taken off their subnets first. A VPC's main one goes with the VPC."""

from driftguard.errors import StillInUse
from driftguard.janitor.resources.aws.ec2 import ec2_kind
from driftguard.janitor.resources.aws.native import At


def _remove(at: At) -> str:
    for found in at.every("ec2", "describe_route_tables", "RouteTables", RouteTableIds=[at["id"]]):
        for association in found.get("Associations", ()):
            if association.get("Main"):
                raise StillInUse(f"{at['id']} is the main route table of {found['VpcId']} and goes with it")
            at.call("ec2", "disassociate_route_table", AssociationId=association["RouteTableAssociationId"])
    at.call("ec2", "delete_route_table", RouteTableId=at["id"])
    return ""


RESOURCE = ec2_kind(
    "route-table",
    describe="describe_route_tables",
    path="RouteTables",
    ids="RouteTableIds",
    remove=_remove,
    after=("ec2:instance", "ec2:natgateway", "ec2:vpc-endpoint"),
    also_writes=("ec2:DisassociateRouteTable", "ec2:DeleteRouteTable"),
)
