"""Microsoft.SignalRService: SignalR and Web PubSub."""

from driftguard.janitor.resources.azure.resource import AzureType, Provider

PROVIDER = Provider(
    "Microsoft.SignalRService",
    (
        AzureType(name="Microsoft.SignalRService/signalR", what="SignalR services"),
        AzureType(name="Microsoft.SignalRService/webPubSub", what="Web PubSub services"),
    ),
)
