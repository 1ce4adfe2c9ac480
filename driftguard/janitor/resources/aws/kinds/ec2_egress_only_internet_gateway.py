"""Egress-only internet gateways."""

from driftguard.janitor.resources.aws.ec2 import delete, ec2_kind
from driftguard.janitor.resources.aws.native import Ask

RESOURCE = ec2_kind(
    "egress-only-internet-gateway",
    describe="describe_egress_only_internet_gateways",
    path="EgressOnlyInternetGateways",
    ids="EgressOnlyInternetGatewayIds",
    every=Ask("ec2", "describe_egress_only_internet_gateways", path="EgressOnlyInternetGateways"),
    every_arn={"id": "EgressOnlyInternetGatewayId"},
    remove=delete("delete_egress_only_internet_gateway", "EgressOnlyInternetGatewayId"),
    together=None,  # there is no filter by id
)
