"""Cloud Asset's search, page by page.

https://cloud.google.com/asset-inventory/docs/search-resources
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from driftguard.janitor.resources.gcp.answers import Item
from driftguard.janitor.resources.gcp.resource import GcpApi
from driftguard.janitor.tags import canonical
from driftguard.policy import Janitor

PAGE = 500
"""Rows in one answer, its most."""

_FIELDS = "name,assetType,displayName,description,location,labels,createTime,state"


def rows(api: GcpApi, number: str, query: str = "", types: Sequence[str] = ()) -> Iterator[Item]:
    """Every row of a search through one project."""
    asked = {"pageSize": PAGE, "readMask": _FIELDS, "orderBy": "name,assetType"}
    asked |= {"query": query} if query else {}
    asked |= {"assetTypes": list(types)} if types else {}
    for page in api.pages("cloudasset", f"v1/projects/{number}:searchAllResources", project=number, **asked):
        yield from page.get("results") or ()


def patterns(types: Iterable[str]) -> list[str]:
    """One pattern a service: a name in it that Google doesn't know is passed over, by itself it would be an error."""
    by_service: dict[str, list[str]] = {}
    for each in sorted(types):
        service, _, name = each.partition("/")
        by_service.setdefault(service, []).append(name)
    return [f"{re.escape(service)}/({'|'.join(names)})" for service, names in by_service.items()]


def ours(janitor: Janitor) -> str:
    """The query for what carries our label, or may carry our name: words are compared by their beginnings."""
    word = re.split(r"[^a-z0-9]+", janitor.namespace.strip("-._"), maxsplit=1)[0]
    return f"labels.{canonical(janitor.owner_tag)}:* OR displayName:{word}* OR name:{word}*"
