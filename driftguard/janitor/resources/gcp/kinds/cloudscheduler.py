"""Cloud Scheduler's jobs. They have no labels and no birthday: their description holds both."""

from driftguard.janitor.resources.gcp.rest import DESCRIPTION
from driftguard.janitor.resources.gcp.service import Service, plain_kind

SERVICE = Service(
    "cloudscheduler",
    (
        plain_kind(
            "cloudscheduler",
            "v1",
            "job",
            "projects/{project}/locations/{location}/jobs/{name}",
            tags=DESCRIPTION,
            created="",
        ),
    ),
)
