"""Microsoft.OperationalInsights: workspaces are kept for 14 days after their deletion."""

from driftguard.janitor.resources.azure.resource import AzureType, Provider, Recovery

PROVIDER = Provider(
    "Microsoft.OperationalInsights",
    (
        AzureType(
            name="Microsoft.OperationalInsights/workspaces",
            what="Log Analytics workspaces",
            after=("Microsoft.Insights/components", "Microsoft.App/managedEnvironments"),
            recovery=Recovery(days=14),
        ),
    ),
)
