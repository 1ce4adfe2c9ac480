"""Microsoft.EventGrid: topics and domains, with their subscriptions."""

from driftguard.janitor.resources.azure.resource import AzureType, Provider

PROVIDER = Provider(
    "Microsoft.EventGrid",
    (
        AzureType(name="Microsoft.EventGrid/topics", what="Event Grid topics, with their subscriptions"),
        AzureType(name="Microsoft.EventGrid/systemTopics", what="Event Grid system topics"),
        AzureType(name="Microsoft.EventGrid/domains", what="Event Grid domains"),
    ),
)
