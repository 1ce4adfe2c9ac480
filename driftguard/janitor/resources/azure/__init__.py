"""Azure: ``cloud`` reads, ``cloud_writer`` deletes; each file in ``kinds/`` is one resource provider."""

from driftguard.janitor.resources.azure.deleting import AzureWriter
from driftguard.janitor.resources.azure.inventory import AzureCloud
from driftguard.janitor.resources.azure.resource import AzureApi
from driftguard.policy import Janitor
from driftguard.ports import Cloud, CloudWriter


def cloud(janitor: Janitor, api: AzureApi, _seconds: float = 0.0) -> Cloud:
    """Its pages come one after the other, so that there is no listing that could be given up by itself."""
    return AzureCloud(janitor, api)


def cloud_writer(janitor: Janitor, api: AzureApi) -> CloudWriter:
    return AzureWriter(janitor, api)
