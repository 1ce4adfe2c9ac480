"""VPCs. Everything in one goes before it."""

from driftguard.janitor.resources.aws.ec2 import delete, ec2_kind

RESOURCE = ec2_kind(
    "vpc",
    describe="describe_vpcs",
    path="Vpcs",
    ids="VpcIds",
    remove=delete("delete_vpc", "VpcId"),
    after=(
        "ec2:subnet",
        "ec2:security-group",
        "ec2:internet-gateway",
        "ec2:route-table",
        "ec2:network-acl",
        "ec2:vpc-endpoint",
        "ec2:vpc-peering-connection",
        "ec2:natgateway",
        "elasticloadbalancing:targetgroup",
    ),
)
