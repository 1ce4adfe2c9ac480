"""What AWS's tagging API returns and moto's doesn't: the rest of EC2 and RDS, listeners, OpenSearch, activities."""

import re
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from moto.backends import get_backend
from moto.core.resource_tagging import TaggedResource, make_tag_matcher
from moto.resourcegroupstaggingapi.models import ResourceGroupsTaggingAPIBackend as Tagging

EC2 = {
    "acl": "network-acl",
    "dopt": "dhcp-options",
    "vpce": "vpc-endpoint",
    "eigw": "egress-only-internet-gateway",
    "pcx": "vpc-peering-connection",
}
RDS = ("subnet_groups", "db_parameter_groups", "db_cluster_parameter_groups", "option_groups")


def missing(account: str, region: str) -> Iterator[tuple[str, Any]]:
    ec2 = get_backend("ec2")[account][region]
    for identity, tags in ec2.tags.items():
        sort = EC2.get(identity.partition("-")[0])
        if sort:
            yield f"arn:aws:ec2:{region}:{account}:{sort}/{identity}", tags
    rds = get_backend("rds")[account][region]
    for collection in RDS:
        for group in getattr(rds, collection).values():
            yield group.arn, {tag["Key"]: tag["Value"] for tag in group.get_tags()}
    balancers = get_backend("elbv2")[account][region].tagging_service.tags
    yield from ((arn, tags) for arn, tags in balancers.items() if ":listener" in arn)
    yield from get_backend("opensearch")[account][region].tagger.tags.items()
    yield from (
        pair for pair in get_backend("stepfunctions")[account][region].tagger.tags.items() if "activity" in pair[0]
    )


def wanted(arn: str, filters: Collection[str] | None) -> bool:
    """``ec2`` takes all of a service, ``ec2:volume`` one type of it."""
    service, resource = arn.split(":", 5)[2], re.split("[:/]", arn.split(":", 5)[5])[0]
    return not filters or service in filters or f"{service}:{resource}" in filters


@contextmanager
def completed() -> Iterator[None]:
    """Moto's tagging API, with what it lacks."""
    known = Tagging._get_resources_generator

    def generator(self: Any, tag_filters: Any = None, resource_type_filters: Any = None, **more: Any) -> Iterator[Any]:
        everything = known(self, tag_filters, None, **more)
        yield from (each for each in everything if wanted(each.arn, resource_type_filters))
        matches = make_tag_matcher(tag_filters)
        if more.get("resource_arn_list"):
            return
        for arn, tags in missing(self.account_id, self.region_name):
            if tags and matches(tags) and wanted(arn, resource_type_filters):
                yield TaggedResource(arn, tags, "")

    with patch.object(Tagging, "_get_resources_generator", generator):
        yield
