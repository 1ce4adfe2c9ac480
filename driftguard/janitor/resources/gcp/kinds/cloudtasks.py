"""Cloud Tasks' queues, with their tasks. They have neither labels nor a birthday: their project speaks for them."""

from driftguard.janitor.resources.gcp.rest import PROJECT
from driftguard.janitor.resources.gcp.service import Service, plain_kind

SERVICE = Service(
    "cloudtasks",
    (
        plain_kind(
            "cloudtasks",
            "v2",
            "queue",
            "projects/{project}/locations/{location}/queues/{name}",
            tags=PROJECT,
            created="",
        ),
    ),
)
