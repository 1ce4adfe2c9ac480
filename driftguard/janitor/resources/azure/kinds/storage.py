"""Microsoft.Storage: accounts, with all data in them; a locked immutability policy protects."""

from driftguard.janitor.resources.azure.resource import AzureType, Provider, Recovery

PROVIDER = Provider(
    "Microsoft.Storage",
    (
        AzureType(
            name="Microsoft.Storage/storageAccounts",
            what="Storage accounts, with all data in them",
            after=("Microsoft.Web/sites", "Microsoft.MachineLearningServices/workspaces"),
            protects={"properties.immutableStorageWithVersioning.immutabilityPolicy.state": "an immutability policy"},
            recovery=Recovery(days=14, keeps="unless its name is taken, it is"),
        ),
    ),
)
