"""SNS topics, with their subscriptions."""

from driftguard.janitor.resources.aws.native import ArnPattern, Ask, NativeKind

RESOURCE = NativeKind(
    kind="sns:topic",
    arn=ArnPattern("sns:{region}:{account}:{name}"),
    one=Ask("sns", "get_topic_attributes", {"TopicArn": "{arn}"}, "Attributes"),
    remove=Ask("sns", "delete_topic", {"TopicArn": "{arn}"}),
    tags=Ask("sns", "list_tags_for_resource", {"ResourceArn": "{arn}"}, "Tags"),
    quiet=True,
)
