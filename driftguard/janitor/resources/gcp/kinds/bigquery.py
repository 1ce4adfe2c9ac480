"""BigQuery datasets, with their tables."""

from __future__ import annotations

from collections.abc import Iterator

from driftguard.janitor.resources.gcp.answers import Item, dig
from driftguard.janitor.resources.gcp.rest import At, along
from driftguard.janitor.resources.gcp.service import Service, plain_kind
from driftguard.model import Target

_HOURS = 24


def _travel(_at: At, item: Item) -> str:
    days = int(item.get("maxTimeTravelHours") or 7 * _HOURS) // _HOURS
    return f"it can be restored for {days} days"


def _tables(at: At, _item: Item) -> Iterator[Target]:
    """Its tables and views, which have labels of their own and go with it."""
    for each in at.every("projects/{project}/datasets/{name}/tables", "tables", maxResults=1000):
        path = f"{at.path}/tables/{dig(each, 'tableReference.tableId')}"
        yield along(at, "bigquery:dataset:table", path, each, created="creationTime")


SERVICE = Service(
    "bigquery",
    (
        plain_kind(
            "bigquery",
            "bigquery/v2",
            "dataset",
            "projects/{project}/datasets/{name}",
            created="creationTime",
            takes=_tables,
            query={"deleteContents": "true"},
            note=_travel,
            after=("logging:log-sink",),
        ),
    ),
)
