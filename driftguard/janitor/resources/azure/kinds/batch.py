"""Microsoft.Batch: accounts."""

from driftguard.janitor.resources.azure.resource import AzureType, Provider

PROVIDER = Provider(
    "Microsoft.Batch",
    (AzureType(name="Microsoft.Batch/batchAccounts", what="Batch accounts, with their pools"),),
)
