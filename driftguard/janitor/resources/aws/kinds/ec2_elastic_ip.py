"""Elastic IP addresses."""

from driftguard.janitor.resources.aws.ec2 import delete, ec2_kind
from driftguard.janitor.resources.aws.native import Ask

RESOURCE = ec2_kind(
    "elastic-ip",
    describe="describe_addresses",
    path="Addresses",
    ids="AllocationIds",
    remove=delete("release_address", "AllocationId"),
    every=Ask("ec2", "describe_addresses", path="Addresses"),
    every_arn={"id": "AllocationId"},
    after=("ec2:instance", "ec2:natgateway", "ec2:network-interface", "elasticloadbalancing:loadbalancer"),
)
