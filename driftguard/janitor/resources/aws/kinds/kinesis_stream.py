"""Kinesis data streams, with their consumers."""

from driftguard.janitor.resources.aws.native import ArnPattern, Ask, NativeKind

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
)
