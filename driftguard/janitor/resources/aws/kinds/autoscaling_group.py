"""Auto Scaling groups, with their instances. A warm pool goes first."""

from collections.abc import Iterator
from dataclasses import replace

from driftguard.janitor.resources.aws.along import machines, of_machines, termination_protection
from driftguard.janitor.resources.aws.declaration import one_by_one
from driftguard.janitor.resources.aws.native import ArnPattern, Ask, At, Item, NativeKind
from driftguard.model import Target


def _protection(_at: At, item: Item) -> str:
    said = str(item.get("DeletionProtection", "none"))
    kept = any(instance.get("ProtectedFromScaleIn") for instance in item.get("Instances", ()))
    return "Auto Scaling deletion protection" if said != "none" else "scale-in protection" if kept else ""


def _machines(at: At, item: Item) -> Iterator[Target]:
    """Its instances, and what ends with these."""
    found = list(machines(at, [instance["InstanceId"] for instance in item.get("Instances", ())]))
    for (machine, told), parts in zip(found, of_machines([(at, told) for _, told in found]), strict=True):
        yield replace(machine, protection=termination_protection(at, told["InstanceId"]))
        yield from parts


RESOURCE = NativeKind(
    kind="autoscaling:group",
    arn=ArnPattern("autoscaling:{region}:{account}:autoScalingGroup:{id}:autoScalingGroupName/{name*}"),
    one=Ask("autoscaling", "describe_auto_scaling_groups", {"AutoScalingGroupNames": ["{name}"]}, "AutoScalingGroups"),
    remove=Ask("autoscaling", "delete_auto_scaling_group", {"AutoScalingGroupName": "{name}", "ForceDelete": True}),
    every=Ask("autoscaling", "describe_auto_scaling_groups", path="AutoScalingGroups"),
    every_arn="AutoScalingGroupARN",
    created="CreatedTime",
    protection=_protection,
    takes=one_by_one(_machines),
    also_reads=(
        "ec2:DescribeInstances",
        "ec2:DescribeInstanceAttribute",
        "ec2:DescribeVolumes",
        "ec2:DescribeNetworkInterfaces",
    ),
    state="Status",
    going=("Delete in progress",),
    patience=240,
    says_gone="not found",
)
