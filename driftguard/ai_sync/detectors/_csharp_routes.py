"""Routes of ASP.NET: attributes on controllers, and ``MapGet`` and its like."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from driftguard.ai_sync.expressions import Scope, evaluate
from driftguard.ai_sync.items import ItemKind
from driftguard.ai_sync.rules import Found, Source
from driftguard.ai_sync.spelling import path

_ROUTE = re.compile(r"[\[,]\s*Route\(\s*\"(?P<route>[^\"]*)\"")
_VERB = re.compile(
    r"\[Http(?:Get|Post|Put|Patch|Delete|Head)(?:\(\s*(?:template:\s*)?\"(?P<route>[^\"]*)\"[^\]]*\))?\]"
)
_GROUP = re.compile(r"\b(?P<name>\w+)\s*=\s*(?P<on>\w+)\.MapGroup\((?P<prefix>[^)\n]*)\)")
_MAP = re.compile(
    r"(?:\b(?P<on>\w+))?\s*\.(?:UseHealthChecks|UseMetricServer|Map)(?:Get|Post|Put|Patch|Delete|Methods|GetAndPost|Hub(?:<\w+>)?|HealthChecks|Metrics"
    r"|PrometheusScrapingEndpoint|GrpcService(?:<\w+>)?)?\(\s*(?P<route>[^,;()\n]+)[,)]"
)
_METHOD = re.compile(r"\]?(?:\s|\[(?:[^\]\"]|\"[^\"]*\")*\])*(?:[\w<>\[\]?.,]+\s+)+(?P<name>\w+)\s*\(")
_CLASS = re.compile(
    r"(?P<attributes>(?:\[(?:[^\]\"]|\"[^\"]*\")*\](?:\s|//[^\n]*(?=\n))*)*)"
    r"(?:(?:public|internal|private|protected|sealed|abstract|static|partial|file)\s+)*"
    r"\bclass\s+(?P<name>\w+)\s*[<:({]"
)


def routes(source: Source) -> Iterator[Found]:
    yield from _attributed(source.text)
    groups = _groups(source)
    for match in _MAP.finditer(source.text):
        route = evaluate(match["route"], Scope(source.constants))
        above = groups.get(match["on"] or "", "")
        yield from _found(f"{above}/{route}" if above and route else route, match.start())


def _attributed(text: str) -> Iterator[Found]:
    for span, prefix in _controllers(text):
        for pattern in (_VERB, _ROUTE):
            for match in pattern.finditer(text, span.start, span.stop):
                route = (match["route"] or "").replace("[action]", _method(text, match.end()))
                if route.startswith(("/", "~/")):
                    yield from _found(route.lstrip("~"), match.start())
                elif route or prefix:
                    yield from _found(f"{prefix}/{route}", match.start())


def _method(text: str, start: int) -> str:
    """The name of the method that an attribute ending at ``start`` stands above."""
    match = _METHOD.match(text, start)
    return match["name"].lower().removesuffix("async") if match else "[action]"


def _controllers(text: str) -> Iterator[tuple[range, str]]:
    """Each controller's place and the route before those of its methods; other classes belong to the one above."""
    every = list(_CLASS.finditer(text))
    routed = [cls for cls in every if _ROUTE.search(cls["attributes"]) or cls["name"].endswith("Controller")]
    classes = routed or every[:1]
    ends = [cls.start() for cls in classes[1:]] + [len(text)]
    for cls, end in zip(classes, ends, strict=False):
        outer = _ROUTE.search(cls["attributes"])
        controller = cls["name"].removesuffix("Controller").lower()
        yield range(cls.end(), end), outer["route"].replace("[controller]", controller) if outer else ""


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
