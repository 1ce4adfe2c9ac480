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
_VOLUME = re.compile(r"(?:(?P<size>\S+) )?(?P<count>\d+(?:\.\d+)?) GiB")


@dataclass(frozen=True)
class Prices:
    """``own`` maps ``type``, ``type size`` or ``type [size] GiB`` to USD a month, in every region."""

    own: Mapping[str, float]

    def monthly(self, target: Target) -> float | None:
        """USD a month at list price, to the cent; ``None`` unless type, size and region are all in a table."""
        volume = _VOLUME.fullmatch(target.size)
        size, count = (volume["size"], float(volume["count"])) if volume else (target.size, 1.0)
        key = " ".join(filter(None, (target.type, size, "GiB" if volume else "")))
        price = self.own.get(key)
        if price is None:
            price = self._listed(key, target.scope.rpartition("/")[2])
        return None if price is None else round(price * count, 2)

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
