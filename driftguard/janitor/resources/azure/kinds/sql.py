"""Microsoft.Sql: databases before their pools, and these before their servers."""

from driftguard.janitor.resources.azure.resource import AzureType, Provider, Recovery

PROVIDER = Provider(
    "Microsoft.Sql",
    (
        AzureType(
            name="Microsoft.Sql/servers",
            what="SQL servers, with their databases",
            after=("Microsoft.Sql/servers/databases", "Microsoft.Sql/servers/elasticPools"),
        ),
        AzureType(
            name="Microsoft.Sql/servers/databases",
            what="SQL databases",
            recovery=Recovery(days=7, keeps="while its server stands, its backups are"),
        ),
        AzureType(
            name="Microsoft.Sql/servers/elasticPools",
            what="Elastic pools",
            after=("Microsoft.Sql/servers/databases",),
        ),
        AzureType(name="Microsoft.Sql/managedInstances", what="SQL managed instances, with their databases"),
    ),
)
