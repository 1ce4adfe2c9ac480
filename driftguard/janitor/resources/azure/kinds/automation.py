"""Microsoft.Automation: accounts."""

from driftguard.janitor.resources.azure.resource import AzureType, Provider

PROVIDER = Provider(
    "Microsoft.Automation",
    (AzureType(name="Microsoft.Automation/automationAccounts", what="Automation accounts, with their runbooks"),),
)
