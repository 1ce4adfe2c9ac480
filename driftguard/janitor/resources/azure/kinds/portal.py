"""Microsoft.Portal: dashboards."""

from driftguard.janitor.resources.azure.resource import AzureType, Provider

PROVIDER = Provider(
    "Microsoft.Portal",
    (AzureType(name="Microsoft.Portal/dashboards", what="Dashboards of the portal"),),
)
