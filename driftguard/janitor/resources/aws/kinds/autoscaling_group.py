"""Auto Scaling groups, with their instances. A warm pool goes first."""

from driftguard.janitor.resources.aws.native import ArnPattern, Ask, At, Item, NativeKind


def _protection(_at: At, item: Item) -> str:
    said = str(item.get("DeletionProtection", "none"))
    kept = any(instance.get("ProtectedFromScaleIn") for instance in item.get("Instances", ()))
    return "Auto Scaling deletion protection" if said != "none" else "scale-in protection" if kept else ""


RESOURCE = NativeKind(
    kind="autoscaling:group",
    arn=ArnPattern("autoscaling:{region}:{account}:autoScalingGroup:{id}:autoScalingGroupName/{name*}"),
    one=Ask("autoscaling", "describe_auto_scaling_groups", {"AutoScalingGroupNames": ["{name}"]}, "AutoScalingGroups"),
    remove=Ask("autoscaling", "delete_auto_scaling_group", {"AutoScalingGroupName": "{name}", "ForceDelete": True}),
    every=Ask("autoscaling", "describe_auto_scaling_groups", path="AutoScalingGroups"),
    every_arn="AutoScalingGroupARN",
    created="CreatedTime",
    protection=_protection,
    state="Status",
    going=("Delete in progress",),
    patience=240,
    says_gone="not found",
)
