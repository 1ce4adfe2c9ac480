"""Microsoft.Search: search services."""

from driftguard.janitor.resources.azure.resource import AzureType, Provider

PROVIDER = Provider(
    "Microsoft.Search",
    (AzureType(name="Microsoft.Search/searchServices", what="AI Search services, with their indexes"),),
)
