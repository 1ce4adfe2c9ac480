"""Cloud Run's services, jobs and worker pools, with their revisions and executions."""

from driftguard.janitor.resources.gcp.service import Service, plain_kind

_AT = "projects/{project}/locations/{location}"

SERVICE = Service(
    "run",
    (
        plain_kind("run", "v2", "service", f"{_AT}/services/{{name}}", after=("cloudfunctions:function",)),
        plain_kind("run", "v2", "job", f"{_AT}/jobs/{{name}}"),
        plain_kind("run", "v2", "worker-pool", f"{_AT}/workerPools/{{name}}"),
    ),
)
