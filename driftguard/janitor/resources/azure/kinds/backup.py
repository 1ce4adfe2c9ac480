"""Microsoft.RecoveryServices: vaults go only when empty, and deleted backups stay in them for 14 days.

https://learn.microsoft.com/azure/backup/backup-azure-delete-vault
"""

from driftguard.janitor.resources.azure.resource import AzureType, Provider

PROVIDER = Provider(
    "Microsoft.RecoveryServices",
    (
        AzureType(
            name="Microsoft.RecoveryServices/vaults",
            what="Recovery Services vaults that hold no backup any more",
            protects={"properties.securitySettings.immutabilitySettings.state": "immutability"},
        ),
    ),
)
