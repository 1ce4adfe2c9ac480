"""Microsoft.Web: apps before their plans."""

from driftguard.janitor.resources.azure.resource import AzureType, Provider, Recovery

_ALONE = {"deleteEmptyServerFarm": "false"}
"""Else the last app takes its plan along, whoever's that is.

https://learn.microsoft.com/rest/api/appservice/web-apps/delete
"""

PROVIDER = Provider(
    "Microsoft.Web",
    (
        AzureType(
            name="Microsoft.Web/sites",
            what="Web apps and function apps, with their slots",
            after=("Microsoft.Web/sites/slots",),
            query=_ALONE,
            recovery=Recovery(days=30, keeps="unless it ran on Consumption or Elastic Premium, it is"),
        ),
        AzureType(name="Microsoft.Web/sites/slots", what="Slots of web apps", query=_ALONE),
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
