"""Microsoft.Logic: workflows."""

from driftguard.janitor.resources.azure.resource import AzureType, Provider

PROVIDER = Provider(
    "Microsoft.Logic",
    (AzureType(name="Microsoft.Logic/workflows", what="Logic apps"),),
)
