"""Cloud Functions of both generations; the second's Cloud Run service goes with the function."""

from driftguard.janitor.resources.gcp.service import Service, plain_kind

_AT = "projects/{project}/locations/{location}/functions/{name}"

SERVICE = Service(
    "cloudfunctions",
    (
        plain_kind("cloudfunctions", "v2", "function", _AT),
        plain_kind("cloudfunctions", "v1", "cloud-function", _AT, created=""),
    ),
)
