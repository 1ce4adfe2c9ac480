"""SQS queues, with the messages in them."""

from collections.abc import Iterator, Sequence
from typing import Any

from driftguard.janitor.resources.aws.native import ArnPattern, Ask, At, Item, NativeKind
from driftguard.janitor.resources.aws.together import LISTED, Together, common_prefix


def _url(at: At) -> str:
    return str(at.call("sqs", "get_queue_url", QueueName=at["name"])["QueueUrl"])


def _one(at: At) -> Item:
    return {"QueueUrl": _url(at)}


def _listed(at: At, names: Sequence[str]) -> Iterator[Item]:
    asked = {"QueueNamePrefix": common_prefix(names), "MaxResults": LISTED}
    for url in at.every("sqs", "list_queues", "QueueUrls", **asked):
        yield {"QueueUrl": url[""], "Name": url[""].rpartition("/")[2]}


def _born(at: At, item: Item) -> Any:
    asked = {"QueueUrl": item["QueueUrl"], "AttributeNames": ["CreatedTimestamp"]}
    return at.call("sqs", "get_queue_attributes", **asked)["Attributes"]["CreatedTimestamp"]


def _remove(at: At) -> str:
    at.call("sqs", "delete_queue", QueueUrl=_url(at))
    return ""


RESOURCE = NativeKind(
    kind="sqs:queue",
    arn=ArnPattern("sqs:{region}:{account}:{name}"),
    one=_one,
    remove=_remove,
    tags=Ask("sqs", "list_queue_tags", {"QueueUrl": "{QueueUrl}"}, "Tags"),
    created=_born,
    together=Together(_listed, "Name", "name", most=LISTED, least=20),
    also_reads=("sqs:GetQueueUrl", "sqs:GetQueueAttributes", "sqs:ListQueues"),
    also_writes=("sqs:DeleteQueue",),
)
