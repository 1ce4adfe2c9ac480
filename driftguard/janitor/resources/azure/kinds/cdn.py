"""Microsoft.Cdn: Front Door and CDN."""

from driftguard.janitor.resources.azure.resource import AzureType, Provider

PROVIDER = Provider(
    "Microsoft.Cdn",
    (AzureType(name="Microsoft.Cdn/profiles", what="Front Door and CDN profiles, with their endpoints"),),
)
