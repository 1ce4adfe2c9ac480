"""Microsoft.DataFactory: factories."""

from driftguard.janitor.resources.azure.resource import AzureType, Provider

PROVIDER = Provider(
    "Microsoft.DataFactory",
    (AzureType(name="Microsoft.DataFactory/factories", what="Data factories, with their pipelines"),),
)
