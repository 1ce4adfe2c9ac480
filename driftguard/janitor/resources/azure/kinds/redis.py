"""Microsoft.Cache: Redis."""

from driftguard.janitor.resources.azure.resource import AzureType, Provider

PROVIDER = Provider(
    "Microsoft.Cache",
    (
        AzureType(name="Microsoft.Cache/redis", what="Azure Cache for Redis"),
        AzureType(name="Microsoft.Cache/redisEnterprise", what="Azure Managed Redis"),
    ),
)
