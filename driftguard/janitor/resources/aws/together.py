"""One request that tells about many of a kind, so that a thousand resources aren't a thousand requests."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from driftguard.janitor.resources.aws.answers import Item, dig
from driftguard.janitor.resources.aws.asking import Ask, At

FILTERED = 200
"""Values that one filter of EC2 takes, https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Filter.html."""

LISTED = 1000
"""Names in one page of a listing of queues or buckets, at most."""

Listing = Callable[[At, Sequence[str]], Iterator[Item]]
"""The items of those that are there, by their ids; others may be among them. One that is gone is no error."""


@dataclass(frozen=True)
class Together:
    """``listing`` takes what stands in each ARN's ``field``, which an item has at ``item_id``.

    Fewer than ``least`` are asked about one by one: a listing by prefix may hold many others.
    """

    listing: Listing
    item_id: str
    field: str = "id"
    most: int = FILTERED
    least: int = 2

    def items(self, at: At, ids: Sequence[str]) -> dict[str, Item]:
        """The item of each one that is there."""
        found: dict[str, Item] = {}
        wanted = set(ids)
        for item in self.listing(at, ids):
            found[str(dig(item, self.item_id))] = item
            if wanted <= found.keys():
                break
        return found


def by_filter(describe: Ask, name: str, item_id: str) -> Together:
    """EC2's way: a filter, since a list of ids is refused as a whole where one of them is gone."""
    parameter = "Filter" if describe.operation == "describe_nat_gateways" else "Filters"

    def listing(at: At, ids: Sequence[str]) -> Iterator[Item]:
        asked = {parameter: [{"Name": name, "Values": list(ids)}]}
        return at.every(describe.service, describe.operation, describe.path, **asked)

    return Together(listing, item_id)


def common_prefix(names: Sequence[str]) -> str:
    """What all ``names`` begin with."""
    first, last = min(names), max(names)
    return first[: next((index for index, pair in enumerate(zip(first, last, strict=False)) if len({*pair}) > 1), None)]
