"""Internet gateways, detached first: from networks that may go, too."""

from driftguard.janitor.resources.aws.along import networks
from driftguard.janitor.resources.aws.declaration import one_by_one
from driftguard.janitor.resources.aws.ec2 import ec2_kind
from driftguard.janitor.resources.aws.native import At


def _remove(at: At) -> str:
    which = {"InternetGatewayId": at["id"]}
    for found in at.every("ec2", "describe_internet_gateways", "InternetGateways", InternetGatewayIds=[at["id"]]):
        for attachment in found.get("Attachments", ()):
            at.call("ec2", "detach_internet_gateway", **which, VpcId=attachment["VpcId"])
    at.call("ec2", "delete_internet_gateway", **which)
    return ""


RESOURCE = ec2_kind(
    "internet-gateway",
    describe="describe_internet_gateways",
    path="InternetGateways",
    ids="InternetGatewayIds",
    remove=_remove,
    takes=one_by_one(lambda at, item: networks(at, [each["VpcId"] for each in item.get("Attachments", ())])),
    takes_others=True,
    also_reads=("ec2:DescribeVpcs",),
    after=("ec2:instance", "ec2:natgateway", "ec2:elastic-ip", "elasticloadbalancing:loadbalancer"),
    also_writes=("ec2:DetachInternetGateway", "ec2:DeleteInternetGateway"),
)
