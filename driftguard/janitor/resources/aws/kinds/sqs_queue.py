"""SQS queues, with the messages in them."""

from driftguard.janitor.resources.aws.native import ArnPattern, Ask, At, Item, NativeKind


def _url(at: At) -> str:
    return str(at.call("sqs", "get_queue_url", QueueName=at["name"])["QueueUrl"])


def _one(at: At) -> Item:
    url = _url(at)
    asked = {"QueueUrl": url, "AttributeNames": ["CreatedTimestamp"]}
    return {"QueueUrl": url, **at.call("sqs", "get_queue_attributes", **asked)}


def _remove(at: At) -> str:
    at.call("sqs", "delete_queue", QueueUrl=_url(at))
    return ""


RESOURCE = NativeKind(
    kind="sqs:queue",
    arn=ArnPattern("sqs:{region}:{account}:{name}"),
    one=_one,
    remove=_remove,
    tags=Ask("sqs", "list_queue_tags", {"QueueUrl": "{QueueUrl}"}, "Tags"),
    created="Attributes.CreatedTimestamp",
    also_reads=("sqs:GetQueueUrl", "sqs:GetQueueAttributes"),
    also_writes=("sqs:DeleteQueue",),
)
