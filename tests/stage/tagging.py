"""What AWS's tagging API returns and moto's doesn't: listeners, and RDS's option groups."""

import re
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from moto.backends import get_backend
from moto.core.resource_tagging import TaggedResource, make_tag_matcher
from moto.resourcegroupstaggingapi.models import ResourceGroupsTaggingAPIBackend as Tagging


def missing(account: str, region: str) -> Iterator[tuple[str, Any]]:
    balancers = get_backend("elbv2")[account][region].tagging_service.tags
    yield from ((arn, tags) for arn, tags in balancers.items() if ":listener" in arn)
    for group in get_backend("rds")[account][region].option_groups.values():
        yield group.arn, {tag["Key"]: tag["Value"] for tag in group.get_tags()}


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
