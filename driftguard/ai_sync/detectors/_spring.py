"""Spring: placeholders, configuration properties and mappings, https://docs.spring.io/spring-boot/reference/features/external-config.html."""

from __future__ import annotations

import re
from collections.abc import Iterator

from driftguard.ai_sync.expressions import Scope, evaluate
from driftguard.ai_sync.items import ItemKind
from driftguard.ai_sync.rules import Found, Source
from driftguard.ai_sync.spelling import Named, path
from driftguard.ai_sync.syntax import bracketed, split

_VALUE = re.compile(r"@Value\(\s*(?:value\s*=\s*)?\"(?P<text>[^\"\n]*)\"")
PLACEHOLDER = re.compile(r"\\?\$\{(?P<name>[A-Za-z_][\w.-]*)(?=[:}])")
_UPPER = re.compile(r"[A-Z][A-Z0-9_]+")
_MAPPING = re.compile(r"@(?P<verb>Request|Get|Post|Put|Patch|Delete)Mapping\b(?P<open>\()?")
_MICRONAUT = re.compile(r"@(?:Controller|Get|Post|Put|Patch|Delete)\b(?P<open>\()?")
_PATH = re.compile(r"@Path\(\s*(?P<path>\"[^\"]*\")\s*\)")
_CLASS = re.compile(r"\b(?:class|interface)\s+\w+")
_CONTROLLER = re.compile(r"@\w*Controller\b|\bclass\s+\w+Controller\b|@FeignClient|@Path\(|@HttpExchange")


def relaxed(name: str) -> Named:
    """``app.max-size`` is also set as ``APP_MAXSIZE`` and documented in any of Spring's relaxed forms."""
    if _UPPER.fullmatch(name):
        return Named(name)
    canonical = re.sub(r"[.-]", "_", name).upper()
    dashless = name.replace("-", "").replace(".", "_").upper()
    camel = re.sub(r"-(\w)", lambda match: match[1].upper(), name)
    others = dict.fromkeys((dashless, canonical, camel))
    return Named(name, tuple(other for other in others if other != name and ("_" in other or "." in other)))


def placeholders(source: Source) -> Iterator[Found]:
    """``@Value("${NAME:default}")``: the variable or the property that it reads."""
    for match in _VALUE.finditer(source.text):
        for hole in PLACEHOLDER.finditer(match["text"]):
            yield Found(ItemKind.ENV_VAR, relaxed(hole["name"]), match.start())


def routes(source: Source) -> Iterator[Found]:
    if not _CONTROLLER.search(source.text) or "@FeignClient" in source.text or "@HttpExchange" in source.text:
        return
    body = _CLASS.search(source.text)
    begin = body.start() if body else 0
    prefix = next((first for start, first in _mapped(source) if start < begin), "")
    for start, route in _mapped(source):
        if start > begin:
            for named in path([f"{prefix}/{route.lstrip('/')}"]):
                yield Found(ItemKind.HTTP_ROUTE, named, start)


def _mapped(source: Source) -> Iterator[tuple[int, str]]:
    pattern = _MICRONAUT if "io.micronaut.http" in source.text else _MAPPING
    for match in pattern.finditer(source.text):
        if not match["open"]:
            yield match.start(), ""
            continue
        inside = bracketed(source.text, match.end() - 1)[1:-1]
        listed = re.search(r"\b(?:value|path|uri|uris)\s*=\s*(?P<value>\{[^}]*\}|\[[^\]]*\]|[^,)]+)", inside)
        named = re.match(r"\s*(?:params|produces|consumes|method|headers|name)\s*=", inside)
        text = listed["value"] if listed else "" if named else (split(inside) or [""])[0]
        parts = split(text.strip(" {}[]\n"))
        found = [evaluate(part, Scope(source.constants)) for part in parts] if text.strip() else [""]
        yield from ((match.start(), route) for route in found if route is not None)
    for match in _PATH.finditer(source.text):
        yield match.start(), match["path"].strip('"')
