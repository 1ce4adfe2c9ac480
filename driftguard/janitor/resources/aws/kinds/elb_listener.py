"""Listeners of load balancers, where they are tagged by themselves."""

from driftguard.janitor.resources.aws.native import ArnPattern, Ask, NativeKind

RESOURCE = NativeKind(
    kind="elasticloadbalancing:listener",
    arn=ArnPattern("elasticloadbalancing:{region}:{account}:listener/{sort}/{name}/{id}/{listener}"),
    one=Ask("elbv2", "describe_listeners", {"ListenerArns": ["{arn}"]}, "Listeners"),
    remove=Ask("elbv2", "delete_listener", {"ListenerArn": "{arn}"}),
    tags=Ask("elbv2", "describe_tags", {"ResourceArns": ["{arn}"]}, "TagDescriptions.Tags"),
    after=("elasticloadbalancing:loadbalancer",),
)
