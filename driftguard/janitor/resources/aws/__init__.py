"""AWS: ``cloud`` reads, ``cloud_writer`` deletes; each file in ``kinds/`` is one kind of resource."""

from driftguard.janitor.resources.aws.inventory import TIMEOUT, AwsCloud, AwsWriter
from driftguard.janitor.resources.aws.resource import AwsApi
from driftguard.policy import Janitor
from driftguard.ports import Cloud, CloudWriter


def cloud(janitor: Janitor, api: AwsApi, seconds: float = TIMEOUT) -> Cloud:
    """``seconds`` are what all listings together may take."""
    return AwsCloud(janitor, api, min(seconds, TIMEOUT))


def cloud_writer(janitor: Janitor, api: AwsApi) -> CloudWriter:
    return AwsWriter(janitor, api)
