"""Microsoft.Resources: resource groups, which take along all that they hold."""

from driftguard.janitor.resources.azure.resource import AzureType, Provider

PROVIDER = Provider(
    "Microsoft.Resources",
    (AzureType(name="Microsoft.Resources/resourceGroups", what="Resource groups, with all that they hold"),),
)
