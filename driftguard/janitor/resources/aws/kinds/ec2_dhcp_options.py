"""DHCP option sets."""

from driftguard.janitor.resources.aws.ec2 import delete, ec2_kind

RESOURCE = ec2_kind(
    "dhcp-options",
    describe="describe_dhcp_options",
    path="DhcpOptions",
    ids="DhcpOptionsIds",
    remove=delete("delete_dhcp_options", "DhcpOptionsId"),
    after=("ec2:vpc",),
)
