"""Classic load balancers."""

from driftguard.janitor.resources.aws.native import ArnPattern, Ask, NativeKind

RESOURCE = NativeKind(
    kind="elasticloadbalancing:classic",
    arn=ArnPattern("elasticloadbalancing:{region}:{account}:loadbalancer/{name}"),
    one=Ask("elb", "describe_load_balancers", {"LoadBalancerNames": ["{name}"]}, "LoadBalancerDescriptions"),
    remove=Ask("elb", "delete_load_balancer", {"LoadBalancerName": "{name}"}),
    tags=Ask("elb", "describe_tags", {"LoadBalancerNames": ["{name}"]}, "TagDescriptions.Tags"),
    created="CreatedTime",
    after=("autoscaling:group",),
    quiet=True,
)
