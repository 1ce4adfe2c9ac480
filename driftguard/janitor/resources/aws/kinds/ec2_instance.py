"""EC2 instances. Termination protection protects, and so does whatever protects a volume that would end with them."""

from driftguard.janitor.resources.aws.along import of_machines, termination_protection
from driftguard.janitor.resources.aws.ec2 import ec2_kind
from driftguard.janitor.resources.aws.native import Ask, At, Item


def _protection(at: At, _item: Item) -> str:
    return termination_protection(at, at["id"])


RESOURCE = ec2_kind(
    "instance",
    describe="describe_instances",
    path="Reservations.Instances",
    ids="InstanceIds",
    remove=Ask("ec2", "terminate_instances", {"InstanceIds": ["{id}"]}),
    created="LaunchTime",
    state="State.Name",
    gone=("terminated",),
    going=("shutting-down",),
    patience=240,
    protection=_protection,
    takes=of_machines,
    after=("autoscaling:group", "eks:nodegroup", "ecs:service"),
    also_reads=("ec2:DescribeInstanceAttribute", "ec2:DescribeVolumes", "ec2:DescribeNetworkInterfaces"),
    size="InstanceType",
)
