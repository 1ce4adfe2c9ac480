"""Secret Manager's secrets, with all their versions. Google keeps nothing of them."""

from driftguard.janitor.resources.gcp.service import Service, plain_kind

SERVICE = Service(
    "secretmanager",
    (
        plain_kind(
            "secretmanager",
            "v1",
            "secret",
            "projects/{project}/secrets/{name}",
            after=("run:service", "run:job", "cloudfunctions:function"),
        ),
    ),
)
