"""CloudFront distributions: disabled first, deleted once that has reached every edge."""

from driftguard.errors import UnderWay
from driftguard.janitor.resources.aws.native import NAME_TAG, ArnPattern, Ask, At, NativeKind

DISABLING = 1200.0
"""Seconds until a distribution is disabled everywhere, at most."""


def _remove(at: At) -> str:
    found = at.call("cloudfront", "get_distribution", Id=at["id"])
    distribution, tag = found["Distribution"], {"Id": at["id"], "IfMatch": found["ETag"]}
    config = distribution["DistributionConfig"]
    if config["Enabled"]:
        at.call("cloudfront", "update_distribution", **tag, DistributionConfig={**config, "Enabled": False})
        raise UnderWay(f"{at['id']} is being disabled; it can be deleted once that is done", DISABLING)
    if distribution["Status"] != "Deployed":
        raise UnderWay(f"{at['id']} is not yet disabled everywhere", DISABLING)
    at.call("cloudfront", "delete_distribution", **tag)
    return ""


RESOURCE = NativeKind(
    kind="cloudfront:distribution",
    arn=ArnPattern("cloudfront::{account}:distribution/{id}"),
    one=Ask("cloudfront", "get_distribution", {"Id": "{id}"}, "Distribution"),
    remove=_remove,
    every=Ask("cloudfront", "list_distributions", path="DistributionList.Items"),
    every_arn="ARN",
    named=NAME_TAG,
    tags=Ask("cloudfront", "list_tags_for_resource", {"Resource": "{arn}"}, "Tags.Items"),
    also_writes=("cloudfront:UpdateDistribution", "cloudfront:DeleteDistribution"),
)
