"""Workflows."""

from driftguard.janitor.resources.gcp.service import Service, plain_kind

SERVICE = Service(
    "workflows",
    (plain_kind("workflows", "v1", "workflow", "projects/{project}/locations/{location}/workflows/{name}"),),
)
