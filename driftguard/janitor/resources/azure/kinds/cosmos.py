"""Microsoft.DocumentDB: Cosmos DB."""

from driftguard.janitor.resources.azure.resource import AzureType, Provider

PROVIDER = Provider(
    "Microsoft.DocumentDB",
    (AzureType(name="Microsoft.DocumentDB/databaseAccounts", what="Cosmos DB accounts, with their databases"),),
)
