"""Routes that are calls with a function: Javalin's, Ktor's, Spark's, Scalatra's."""

from __future__ import annotations

import re
from collections.abc import Iterator

from driftguard.ai_sync.expressions import Scope, evaluate
from driftguard.ai_sync.items import ItemKind
from driftguard.ai_sync.rules import Found, Source
from driftguard.ai_sync.spelling import path
from driftguard.ai_sync.syntax import bracketed

_WEB = re.compile(r"javalin|Javalin|io\.ktor\.|import (?:static )?spark\.|[sS]calatra|\bControllerBase\b")
_VERB = (
    r"(?:(?P<on>\b\w+)\s*\.\s*|(?<![\w.]))"
    r"(?P<verb>get|post|put|patch|delete|head|options|ws|sse|webSocket)\s*"
)
_ROUTE = re.compile(_VERB + r"\(\s*(?P<path>\"[^\"\n]*\"|[A-Z][\w.]*)\s*(?P<next>\)\s*[({]|,(?!\s*\"))")
_BARE = re.compile(_VERB + r"(?:\{|\(\s*(?:[A-Z]\w*::\w+|\{))")
_NEST = re.compile(
    r"(?<![\w.])(?:path|route)\(\s*(?P<prefix>\"[^\"\n]*\")\s*(?:\)\s*(?=\{)|,\s*(?:\(\)\s*->\s*)?(?=\{))"
)
_RECEIVER = re.compile(r"(?:app|server|router|javalin|http|service|it|config|cfg|routes)$", re.IGNORECASE)


def lambdas(source: Source) -> Iterator[Found]:
    if not _WEB.search(source.text) or "HttpClient" in source.text:
        return
    nested = _nested(source.text)
    for match in _ROUTE.finditer(source.text):
        route = evaluate(match["path"], Scope(source.constants))
        if route is None or (match["on"] and not _RECEIVER.match(match["on"])):
            continue
        above = _above(nested, match.start())
        if above or route.startswith("/"):
            yield from _found(f"{above}/{route}", match.start())
    for match in _BARE.finditer(source.text) if nested else ():
        if above := _above(nested, match.start()):
            yield from _found(above, match.start())


def _nested(text: str) -> list[tuple[range, str]]:
    found = []
    for match in _NEST.finditer(text):
        inside = bracketed(text, match.end())
        found.append((range(match.end(), match.end() + len(inside)), match["prefix"].strip('"')))
    return found


def _above(nested: list[tuple[range, str]], at: int) -> str:
    return "/".join(prefix for span, prefix in nested if at in span)


def _found(route: str, start: int) -> Iterator[Found]:
    for named in path([route]):
        yield Found(ItemKind.HTTP_ROUTE, named, start)
