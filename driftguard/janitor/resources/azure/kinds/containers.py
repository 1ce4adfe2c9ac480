"""Microsoft.ContainerService: Kubernetes clusters, with the resource group that belongs to each."""

from driftguard.janitor.resources.azure.resource import AzureType, Provider, group_named

PROVIDER = Provider(
    "Microsoft.ContainerService",
    (
        AzureType(
            name="Microsoft.ContainerService/managedClusters",
            what="AKS clusters, with their node groups and the resource group that belongs to them",
            size="{sku.tier}",
            takes=group_named("properties.nodeResourceGroup"),
        ),
    ),
)
