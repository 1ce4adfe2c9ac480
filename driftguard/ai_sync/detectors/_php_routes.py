"""Routes of Laravel, Lumen, Slim and Symfony, with the prefixes of their groups."""

from __future__ import annotations

import re
from collections.abc import Iterator

from driftguard.ai_sync.expressions import Scope, evaluate
from driftguard.ai_sync.items import ItemKind
from driftguard.ai_sync.rules import Found, Source
from driftguard.ai_sync.spelling import path
from driftguard.ai_sync.syntax import bracketed, split

_ROUTER = r"(?:\bRoute::|\$(?:this|app|group|router|r|routes?|api)->)"
_ROUTE = re.compile(_ROUTER + r"(?P<call>get|post|put|patch|delete|any|options|match|map|view|redirect)\(")
_GROUP = re.compile(_ROUTER + r"(?:[\w(\[\]'\",=> /-]*->)?group\(")
_CHAINED = re.compile(r"(?:::|->)prefix\(\s*(?P<prefix>[\"'][^\"']*[\"'])\s*\)[^;{]*->group\(")
_LISTED = re.compile(r"[\"']prefix[\"']\s*=>\s*(?P<prefix>[\"'][^\"']*[\"'])")
_ATTRIBUTE = re.compile(r"(?:#\[|@)Route\(\s*(?:path:\s*)?(?P<route>[\"'][^\"']*[\"'])")
_CLASS = re.compile(r"^\s*(?:(?:abstract|final|readonly)\s+)*class\s", re.MULTILINE)
_WEB = re.compile(r"\bRoute::|\bSlim\b|\bRouteCollectorProxy\b|\bLumen\b|\$router->|\$app->group\(")


def routes(source: Source) -> Iterator[Found]:
    if _WEB.search(source.text):
        groups = list(_groups(source))
        for match in _ROUTE.finditer(source.text):
            listed = split(bracketed(source.text, match.end() - 1)[1:-1])
            at = 1 if match["call"] in ("match", "map") else 0
            route = evaluate(listed[at], Scope(source.constants)) if len(listed) > at + 1 else None
            if route is not None and (route.startswith("/") or match[0].startswith("Route::")):
                prefix = "/".join(prefix for span, prefix in groups if match.start() in span)
                yield from _found(f"{prefix}/{route}", match.start())
    yield from _attributes(source)


def _groups(source: Source) -> Iterator[tuple[range, str]]:
    for match in _GROUP.finditer(source.text):
        inside = bracketed(source.text, match.end() - 1)
        first = (split(inside[1:-1]) or [""])[0]
        listed = _LISTED.search(first)
        prefix = evaluate(listed["prefix"] if listed else first, Scope(source.constants))
        if prefix:
            yield range(match.start(), match.start() + len(inside)), prefix
    for match in _CHAINED.finditer(source.text):
        inside = bracketed(source.text, match.end() - 1)
        yield range(match.end(), match.end() + len(inside)), match["prefix"].strip("\"'")


def _attributes(source: Source) -> Iterator[Found]:
    """Symfony's: the one above the class is before those above its methods."""
    cls = _CLASS.search(source.text)
    begin = cls.start() if cls else 0
    found = [(match.start(), match["route"].strip("\"'")) for match in _ATTRIBUTE.finditer(source.text)]
    prefix = next((route for start, route in found if start < begin), "")
    for start, route in found:
        if start > begin:
            yield from _found(f"{prefix}/{route}", start)


def _found(route: str, start: int) -> Iterator[Found]:
    for named in path([route]):
        yield Found(ItemKind.HTTP_ROUTE, named, start)
