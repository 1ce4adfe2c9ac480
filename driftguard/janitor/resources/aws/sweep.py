"""The tagging API's listing of one place, page by page, begun anew where its token is lost on the way.

A page that was answered and never arrived takes its token along: asking again is refused, and everything after it in
that place would go unseen.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from driftguard.errors import PermanentError
from driftguard.janitor.resources.aws.resource import AwsApi

LOST = "PaginationTokenExpired"
BEGINNINGS = 4
"""So often a listing is begun; then it raises."""

Mappings = Sequence[Mapping[str, Any]]
"""``{"ResourceARN": ..., "Tags": [...]}``, a page of them."""


def pages(api: AwsApi, region: str, asked: Mapping[str, Any]) -> Iterator[Mappings]:
    """Each ARN once, however often the listing is begun. What was told is remembered in eight bytes each."""
    told, known = array("q"), set[int]()
    for left in reversed(range(BEGINNINGS)):
        try:
            for page in api.pages("resourcegroupstaggingapi", "get_resources", region=region, **asked):
                found: Mappings = page["ResourceTagMappingList"]
                fresh = [each for each in found if hash(each["ResourceARN"]) not in known] if known else found
                told.extend(hash(each["ResourceARN"]) for each in fresh)
                yield fresh
        except PermanentError as error:
            if not left or LOST not in str(error):
                raise
            known.update(told)
        else:
            return
