"""Routes of net/http, gin, echo, chi, fiber and gorilla/mux, with the prefixes of their groups."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from driftguard.ai_sync.expressions import Scope, evaluate
from driftguard.ai_sync.items import ItemKind
from driftguard.ai_sync.rules import Found, Source
from driftguard.ai_sync.spelling import path
from driftguard.ai_sync.syntax import bracketed, split

_WEB = re.compile(
    r"\"net/http\"|gin-gonic|labstack/echo|go-chi|gofiber|gorilla/mux|julienschmidt/httprouter|/mux\"|/router\"|goji\.io"
)
_ROUTE = re.compile(
    r"\b(?P<on>[A-Za-z_][\w.]*)\.(?P<call>GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS|Any|Get|Post|Put|Patch|Delete|HandleFunc|Handle|HandlerFunc|Handler|Method|MethodFunc|All|Add|Match)\("
)
_CLIENT = re.compile(r"(?i:.*client|.*\.http|http|c|cl|cli|cache|.*session|.*conn|.*store|db|resty|req|resp)$")
"""What asks a server by ``Get`` and ``Post`` rather than answers."""
_SWITCH = re.compile(r"\bswitch\s+(?:\w+\s*:=\s*)?(?:\w+\s*;\s*)?(?:r|req|request)\.URL\.Path\s*(?=\{)")
_CASE = re.compile(r"\bcase\s+(?P<paths>\"/[^\"]*\"(?:\s*,\s*\"/[^\"]*\")*)\s*:")
_TABLE = re.compile(
    r"\{\s*(?:\"[^\"\n]*\",\s*)?(?:\"(?:GET|POST|PUT|PATCH|DELETE)\"|http\.Method\w+),\s*(?P<row>\"/[^\"\n]*\")\s*,"
    r"|\bMethod:\s*[\w.\"]+,\s*(?:Path|Pattern|Route|URL):\s*(?P<field>\"/[^\"\n]*\")"
    r"|\b(?:Path|Pattern|Route):\s*(?P<first>\"/[^\"\n]*\"),\s*Method:"
)
_GROUP = re.compile(
    r"\b(?P<name>[A-Za-z_]\w*)\s*:?=\s*(?P<on>[A-Za-z_][\w.]*)\.(?:Group|PathPrefix|Subrouter)\((?P<rest>[^\n)]*)"
)
_NESTED = re.compile(r"\b(?P<on>\w+)\.Route\(\s*(?P<prefix>\"[^\"]*\")\s*,\s*func\(\s*(?P<name>\w+)\b")
_WRAPPED = re.compile(r"\w+\.(?:Get|Post|Put|Patch|Delete|Head|Options|New)\((?P<path>\"[^\"]*\")\)")
_PATH = re.compile(
    r"\b(?P<on>[A-Za-z_][\w.]*)(?:\.Methods\([^()]*\))?\.Path(?:Prefix)?\((?P<path>[^()\n]+)\)\s*\.(?:Methods|Handler|HandlerFunc|Name|Queries)\("
)
_METHOD = re.compile(r"^(?:GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS)?\s*(?:[\w.-]*)(?=/)")


def routes(source: Source) -> Iterator[Found]:
    if not _WEB.search(source.text):
        return
    groups = _groups(source)
    nested = _nested(source, groups)
    yield from _listed(source)
    yield from _chained(source, groups, nested)
    for match in _ROUTE.finditer(source.text):
        listed = split(bracketed(source.text, match.end() - 1)[1:-1])
        if len(listed) < 2 or _asks(match, listed):  # noqa: PLR2004 - a route and what answers it
            continue
        texts = [evaluate(_pattern(part), Scope(source.constants)) for part in listed[:2]]
        route = next((text for text in texts if text and re.match(r"^(?:[A-Z]+ )?[\w.-]*/", text)), None)
        if match["call"] == "Add" and not (texts[0] or "").isupper():
            continue
        if route is None or not re.match(r"^(?:[A-Z]+\s+)?/", route):
            continue
        prefix = "".join(prefix for start, end, prefix in nested if start < match.start() < end)
        prefix += groups.get(match["on"].rpartition(".")[2], "")
        for named in path([prefix + _METHOD.sub("", route)]):
            yield Found(ItemKind.HTTP_ROUTE, named, match.start())


def _asks(match: re.Match[str], listed: list[str]) -> bool:
    """Whether a call of ``Get`` and its like is a client's: by its receiver, its context first, or its text second."""
    if match["call"] not in ("Get", "Post", "Put", "Patch", "Delete"):
        return False
    second = listed[1].strip()
    return (
        _CLIENT.match(match["on"]) is not None
        or second[:1] in ('"', "`")
        or not re.match(r"\s*[\"`\w]", listed[0])
        or "ctx" in listed[0]
    )


def _listed(source: Source) -> Iterator[Found]:
    """Paths that a request's is switched over, and rows of tables of routes."""
    for match in _SWITCH.finditer(source.text):
        body = bracketed(source.text, match.end())
        for case in _CASE.finditer(body):
            for text in re.findall(r"\"([^\"]*)\"", case["paths"]):
                yield from (Found(ItemKind.HTTP_ROUTE, named, match.end() + case.start()) for named in path([text]))
    for match in _TABLE.finditer(source.text):
        text = (match["row"] or match["field"] or match["first"]).strip('"')
        yield from (Found(ItemKind.HTTP_ROUTE, named, match.start()) for named in path([text]))


def _chained(source: Source, groups: Mapping[str, str], nested: list[tuple[int, int, str]]) -> Iterator[Found]:
    """Gorilla's ``r.Path("/x").Methods("GET").HandlerFunc(h)``."""
    for match in _PATH.finditer(source.text):
        route = evaluate(match["path"], Scope(source.constants))
        prefix = "".join(prefix for start, end, prefix in nested if start < match.start() < end)
        prefix += groups.get(match["on"].rpartition(".")[2], "")
        for named in path([prefix + route] if route else []):
            yield Found(ItemKind.HTTP_ROUTE, named, match.start())


def _pattern(argument: str) -> str:
    """The path of ``pat.Get("/x")``, as goji takes it; anything else as it is."""
    match = _WRAPPED.fullmatch(argument.strip())
    return match["path"] if match else argument


def _groups(source: Source) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for match in _GROUP.finditer(source.text):
        literal = evaluate(match["rest"].partition(")")[0].partition(",")[0], Scope(source.constants))
        if literal is not None:
            found[match["name"]] = found.get(match["on"], "") + literal
    return found


def _nested(source: Source, groups: Mapping[str, str]) -> list[tuple[int, int, str]]:
    """Spans of chi's ``r.Route("/prefix", func(r chi.Router) {...})``."""
    found = []
    for match in _NESTED.finditer(source.text):
        inside = bracketed(source.text, source.text.index("(", match.start()))
        prefix = groups.get(match["on"], "") + match["prefix"].strip('"')
        found.append((match.start(), match.start() + len(inside), prefix))
    return found
