"""Service accounts, with their keys. Only one that a person made has a description, and so an owner."""

from driftguard.janitor.resources.gcp.answers import Item
from driftguard.janitor.resources.gcp.rest import DESCRIPTION, At
from driftguard.janitor.resources.gcp.service import Service, plain_kind


def _kept(_at: At, _item: Item) -> str:
    return "it can be restored for 30 days"


SERVICE = Service(
    "iam",
    (
        plain_kind(
            "iam",
            "v1",
            "service-account",
            "projects/{project}/serviceAccounts/{name}",
            tags=DESCRIPTION,
            named="email",
            created="",
            note=_kept,
            after=(
                "compute:instance",
                "compute:instance-template",
                "container:cluster",
                "run:service",
                "run:job",
                "cloudfunctions:function",
                "workflows:workflow",
                "cloudscheduler:job",
                "cloudtasks:queue",
            ),
        ),
    ),
)
