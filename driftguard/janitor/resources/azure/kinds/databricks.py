"""Microsoft.Databricks: workspaces, with the resource group that belongs to each."""

from driftguard.janitor.resources.azure.resource import AzureType, Provider, group_named

PROVIDER = Provider(
    "Microsoft.Databricks",
    (
        AzureType(
            name="Microsoft.Databricks/workspaces",
            what="Databricks workspaces, with the group that belongs to each",
            takes=group_named("properties.managedResourceGroupId"),
        ),
    ),
)
