"""Microsoft.DataProtection: backup vaults go only when empty, and deleted backups stay in them for 14 days."""

from driftguard.janitor.resources.azure.resource import AzureType, Provider

PROVIDER = Provider(
    "Microsoft.DataProtection",
    (
        AzureType(
            name="Microsoft.DataProtection/backupVaults",
            what="Backup vaults that hold no backup any more",
            protects={"properties.securitySettings.immutabilitySettings.state": "immutability"},
        ),
    ),
)
