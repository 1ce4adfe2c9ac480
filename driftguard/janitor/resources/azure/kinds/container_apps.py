"""Microsoft.App: container apps and jobs before their environments."""

from driftguard.janitor.resources.azure.resource import AzureType, Provider, group_named

PROVIDER = Provider(
    "Microsoft.App",
    (
        AzureType(name="Microsoft.App/containerApps", what="Container apps"),
        AzureType(name="Microsoft.App/jobs", what="Container Apps jobs"),
        AzureType(
            name="Microsoft.App/managedEnvironments",
            what="Environments of container apps",
            after=("Microsoft.App/containerApps", "Microsoft.App/jobs"),
            takes=group_named("properties.infrastructureResourceGroup"),
        ),
    ),
)
