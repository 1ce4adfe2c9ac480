"""Routes of ASP.NET: attributes on controllers, and ``MapGet`` and its like."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from driftguard.ai_sync.expressions import Scope, evaluate
from driftguard.ai_sync.items import ItemKind
from driftguard.ai_sync.rules import Found, Source
from driftguard.ai_sync.spelling import path

_ROUTE = re.compile(r"\[Route\(\s*\"(?P<route>[^\"]*)\"")
_VERB = re.compile(
    r"\[Http(?:Get|Post|Put|Patch|Delete|Head)(?:\(\s*(?:template:\s*)?\"(?P<route>[^\"]*)\"[^\]]*\))?\]"
)
_GROUP = re.compile(r"\b(?P<name>\w+)\s*=\s*(?P<on>\w+)\.MapGroup\((?P<prefix>[^)\n]*)\)")
_MAP = re.compile(
    r"(?:\b(?P<on>\w+))?\s*\.Map(?:Get|Post|Put|Patch|Delete|Methods|GetAndPost|Hub(?:<\w+>)?)?\(\s*(?P<route>[^,\n]+),"
)
_CLASS = re.compile(r"\bclass\s+(?P<name>\w+)")


def routes(source: Source) -> Iterator[Found]:
    cls = _CLASS.search(source.text)
    controller = cls["name"].removesuffix("Controller") if cls else ""
    outer = _ROUTE.search(source.text, 0, cls.start()) if cls else None
    prefix = outer["route"].replace("[controller]", controller.lower()) if outer else ""
    for pattern in (_VERB, _ROUTE):
        for match in pattern.finditer(source.text, cls.end() if cls else 0):
            route = match["route"] or ""
            if route.startswith(("/", "~/")):
                yield from _found(route.lstrip("~"), match.start())
            elif route or prefix:
                yield from _found(f"{prefix}/{route}", match.start())
    groups = _groups(source)
    for match in _MAP.finditer(source.text):
        route = evaluate(match["route"], Scope(source.constants))
        above = groups.get(match["on"] or "", "")
        yield from _found(f"{above}/{route}" if above and route else route, match.start())


def _groups(source: Source) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for match in _GROUP.finditer(source.text):
        prefix = evaluate(match["prefix"], Scope(source.constants))
        if prefix:
            found[match["name"]] = f"{found.get(match['on'], '')}/{prefix}"
    return found


def _found(route: str | None, start: int) -> Iterator[Found]:
    for named in path([route] if route else []):
        yield Found(ItemKind.HTTP_ROUTE, named, start)
