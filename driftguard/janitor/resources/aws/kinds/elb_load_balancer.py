"""Application, network and gateway load balancers, with their listeners. Deletion protection protects."""

from driftguard.janitor.resources.aws.native import ArnPattern, Ask, At, Item, NativeKind


def _protection(at: At, _item: Item) -> str:
    answer = at.call("elbv2", "describe_load_balancer_attributes", LoadBalancerArn=at["arn"])
    kept = {"Key": "deletion_protection.enabled", "Value": "true"} in answer["Attributes"]
    return "load balancer deletion protection" if kept else ""


RESOURCE = NativeKind(
    kind="elasticloadbalancing:loadbalancer",
    arn=ArnPattern("elasticloadbalancing:{region}:{account}:loadbalancer/{sort}/{name}/{id}"),
    one=Ask("elbv2", "describe_load_balancers", {"LoadBalancerArns": ["{arn}"]}, "LoadBalancers"),
    remove=Ask("elbv2", "delete_load_balancer", {"LoadBalancerArn": "{arn}"}),
    tags=Ask("elbv2", "describe_tags", {"ResourceArns": ["{arn}"]}, "TagDescriptions.Tags"),
    created="CreatedTime",
    protection=_protection,
    after=("ecs:service", "autoscaling:group"),
    also_reads=("elasticloadbalancing:DescribeLoadBalancerAttributes",),
    quiet=True,
    size="Type",
)
