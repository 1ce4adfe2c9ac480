"""Routes of FastAPI, Flask and Django, with the prefixes that the same file gives them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from driftguard.ai_sync.expressions import Scope, evaluate
from driftguard.ai_sync.grammar import of_kinds
from driftguard.ai_sync.items import ItemKind
from driftguard.ai_sync.rules import Found, Source
from driftguard.ai_sync.spelling import path
from driftguard.ai_sync.syntax import bracketed, keyword, split

_METHODS = r"get|post|put|patch|delete|head|options|trace|websocket|api_route|route|websocket_route"
_DECORATOR = re.compile(rf"@(?P<app>[\w.]+)\.(?:{_METHODS})\(")
_BARE = re.compile(r"@(?:get|post|put|patch|delete|route)\(")
_ROUTER = re.compile(r"(?P<name>\w+)\s*(?::[^=\n]+)?=\s*(?:\w+\.)?(?:\w*Router|\w*Blueprint|NinjaAPI)\(")
_MOUNTED = re.compile(r"(?:include_router|register_blueprint|add_router)\(")
_DJANGO = re.compile(r"(?<![\w.])(?:path|re_path|url)\(")
_ADDED = re.compile(r"\.(?:add_url_rule|add_api_route|add_resource|router\.add_(?:get|post|put|delete|route))\(")
_PASSED = re.compile(rf"@\w+\(\s*(?P<app>\w+)\.(?:{_METHODS})\s*,\s*(?P<route>[\"'][^\"'\n]*[\"'])")
"""``@guarded(router.get, "/x")``: a decorator that makes the route."""
_CALLED = re.compile(rf"^[ \t]*(?:\w+\.)*(?P<app>\w*(?:app|router|server|bp|api))\.(?:{_METHODS})(?=\()", re.MULTILINE)
"""``app.post("/x")(handler)``: a decorator that is called."""
_OBJECTS = {
    "aiohttp": re.compile(r"\bweb\.(?:get|post|put|patch|delete|head|view|route)\("),
    "starlette": re.compile(r"(?<![\w.])(?:Route|WebSocketRoute)\("),
}
_REGISTERED = re.compile(r"\b(?P<name>\w*router\w*)\.register\(\s*(?:prefix=)?r?[\"'](?P<route>[^\"']*)[\"']")
_TORNADO = re.compile(r"\(\s*r?(?P<route>[\"']/[^\"'\n]*[\"'])\s*,\s*(?:\w+\.)*[A-Z]\w*")
_FRAMEWORK = re.compile(
    r"fastapi|flask|starlette|quart|sanic|bottle|ninja|litestar|APIRouter|Blueprint|aiohttp", re.IGNORECASE
)


def routes(source: Source) -> Iterator[Found]:
    if _FRAMEWORK.search(source.text):
        prefixes = _prefixes(source)
        yield from _decorated(source, prefixes)
        for match in _PASSED.finditer(source.text):
            yield from _found(prefixes.get(match["app"], ""), match["route"][1:-1], match.start())
        yield from _added(source)
        for match in _CALLED.finditer(source.text):
            inside = bracketed(source.text, match.end())
            if source.text[match.end() + len(inside) :][:1] == "(":
                route = _first(source.text, match.end(), source, ("path", "rule"))
                yield from _found(prefixes.get(match["app"], ""), route, match.start("app"))
    if "urlpatterns" in source.text:
        yield from _django(source)
    if "tornado" in source.text:
        for match in _TORNADO.finditer(source.text):
            yield from _found("", _plain(match["route"][1:-1]), match.start())


def _decorated(source: Source, prefixes: Mapping[str, str]) -> Iterator[Found]:
    bottle = "bottle" in source.text
    for decorator in of_kinds(source.root, ["decorator"]):
        match = _DECORATOR.match(decorator.text()) or (bottle and _BARE.match(decorator.text()))
        if match:
            app = match.groupdict().get("app") or ""
            prefix = prefixes.get(app.rpartition(".")[2], "")
            route = _first(decorator.text(), match.end() - 1, source, ("path", "rule"))
            yield from _found(prefix, route, decorator.range().start.index)


def _added(source: Source) -> Iterator[Found]:
    """``app.add_url_rule("/x", ...)``, ``web.get("/x", ...)``; some take the route second."""
    forms = [_ADDED, *(form for word, form in _OBJECTS.items() if word in source.text)]
    added = (match for form in forms for match in form.finditer(source.text))
    for match in added:
        for at, names in ((0, ("path", "rule")), (1, ("path",))):
            route = _argument(source, match.end() - 1, at, names)
            if route is not None and route.startswith("/"):
                yield from _found("", route, match.start())
                break


def _prefixes(source: Source) -> Mapping[str, str]:
    """Router -> prefix, from where it is made and where it is mounted."""
    found: dict[str, str] = {}
    for match in _ROUTER.finditer(source.text):
        found[match["name"]] = _option(source.text, match.end() - 1, source)
    for match in _MOUNTED.finditer(source.text):
        listed = split(bracketed(source.text, match.end() - 1)[1:-1])
        name = listed[0].strip().rpartition(".")[2] if listed else ""
        mounted = _option(source.text, match.end() - 1, source)
        if name in found and mounted:
            found[name] = mounted + found[name]
    return found


def _option(text: str, start: int, source: Source) -> str:
    for part in split(bracketed(text, start)[1:-1]):
        name, value = keyword(part.strip())
        if name in ("prefix", "url_prefix"):
            return evaluate(value, Scope(source.constants)) or ""
    return ""


def _first(text: str, start: int, source: Source, names: tuple[str, ...]) -> str | None:
    return _among(split(bracketed(text, start)[1:-1]), source, 0, names)


def _argument(source: Source, start: int, at: int, names: tuple[str, ...]) -> str | None:
    return _among(split(bracketed(source.text, start)[1:-1]), source, at, names)


def _among(parts: list[str], source: Source, at: int, names: tuple[str, ...]) -> str | None:
    for place, part in enumerate(parts):
        name, value = keyword(part.strip())
        if name in names or (not name and place == at):
            return evaluate(value, Scope(source.constants))
    return None


def _django(source: Source) -> Iterator[Found]:
    for match in _REGISTERED.finditer(source.text):
        mount = re.search(rf"[\"']\^?(?P<path>[^\"']*)[\"']\s*,\s*include\(\s*\(?{match['name']}\.urls", source.text)
        yield from _found(f"/{mount['path'].strip('/')}" if mount else "", _plain(match["route"]), match.start())
    included: list[tuple[range, str]] = []
    for match in _DJANGO.finditer(source.text):
        inside = bracketed(source.text, match.end() - 1)
        route = _first(source.text, match.end() - 1, source, ("route", "regex"))
        if route is None:
            continue
        plain = _plain(route)
        if "include(" in inside:
            included.append((range(match.start(), match.start() + len(inside)), plain.strip("/")))
        elif "admin.site" not in inside:
            above = "/".join(prefix for span, prefix in included if match.start() in span)
            yield from _found(f"/{above}" if above else "", plain, match.start())


def _plain(pattern: str) -> str:
    """A route that is written as a regex, with its groups as parameters."""
    named = re.sub(r"\(\?P<(\w+)>[^)]*\)", r"<\1>", pattern).strip("^$")
    return re.sub(r"[\\?]", "", named)


def _found(prefix: str, route: str | None, start: int) -> Iterator[Found]:
    if route is not None:
        for named in path([f"{prefix}/{route.lstrip('/')}"]):
            yield Found(ItemKind.HTTP_ROUTE, named, start)
