"""Elastic network interfaces. One that is attached waits for what it is attached to; Lambda's linger for minutes."""

from driftguard.janitor.resources.aws.ec2 import delete, ec2_kind

RESOURCE = ec2_kind(
    "network-interface",
    describe="describe_network_interfaces",
    path="NetworkInterfaces",
    ids="NetworkInterfaceIds",
    remove=delete("delete_network_interface", "NetworkInterfaceId"),
    tags="TagSet",
    says_in_use="currently in use",
    after=(
        "ec2:instance",
        "ec2:natgateway",
        "ec2:vpc-endpoint",
        "ecs:service",
        "elasticfilesystem:file-system",
        "elasticloadbalancing:loadbalancer",
        "elasticloadbalancing:classic",
        "lambda:function",
        "rds:db",
    ),
)
