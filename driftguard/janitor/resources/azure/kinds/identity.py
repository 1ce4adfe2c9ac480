"""Microsoft.ManagedIdentity: identities go after what acts as them."""

from driftguard.janitor.resources.azure.resource import AzureType, Provider

PROVIDER = Provider(
    "Microsoft.ManagedIdentity",
    (
        AzureType(
            name="Microsoft.ManagedIdentity/userAssignedIdentities",
            what="User-assigned identities",
            after=(
                "Microsoft.Compute/virtualMachines",
                "Microsoft.Compute/virtualMachineScaleSets",
                "Microsoft.ContainerService/managedClusters",
                "Microsoft.ContainerInstance/containerGroups",
                "Microsoft.App/containerApps",
                "Microsoft.Web/sites",
            ),
        ),
    ),
)
