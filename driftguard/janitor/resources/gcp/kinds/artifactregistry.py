"""Artifact Registry's repositories, with everything in them."""

from driftguard.janitor.resources.gcp.service import Service, plain_kind

SERVICE = Service(
    "artifactregistry",
    (
        plain_kind(
            "artifactregistry",
            "v1",
            "repository",
            "projects/{project}/locations/{location}/repositories/{name}",
            after=("run:service", "run:job", "cloudfunctions:function"),
        ),
    ),
)
