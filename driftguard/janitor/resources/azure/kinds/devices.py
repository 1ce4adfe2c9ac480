"""Microsoft.Devices: IoT hubs."""

from driftguard.janitor.resources.azure.resource import AzureType, Provider

PROVIDER = Provider(
    "Microsoft.Devices",
    (AzureType(name="Microsoft.Devices/iotHubs", what="IoT hubs"),),
)
