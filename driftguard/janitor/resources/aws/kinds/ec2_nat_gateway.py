"""NAT gateways. AWS takes about a minute; their address is free only then."""

from driftguard.janitor.resources.aws.ec2 import delete, ec2_kind

RESOURCE = ec2_kind(
    "natgateway",
    describe="describe_nat_gateways",
    path="NatGateways",
    ids="NatGatewayIds",
    remove=delete("delete_nat_gateway", "NatGatewayId"),
    created="CreateTime",
    state="State",
    gone=("deleted",),
    going=("deleting",),
    patience=240,
)
