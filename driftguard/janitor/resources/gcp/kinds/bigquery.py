"""BigQuery datasets, with their tables."""

from driftguard.janitor.resources.gcp.answers import Item
from driftguard.janitor.resources.gcp.rest import At
from driftguard.janitor.resources.gcp.service import Service, plain_kind

_HOURS = 24


def _travel(_at: At, item: Item) -> str:
    days = int(item.get("maxTimeTravelHours") or 7 * _HOURS) // _HOURS
    return f"it can be restored for {days} days"


SERVICE = Service(
    "bigquery",
    (
        plain_kind(
            "bigquery",
            "bigquery/v2",
            "dataset",
            "projects/{project}/datasets/{name}",
            created="creationTime",
            query={"deleteContents": "true"},
            note=_travel,
            after=("logging:log-sink",),
        ),
    ),
)
