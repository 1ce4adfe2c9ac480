"""Cloud Logging's sinks. The two that every project has are Google's own."""

from driftguard.janitor.resources.gcp.answers import Item
from driftguard.janitor.resources.gcp.rest import DESCRIPTION
from driftguard.janitor.resources.gcp.service import Service, plain_kind


def _belongs(item: Item) -> str:
    return "Cloud Logging itself" if str(item.get("name", "")).startswith("_") else ""


SERVICE = Service(
    "logging",
    (
        plain_kind(
            "logging",
            "v2",
            "log-sink",
            "projects/{project}/sinks/{name}",
            tags=DESCRIPTION,
            belongs=_belongs,
        ),
    ),
)
