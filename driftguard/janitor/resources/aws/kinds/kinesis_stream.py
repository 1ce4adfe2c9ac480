"""Kinesis data streams, with their consumers."""

from driftguard.janitor.resources.aws import sizes
from driftguard.janitor.resources.aws.native import ArnPattern, Ask, Item, NativeKind


def _size(item: Item) -> str:
    """By shards; on demand it is by traffic."""
    provisioned = item.get("StreamModeDetails", {}).get("StreamMode") == "PROVISIONED"
    return sizes.several(item.get("OpenShardCount"), "shard") if provisioned else ""


RESOURCE = NativeKind(
    kind="kinesis:stream",
    arn=ArnPattern("kinesis:{region}:{account}:stream/{name}"),
    one=Ask("kinesis", "describe_stream_summary", {"StreamName": "{name}"}, "StreamDescriptionSummary"),
    remove=Ask("kinesis", "delete_stream", {"StreamName": "{name}", "EnforceConsumerDeletion": True}),
    every=Ask("kinesis", "list_streams", path="StreamNames"),
    every_arn={"name": ""},
    tags=Ask("kinesis", "list_tags_for_stream", {"StreamName": "{name}"}, "Tags"),
    created="StreamCreationTimestamp",
    state="StreamStatus",
    going=("DELETING",),
    patience=240,
    size=_size,
)
