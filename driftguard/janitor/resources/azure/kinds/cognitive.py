"""Microsoft.CognitiveServices: accounts are kept for 48 hours after their deletion."""

from driftguard.janitor.resources.azure.resource import AzureType, Provider, Recovery

PROVIDER = Provider(
    "Microsoft.CognitiveServices",
    (
        AzureType(
            name="Microsoft.CognitiveServices/accounts",
            what="Azure AI and OpenAI accounts, with their deployments",
            recovery=Recovery(
                days=2,
                record="/subscriptions/{subscription}/providers/Microsoft.CognitiveServices/locations/{location}"
                "/resourceGroups/{group}/deletedAccounts/{name}",
                purge=("DELETE", ""),
            ),
        ),
    ),
)
