"""Microsoft.Web: apps before their plans."""

from driftguard.janitor.resources.azure.resource import AzureType, Provider, Recovery

PROVIDER = Provider(
    "Microsoft.Web",
    (
        AzureType(
            name="Microsoft.Web/sites",
            what="Web apps and function apps, with their slots",
            after=("Microsoft.Web/sites/slots",),
            recovery=Recovery(days=30),
        ),
        AzureType(name="Microsoft.Web/sites/slots", what="Slots of web apps"),
        AzureType(
            name="Microsoft.Web/serverFarms",
            what="App Service plans",
            after=("Microsoft.Web/sites",),
            size="{sku.name}",
        ),
        AzureType(
            name="Microsoft.Web/certificates",
            what="Certificates of web apps",
            after=("Microsoft.Web/sites",),
        ),
        AzureType(name="Microsoft.Web/staticSites", what="Static web apps"),
    ),
)
