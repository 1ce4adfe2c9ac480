"""Microsoft.ContainerRegistry: registries, with their images."""

from driftguard.janitor.resources.azure.resource import AzureType, Provider

PROVIDER = Provider(
    "Microsoft.ContainerRegistry",
    (
        AzureType(
            name="Microsoft.ContainerRegistry/registries",
            what="Container registries, with their images",
            size="{sku.name}",
        ),
    ),
)
