"""Target groups."""

from driftguard.janitor.resources.aws.native import ArnPattern, Ask, NativeKind

RESOURCE = NativeKind(
    kind="elasticloadbalancing:targetgroup",
    arn=ArnPattern("elasticloadbalancing:{region}:{account}:targetgroup/{name}/{id}"),
    one=Ask("elbv2", "describe_target_groups", {"TargetGroupArns": ["{arn}"]}, "TargetGroups"),
    remove=Ask("elbv2", "delete_target_group", {"TargetGroupArn": "{arn}"}),
    tags=Ask("elbv2", "describe_tags", {"ResourceArns": ["{arn}"]}, "TagDescriptions.Tags"),
    after=(
        "elasticloadbalancing:loadbalancer",
        "elasticloadbalancing:listener",
        "elasticloadbalancing:listener-rule",
        "ecs:service",
    ),
)
