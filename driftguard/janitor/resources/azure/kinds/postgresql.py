"""Microsoft.DBforPostgreSQL: flexible servers."""

from driftguard.janitor.resources.azure.resource import AzureType, Provider

PROVIDER = Provider(
    "Microsoft.DBforPostgreSQL",
    (AzureType(name="Microsoft.DBforPostgreSQL/flexibleServers", what="PostgreSQL flexible servers"),),
)
