"""SQS queues, with the messages in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import ClassVar

from driftguard.errors import AccessDenied, NotFound
from driftguard.janitor.resources.aws.resource import Arn, AwsApi, Tags, region_of
from driftguard.model import Target, fingerprint


class SqsQueue:
    """Found by the tagging API; the queue's own answers are asked for before it is touched."""

    kind: ClassVar[str] = "sqs:queue"
    after: ClassVar[tuple[str, ...]] = ()
    reads: ClassVar[tuple[str, ...]] = ("sqs:GetQueueUrl", "sqs:GetQueueAttributes", "sqs:ListQueueTags")
    writes: ClassVar[tuple[str, ...]] = ("sqs:DeleteQueue",)

    def claims(self, arn: Arn) -> bool:
        return arn.service == "sqs"

    def name(self, arn: Arn) -> str:
        return arn.resource

    def created(self, api: AwsApi, targets: Sequence[Target]) -> Mapping[str, datetime]:
        found: dict[str, datetime] = {}
        for target in targets:
            try:
                found[target.id] = _created(api, region_of(target), _url(api, target))
            except (NotFound, AccessDenied):
                continue  # unknown stays unknown, and what is unknown is not deleted
        return found

    def read(self, api: AwsApi, target: Target) -> Target | None:
        region = region_of(target)
        try:
            url = _url(api, target)
            tags = _tags(api, region, url)
            created_at = _created(api, region, url)
        except NotFound:
            return None
        return replace(target, tags=tags, fingerprint=fingerprint(tags), created_at=created_at)

    def delete(self, api: AwsApi, target: Target) -> str:
        api.call("sqs", "delete_queue", region=region_of(target), QueueUrl=_url(api, target))
        return ""


def _url(api: AwsApi, target: Target) -> str:
    return str(api.call("sqs", "get_queue_url", region=region_of(target), QueueName=target.name)["QueueUrl"])


def _tags(api: AwsApi, region: str, url: str) -> Tags | None:
    """``None`` if we may not read them: then the queue is protected."""
    try:
        tags: Tags = api.call("sqs", "list_queue_tags", region=region, QueueUrl=url).get("Tags", {})
    except AccessDenied:
        return None
    return tags


def _created(api: AwsApi, region: str, url: str) -> datetime:
    asked = {"QueueUrl": url, "AttributeNames": ["CreatedTimestamp"]}
    seconds = api.call("sqs", "get_queue_attributes", region=region, **asked)["Attributes"]["CreatedTimestamp"]
    return datetime.fromtimestamp(float(seconds), UTC)


RESOURCE = SqsQueue()
