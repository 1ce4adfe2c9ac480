"""Azure: ``cloud`` reads, ``cloud_writer`` deletes; each file in ``kinds/`` is one resource provider."""

from driftguard.janitor.resources.azure.deleting import AzureWriter
from driftguard.janitor.resources.azure.inventory import AzureCloud
from driftguard.janitor.resources.azure.resource import AzureApi
from driftguard.policy import Janitor
from driftguard.ports import Cloud, CloudWriter


def cloud(janitor: Janitor, api: AzureApi) -> Cloud:
    return AzureCloud(janitor, api)


def cloud_writer(janitor: Janitor, api: AzureApi) -> CloudWriter:
    return AzureWriter(janitor, api)
