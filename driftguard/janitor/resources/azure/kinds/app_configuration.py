"""Microsoft.AppConfiguration: stores are kept for a while after their deletion."""

from driftguard.janitor.resources.azure.resource import AzureType, Provider, Recovery

PROVIDER = Provider(
    "Microsoft.AppConfiguration",
    (
        AzureType(
            name="Microsoft.AppConfiguration/configurationStores",
            what="App Configuration stores",
            recovery=Recovery(
                days="properties.softDeleteRetentionInDays",
                record="/subscriptions/{subscription}/providers/Microsoft.AppConfiguration/locations/{location}"
                "/deletedConfigurationStores/{name}",
                until="properties.scheduledPurgeDate",
                purge=("POST", "/purge"),
                unless="properties.enablePurgeProtection",
            ),
        ),
    ),
)
