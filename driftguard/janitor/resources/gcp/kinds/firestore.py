"""Firestore databases. They have no labels: their project's labels speak for them."""

from driftguard.janitor.resources.gcp.rest import PROJECT, flag
from driftguard.janitor.resources.gcp.service import Service, plain_kind

SERVICE = Service(
    "firestore",
    (
        plain_kind(
            "firestore",
            "v1",
            "database",
            "projects/{project}/databases/{name}",
            tags=PROJECT,
            protection=flag("deleteProtectionState", "Firestore's delete protection"),
        ),
    ),
)
