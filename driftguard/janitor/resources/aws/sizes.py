"""What a resource's price goes by, in the words of the price table: ``2 x db.t4g.micro postgres + 2 x gp3 20 GiB``.

A size of which a part is unknown is unknown as a whole: the price of the rest would be too low.
"""

from __future__ import annotations

from typing import Any

GIB = 2**30


def several(count: Any, size: str) -> str:
    """``2 x cache.t3.micro``."""
    return size if count == 1 else f"{count} x {size}" if count and size else ""


def gib(sort: str | None, count: Any) -> str:
    """``gp3 100 GiB``."""
    return "" if count is None else f"{sort} {float(count):g} GiB" if sort else f"{float(count):g} GiB"


def from_bytes(count: Any) -> str:
    """``0.5 GiB``."""
    return "" if count is None else f"{float(count) / GIB:.3f} GiB"


def both(*parts: str) -> str:
    """``gp3 20 GiB + db.t4g.micro postgres``; empty if a part is."""
    return " + ".join(parts) if all(parts) else ""
