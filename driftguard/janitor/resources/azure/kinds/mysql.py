"""Microsoft.DBforMySQL: flexible servers."""

from driftguard.janitor.resources.azure.resource import AzureType, Provider

PROVIDER = Provider(
    "Microsoft.DBforMySQL",
    (AzureType(name="Microsoft.DBforMySQL/flexibleServers", what="MySQL flexible servers, with their databases"),),
)
