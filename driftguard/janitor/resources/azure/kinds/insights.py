"""Microsoft.Insights: alerts before what they call."""

from driftguard.janitor.resources.azure.resource import AzureType, Provider

_ALERTS = (
    "Microsoft.Insights/metricAlerts",
    "Microsoft.Insights/activityLogAlerts",
    "Microsoft.Insights/scheduledQueryRules",
)

PROVIDER = Provider(
    "Microsoft.Insights",
    (
        AzureType(name="Microsoft.Insights/components", what="Application Insights"),
        AzureType(name="Microsoft.Insights/metricAlerts", what="Metric alerts"),
        AzureType(name="Microsoft.Insights/activityLogAlerts", what="Activity log alerts"),
        AzureType(name="Microsoft.Insights/scheduledQueryRules", what="Log search alerts"),
        AzureType(name="Microsoft.Insights/actionGroups", what="Action groups", after=_ALERTS),
        AzureType(name="Microsoft.Insights/autoscaleSettings", what="Autoscale settings"),
    ),
)
