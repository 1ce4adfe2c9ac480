"""AWS: ``cloud`` reads, ``cloud_writer`` deletes; each file in ``kinds/`` is one kind of resource."""

from driftguard.janitor.resources.aws.inventory import AwsCloud, AwsWriter
from driftguard.janitor.resources.aws.resource import AwsApi
from driftguard.policy import Janitor
from driftguard.ports import Cloud, CloudWriter


def cloud(janitor: Janitor, api: AwsApi) -> Cloud:
    return AwsCloud(janitor, api)


def cloud_writer(janitor: Janitor, api: AwsApi) -> CloudWriter:
    return AwsWriter(janitor, api)
