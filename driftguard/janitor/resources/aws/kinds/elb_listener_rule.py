"""Rules of listeners, where they are tagged by themselves."""

from driftguard.janitor.resources.aws.native import ArnPattern, Ask, NativeKind

RESOURCE = NativeKind(
    kind="elasticloadbalancing:listener-rule",
    arn=ArnPattern("elasticloadbalancing:{region}:{account}:listener-rule/{sort}/{name}/{id}/{listener}/{rule}"),
    one=Ask("elbv2", "describe_rules", {"RuleArns": ["{arn}"]}, "Rules"),
    remove=Ask("elbv2", "delete_rule", {"RuleArn": "{arn}"}),
    tags=Ask("elbv2", "describe_tags", {"ResourceArns": ["{arn}"]}, "TagDescriptions.Tags"),
    after=("elasticloadbalancing:loadbalancer", "elasticloadbalancing:listener"),
)
