"""Memorystore: Redis and Memcached."""

from driftguard.janitor.resources.gcp.rest import flag
from driftguard.janitor.resources.gcp.service import Service, plain_kind

_AT = "projects/{project}/locations/{location}"

SERVICE = Service(
    "memorystore",
    (
        plain_kind("redis", "v1", "instance", f"{_AT}/instances/{{name}}", patience=600.0),
        plain_kind(
            "redis",
            "v1",
            "cluster",
            f"{_AT}/clusters/{{name}}",
            protection=flag("deletionProtectionEnabled", "Memorystore's deletion protection"),
            patience=600.0,
        ),
        plain_kind("memcache", "v1", "instance", f"{_AT}/instances/{{name}}", patience=600.0),
    ),
)
