"""DHCP option sets."""

from driftguard.janitor.resources.aws.ec2 import delete, ec2_kind
from driftguard.janitor.resources.aws.native import Ask

RESOURCE = ec2_kind(
    "dhcp-options",
    describe="describe_dhcp_options",
    path="DhcpOptions",
    ids="DhcpOptionsIds",
    every=Ask("ec2", "describe_dhcp_options", path="DhcpOptions"),
    every_arn={"id": "DhcpOptionsId"},
    remove=delete("delete_dhcp_options", "DhcpOptionsId"),
    after=("ec2:vpc",),
)
