"""Microsoft.ServiceBus: namespaces, with their queues and topics."""

from driftguard.janitor.resources.azure.resource import AzureType, Provider

PROVIDER = Provider(
    "Microsoft.ServiceBus",
    (AzureType(name="Microsoft.ServiceBus/namespaces", what="Service Bus namespaces, with their queues and topics"),),
)
