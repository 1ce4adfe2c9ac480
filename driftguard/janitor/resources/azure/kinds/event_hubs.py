"""Microsoft.EventHub: namespaces, with their event hubs."""

from driftguard.janitor.resources.azure.resource import AzureType, Provider

PROVIDER = Provider(
    "Microsoft.EventHub",
    (AzureType(name="Microsoft.EventHub/namespaces", what="Event Hubs namespaces, with their event hubs"),),
)
