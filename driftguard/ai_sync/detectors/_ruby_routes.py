"""Single routes of Rails, below the namespaces and scopes that they stand in."""

from __future__ import annotations

import re
from collections.abc import Iterator

from driftguard.ai_sync.items import ItemKind
from driftguard.ai_sync.rules import Found, Source
from driftguard.ai_sync.spelling import path

_ROUTE = re.compile(
    r"^[ \t]*(?:get|post|put|patch|delete|match)[ \t(]+[\"'](?P<route>[\w/:.-]+)[\"']\s*(?:=>|,\s*(?:to:|:to\s*=>))",
    re.MULTILINE,
)
_BLOCK = re.compile(
    r"^(?P<indent>[ \t]*)(?:namespace[ \t(]+[:\"'](?P<name>[\w/]+)|scope[ \t(]+(?:path:\s*)?[\"':](?P<path>[\w/:.-]+))"
    r"(?P<options>[^\n]*?)\bdo\b[^\n]*\n(?P<body>.*?)^(?P=indent)end\b",
    re.MULTILINE | re.DOTALL,
)
_PATH = re.compile(r"\bpath:\s*[\"'](?P<path>[\w/:.-]*)[\"']")


def rails_routes(source: Source) -> Iterator[Found]:
    if ".draw" not in source.text:
        return
    blocks = list(_blocks(source.text, 0, len(source.text)))
    for match in _ROUTE.finditer(source.text):
        prefix = "/".join(prefix for span, prefix in blocks if match.start() in span)
        for named in path([f"{prefix}/{match['route']}"]):
            yield Found(ItemKind.HTTP_ROUTE, named, match.start())


def _blocks(text: str, start: int, end: int) -> Iterator[tuple[range, str]]:
    """Each block and what it puts before the routes in it; blocks lie in blocks."""
    for match in _BLOCK.finditer(text, start, end):
        other = _PATH.search(match["options"])
        yield range(*match.span("body")), other["path"] if other else match["name"] or match["path"]
        yield from _blocks(text, *match.span("body"))
