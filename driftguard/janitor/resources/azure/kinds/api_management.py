"""Microsoft.ApiManagement: services are kept for 48 hours after their deletion."""

from driftguard.janitor.resources.azure.resource import AzureType, Provider, Recovery

PROVIDER = Provider(
    "Microsoft.ApiManagement",
    (
        AzureType(
            name="Microsoft.ApiManagement/service",
            what="API Management services",
            recovery=Recovery(
                days=2,
                record="/subscriptions/{subscription}/providers/Microsoft.ApiManagement/locations/{location}"
                "/deletedservices/{name}",
                until="properties.scheduledPurgeDate",
                purge=("DELETE", ""),
            ),
        ),
    ),
)
