"""Cloud SQL instances, with their databases and automated backups."""

from driftguard.janitor.resources.gcp.answers import size
from driftguard.janitor.resources.gcp.names import Form
from driftguard.janitor.resources.gcp.rest import RestKind, flag
from driftguard.janitor.resources.gcp.service import Service

SERVICE = Service(
    "sqladmin",
    (
        RestKind(
            kind="sqladmin:instance",
            assets=("sqladmin.googleapis.com/Instance",),
            forms=(Form("//cloudsql.googleapis.com/projects/{project}/instances/{name}"),),
            service="sqladmin",
            version="v1",
            tags="settings.userLabels",
            protection=flag("settings.deletionProtectionEnabled", "Cloud SQL's deletion protection"),
            patience=600.0,
            size=size("settings.tier"),
        ),
    ),
)
