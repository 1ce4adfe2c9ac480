"""Pub/Sub's topics, subscriptions and snapshots. None of them has a birthday."""

from driftguard.janitor.resources.gcp.service import Service, plain_kind

SERVICE = Service(
    "pubsub",
    (
        plain_kind(
            "pubsub",
            "v1",
            "topic",
            "projects/{project}/topics/{name}",
            created="",
            after=("pubsub:subscription", "cloudfunctions:function", "cloudscheduler:job", "logging:log-sink"),
        ),
        plain_kind("pubsub", "v1", "subscription", "projects/{project}/subscriptions/{name}", created=""),
        plain_kind("pubsub", "v1", "snapshot", "projects/{project}/snapshots/{name}", created=""),
    ),
)
