"""Filestore's instances and backups."""

from driftguard.janitor.resources.gcp.rest import flag
from driftguard.janitor.resources.gcp.service import Service, plain_kind

_AT = "projects/{project}/locations/{location}"

SERVICE = Service(
    "file",
    (
        plain_kind(
            "file",
            "v1",
            "instance",
            f"{_AT}/instances/{{name}}",
            protection=flag("deletionProtectionEnabled", "Filestore's deletion protection"),
            query={"force": "true"},
            patience=600.0,
        ),
        plain_kind("file", "v1", "backup", f"{_AT}/backups/{{name}}"),
    ),
)
