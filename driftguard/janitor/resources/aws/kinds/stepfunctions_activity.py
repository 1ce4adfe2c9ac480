"""Step Functions activities."""

from driftguard.janitor.resources.aws.native import ArnPattern, Ask, NativeKind

RESOURCE = NativeKind(
    kind="states:activity",
    arn=ArnPattern("states:{region}:{account}:activity:{name}"),
    one=Ask("stepfunctions", "describe_activity", {"activityArn": "{arn}"}),
    remove=Ask("stepfunctions", "delete_activity", {"activityArn": "{arn}"}),
    every=Ask("stepfunctions", "list_activities", path="activities"),
    every_arn="activityArn",
    tags=Ask("stepfunctions", "list_tags_for_resource", {"resourceArn": "{arn}"}, "tags"),
    created="creationDate",
    quiet=True,
)
