"""BigQuery datasets, with their tables."""

from __future__ import annotations

from collections.abc import Iterator

from driftguard.janitor.resources.gcp.answers import Item, dig, labels, moment
from driftguard.janitor.resources.gcp.rest import At
from driftguard.janitor.resources.gcp.service import Service, plain_kind
from driftguard.model import Target, fingerprint

_HOURS = 24


def _travel(_at: At, item: Item) -> str:
    days = int(item.get("maxTimeTravelHours") or 7 * _HOURS) // _HOURS
    return f"it can be restored for {days} days"


def _tables(at: At, _item: Item) -> Iterator[Target]:
    """Its tables and views, which have labels of their own and go with it."""
    for each in at.every("projects/{project}/datasets/{name}/tables", "tables", maxResults=1000):
        name = str(dig(each, "tableReference.tableId"))
        tags = labels(each, "labels")
        yield Target(
            provider="gcp",
            scope=f"gcp/{at.project}/global",
            type="bigquery:dataset:table",
            id=f"//bigquery.googleapis.com/projects/{at['project']}/datasets/{at['name']}/tables/{name}",
            name=name,
            tags=tags,
            created_at=moment(each.get("creationTime")),
            fingerprint=fingerprint(tags),
        )


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
