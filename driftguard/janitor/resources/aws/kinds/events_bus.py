"""EventBridge buses. Their rules go first."""

from driftguard.janitor.resources.aws.native import ArnPattern, Ask, NativeKind

RESOURCE = NativeKind(
    kind="events:event-bus",
    arn=ArnPattern("events:{region}:{account}:event-bus/{name}"),
    one=Ask("events", "describe_event_bus", {"Name": "{name}"}),
    remove=Ask("events", "delete_event_bus", {"Name": "{name}"}),
    tags=Ask("events", "list_tags_for_resource", {"ResourceARN": "{arn}"}, "Tags"),
    created="CreationTime",
    every=Ask("events", "list_event_buses", path="EventBuses"),
    after=("events:rule",),
    quiet=True,
)
