"""Microsoft.MachineLearningServices: workspaces."""

from driftguard.janitor.resources.azure.resource import AzureType, Provider

PROVIDER = Provider(
    "Microsoft.MachineLearningServices",
    (AzureType(name="Microsoft.MachineLearningServices/workspaces", what="Machine Learning workspaces"),),
)
