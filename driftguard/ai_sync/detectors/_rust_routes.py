"""Routes of axum, actix, poem, salvo and tide, below the scopes and nests of their file."""

from __future__ import annotations

import re
from collections.abc import Iterator

from driftguard.ai_sync.expressions import Scope, evaluate
from driftguard.ai_sync.items import ItemKind
from driftguard.ai_sync.rules import Found, Source
from driftguard.ai_sync.spelling import path
from driftguard.ai_sync.syntax import bracketed

_WEB = re.compile(r"axum|actix|poem|salvo|tide|warp|\bweb::resource\(")
_ROUTE = re.compile(
    r"(?:\.(?:route|at|route_service)|\bweb::resource)\(\s*(?P<path>\"[^\"\n]*\"|[A-Z][A-Z0-9_]*)\s*[,)]"
)
_WARP = re.compile(r"\bwarp::path!\((?P<parts>[^()]*)\)")
_NEST = re.compile(
    r"(?:\.nest(?:_service)?\(\s*(?P<prefix>\"[^\"\n]*\")\s*,\s*(?P<router>\w+\b(?!\s*(?:::|\())|)"
    r"|\b(?P<scope>web::scope)\(\s*(?P<below>\"[^\"\n]*\")\s*\))"
)


def nested_routes(source: Source) -> Iterator[Found]:
    if not _WEB.search(source.text):
        return
    text, nested = source.text, list(_nested(source.text))
    for match in _ROUTE.finditer(text):
        route = evaluate(match["path"], Scope(source.constants))
        above = "/".join(prefix for span, prefix in nested if match.start() in span)
        if route is not None and (route.startswith("/") or (above and not route)):
            yield from _found(f"{above}/{route}", match.start())
    for match in _WARP.finditer(text):
        parts = [part.strip() for part in match["parts"].split("/")]
        yield from _found("/".join(part.strip('"') if part[:1] == '"' else "{}" for part in parts), match.start())


def _nested(text: str) -> Iterator[tuple[range, str]]:
    """Places whose routes have a prefix: within ``nest(...)``, what its router is bound to, after ``scope(...)``."""
    for match in _NEST.finditer(text):
        if match["scope"]:
            yield range(match.end(), _chain_end(text, match.end())), match["below"].strip('"')
            continue
        prefix = match["prefix"].strip('"')
        opened = text.index("(", match.start())
        yield range(opened, opened + len(bracketed(text, opened))), prefix
        if match["router"] and (bound := re.search(rf"\blet\s+(?:mut\s+)?{match['router']}\b[^=;]*=", text)):
            yield range(bound.end(), _chain_end(text, bound.end())), prefix


def _chain_end(text: str, start: int) -> int:
    """Where the expression at ``start`` ends: at a bracket that it did not open, or a semicolon."""
    depth = 0
    for match in re.finditer(r"\"(?:\\.|[^\"\\])*\"|//[^\n]*|[(\[{]|[)\]}]|;|,", text[start : start + 20_000]):
        mark = match[0]
        depth += (mark in "([{") - (mark in ")]}")
        if depth < 0 or (depth == 0 and mark in (";", ",")):
            return start + match.start()
    return len(text)


def _found(route: str, start: int) -> Iterator[Found]:
    for named in path([route]):
        yield Found(ItemKind.HTTP_ROUTE, named, start)
