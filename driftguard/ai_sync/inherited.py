"""Routes that ASP.NET's controllers inherit: ``[Route("api/[controller]")]`` stands above a base class elsewhere."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping

from driftguard.ai_sync.mounts import CSHARP, Mount
from driftguard.ports import SourceTree, WordHit

_BASE = re.compile(r"\bclass\s+(?P<name>\w+)[^:]*:\s*(?:\w+\.)*Controller(?:Base)?\b")
_NO_LEAF = re.compile(r"\babstract\b|class\s+\w*Base|class\s+ApiController\b")
_DERIVED = re.compile(r"\bclass\s+(?P<name>\w+)\s*(?:<[^>]*>)?\s*(?:\([^)]*\))?\s*:\s*(?P<base>\w+)")
_ROUTE = re.compile(r"\[\s*(?:\w+\s*,\s*)?Route\(\s*\"(?P<route>[^\"]*)\"")
_ABOVE = 8
"""Lines above a class that its attributes stand in."""


def find(tree: SourceTree, revision: str) -> list[Mount]:
    """A mount for each file whose controller has its route from its base class. Two searches, no file is read."""
    bases = dict(_bases(tree.search(revision, ["Controller", "ControllerBase", "Route"], CSHARP)))
    if not bases:
        return []
    found = []
    for path, lines in _by_path(tree.search(revision, [*sorted(bases), "Route"], CSHARP)).items():
        for number, line in lines.items():
            match = _DERIVED.search(line)
            if match and match["base"] in bases and _above(lines, number) is None:
                by, route = bases[match["base"]]
                name = match["name"].removesuffix("Controller").lower()
                found.append(Mount(by, path.removesuffix(".cs"), "/" + route.replace("[controller]", name).strip("/")))
    return found


def _bases(hits: Iterator[WordHit]) -> Iterator[tuple[str, tuple[str, str]]]:
    """Base classes by name: their file, and the route above them."""
    for path, lines in _by_path(hits).items():
        for number, line in lines.items():
            match = _BASE.search(line)
            route = _above(lines, number) if match and _NO_LEAF.search(line) else None
            if match and route is not None:
                yield match["name"], (path, route)


def _by_path(hits: Iterator[WordHit]) -> Mapping[str, Mapping[int, str]]:
    found: dict[str, dict[int, str]] = defaultdict(dict)
    for hit in hits:
        found[hit.path][hit.line] = hit.text
    return found


def _above(lines: Mapping[int, str], number: int) -> str | None:
    """The route in the attributes of the class at a line."""
    near = (lines.get(at, "") for at in range(number - _ABOVE, number + 1))
    return next((match["route"] for line in near if (match := _ROUTE.search(line))), None)
