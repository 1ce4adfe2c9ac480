"""Network ACLs. A subnet that still uses one gets the VPC's default first, by going before it."""

from driftguard.janitor.resources.aws.ec2 import delete, ec2_kind
from driftguard.janitor.resources.aws.native import Ask

RESOURCE = ec2_kind(
    "network-acl",
    describe="describe_network_acls",
    path="NetworkAcls",
    ids="NetworkAclIds",
    every=Ask("ec2", "describe_network_acls", path="NetworkAcls"),
    every_arn={"id": "NetworkAclId"},
    remove=delete("delete_network_acl", "NetworkAclId"),
    after=("ec2:subnet",),
    together=None,  # there are few of them
)
