"""What a resource costs a month: the policy's prices, else a small table of list prices. Unknown stays unknown."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib import resources

import yaml

from driftguard.model import Target

EVERYWHERE = "*"
_PART = re.compile(r"(?:(?P<count>\d+) x )?(?P<size>.*?)(?: ?\b(?P<gib>\d+(?:\.\d+)?) GiB)?", re.DOTALL)
"""``t3.micro``, ``2 x cache.t3.micro``, ``gp3 100 GiB``, ``0.5 GiB``."""


@dataclass(frozen=True)
class Prices:
    """``own`` maps ``type``, ``type size`` or ``type [size] GiB`` to USD a month, in every region.

    A size is what its parts are, joined by `` + ``; each is a class or a volume, or several of one: ``2 x t3.micro``.
    """

    own: Mapping[str, float]

    def monthly(self, target: Target) -> float | None:
        """USD a month at list price, to the cent; ``None`` unless type, region and all of its size are in a table."""
        parts = [self._part(target, part) for part in target.size.split(" + ")]
        known = [part for part in parts if part is not None]
        return round(sum(known), 2) if len(known) == len(parts) else None

    def _part(self, target: Target, part: str) -> float | None:
        read = _PART.fullmatch(part)
        assert read is not None  # it takes any text
        key = " ".join(filter(None, (target.type, read["size"], "GiB" if read["gib"] else "")))
        price = self.own.get(key)
        if price is None:
            price = self._listed(key, target.scope.rpartition("/")[2])
        return None if price is None else price * float(read["count"] or 1) * float(read["gib"] or 1)

    def _listed(self, key: str, region: str) -> float | None:
        regions = self._table.get(key, {})
        return regions.get(region, regions.get(EVERYWHERE))

    @cached_property
    def _table(self) -> Mapping[str, Mapping[str, float]]:
        return table()


def table() -> Mapping[str, Mapping[str, float]]:
    """The repository's price list: key -> region (``*`` for all) -> USD a month."""
    text = resources.files(__package__ or "").joinpath("prices.yaml").read_text(encoding="utf-8")
    return {
        key: regions
        for group in yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - both are safe
        for key, regions in group["usd_month"].items()
    }
