"""Google Cloud: ``cloud`` reads, ``cloud_writer`` deletes; each file in ``kinds/`` is the kinds of one service."""

from driftguard.janitor.resources.gcp.inventory import TIMEOUT, GcpCloud, GcpWriter
from driftguard.janitor.resources.gcp.resource import GcpApi
from driftguard.policy import Janitor
from driftguard.ports import Cloud, CloudWriter


def cloud(janitor: Janitor, api: GcpApi, seconds: float = TIMEOUT) -> Cloud:
    """``seconds`` are what all listings together may take."""
    return GcpCloud(janitor, api, min(seconds, TIMEOUT))


def cloud_writer(janitor: Janitor, api: GcpApi) -> CloudWriter:
    return GcpWriter(janitor, api)
