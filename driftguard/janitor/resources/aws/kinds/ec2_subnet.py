"""Subnets."""

from driftguard.janitor.resources.aws.ec2 import delete, ec2_kind

RESOURCE = ec2_kind(
    "subnet",
    describe="describe_subnets",
    path="Subnets",
    ids="SubnetIds",
    remove=delete("delete_subnet", "SubnetId"),
    after=(
        "ec2:instance",
        "ec2:natgateway",
        "ec2:network-interface",
        "ec2:route-table",
        "ec2:vpc-endpoint",
        "autoscaling:group",
        "eks:cluster",
        "elasticloadbalancing:loadbalancer",
        "elasticloadbalancing:classic",
        "rds:subgrp",
        "elasticache:subnetgroup",
    ),
)
