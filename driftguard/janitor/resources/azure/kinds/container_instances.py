"""Microsoft.ContainerInstance: container groups."""

from driftguard.janitor.resources.azure.resource import AzureType, Provider

PROVIDER = Provider(
    "Microsoft.ContainerInstance",
    (AzureType(name="Microsoft.ContainerInstance/containerGroups", what="Container groups"),),
)
