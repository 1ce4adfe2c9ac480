"""Google Kubernetes Engine. A cluster takes its node pools, and whatever its controllers made is theirs to clean up."""

from driftguard.janitor.resources.gcp.names import Form
from driftguard.janitor.resources.gcp.rest import RestKind
from driftguard.janitor.resources.gcp.service import Service

SERVICE = Service(
    "container",
    (
        RestKind(
            kind="container:cluster",
            assets=("container.googleapis.com/Cluster",),
            forms=(
                Form("//container.googleapis.com/projects/{project}/locations/{location}/clusters/{name}"),
                Form(
                    "//container.googleapis.com/projects/{project}/zones/{location}/clusters/{name}",
                    "projects/{project}/locations/{location}/clusters/{name}",
                ),
            ),
            service="container",
            version="v1",
            tags="resourceLabels",
            patience=900.0,
        ),
    ),
)
