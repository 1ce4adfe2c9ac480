"""Microsoft.KeyVault: vaults are kept for a while after their deletion, and for good where purge protection is on.

https://learn.microsoft.com/azure/key-vault/general/soft-delete-overview
"""

from driftguard.janitor.resources.azure.resource import AzureType, Provider, Recovery

_USERS = ("Microsoft.Compute/virtualMachines", "Microsoft.Compute/diskEncryptionSets", "Microsoft.Web/sites")
_KEPT = "/subscriptions/{subscription}/providers/Microsoft.KeyVault/locations/{location}/"

PROVIDER = Provider(
    "Microsoft.KeyVault",
    (
        AzureType(
            name="Microsoft.KeyVault/vaults",
            what="Key vaults, with their secrets, keys and certificates",
            after=_USERS,
            recovery=Recovery(
                days="properties.softDeleteRetentionInDays",
                record=_KEPT + "deletedVaults/{name}",
                until="properties.scheduledPurgeDate",
                purge=("POST", "/purge"),
                unless="properties.enablePurgeProtection",
            ),
        ),
        AzureType(
            name="Microsoft.KeyVault/managedHSMs",
            what="Managed HSMs, with their keys",
            after=_USERS,
            recovery=Recovery(
                days="properties.softDeleteRetentionInDays",
                record=_KEPT + "deletedManagedHSMs/{name}",
                until="properties.scheduledPurgeDate",
                purge=("POST", "/purge"),
                unless="properties.enablePurgeProtection",
            ),
        ),
    ),
)
