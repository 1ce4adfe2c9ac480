"""Routes in JavaScript: Express, Fastify, Koa, Hono, and Nest's controllers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from driftguard.ai_sync.expressions import Scope, evaluate, literal
from driftguard.ai_sync.items import ItemKind
from driftguard.ai_sync.rules import Found, Source
from driftguard.ai_sync.spelling import path
from driftguard.ai_sync.syntax import bracketed, keyword, split

_SERVERS = (
    "express",
    "Express",
    "fastify",
    "Fastify",
    "koa",
    "Koa",
    "hono",
    "Hono",
    "Router(",
    "polka",
    "restify",
    "Elysia",
)
_ANSWERS = re.compile(r"\(\s*_?req(?:uest)?\s*,\s*_?(?:res|reply|h)\w*\b|\(\s*ctx\b|\basync\s+ctx\b")
"""A file of routes may be handed its server and name no framework."""
_MADE = re.compile(
    r"\b(?P<name>[A-Za-z_$][\w$]*)\s*(?::[^=\n]+)?=\s*(?:await\s+)?(?:new\s+)?(?:\w+\.)?"
    r"(?:express|[fF]astify|\w*Hono|\w*Router|polka|createServer|Elysia)\s*(?:<[^()\n]*>)?\("
)
_USUAL = re.compile(r"(?:this\.)?(?:\w*[aA]pp|\w*[rR]outer|server|fastify|api|routes?|\w*Routes|r|hono|instance)")
"""What people call a server that they are handed."""
_ROUTE = re.compile(
    r"(?<![\w.$])(?P<app>(?:this\.)?[A-Za-z_$][\w$]*)\s*"
    r"(?:\.(?:withTypeProvider<\w+>\(\)))?\.(?:get|post|put|patch|delete|del|all|head|options|route)\s*(?:<[^(]*>)?\(\s*(?=[\"'`\[])"
)
_CHAINED = re.compile(r"\s*\)\s*\.(?:get|post|put|patch|delete|all)\(")
_USE = re.compile(r"\.(?:use|route)\(\s*(?P<prefix>[\"'`]/[^\"'`]*[\"'`])\s*,(?P<rest>[^;\n]*)")
_OBJECT_ROUTE = re.compile(r"\.route\(\s*\{")
_BASE = re.compile(r"\s*\.(?:basePath|prefix)\(\s*(?P<prefix>[\"'`][^\"'`]*[\"'`])")
_PREFIXED = re.compile(r"\b(?P<name>[A-Za-z_$][\w$]*)\.prefix\(\s*(?P<prefix>[\"'`]/[^\"'`]*[\"'`])")
_CONTROLLER = re.compile(r"@Controller\(")
_NEST = re.compile(r"@(?:Get|Post|Put|Patch|Delete|All|Head|Options|Sse)\((?P<route>[^)\n]*)\)")


def mounted_routes(source: Source) -> Iterator[Found]:
    """Express, Fastify, Koa and Hono; a router that the same file mounts has the mount's path before its own."""
    if not any(word in source.text for word in _SERVERS) and not _ANSWERS.search(source.text):
        return
    prefixes = _prefixes(source)
    made = {match["name"] for match in _MADE.finditer(source.text)}
    for match in _ROUTE.finditer(source.text):
        if match["app"] not in made and not _USUAL.fullmatch(match["app"]):
            continue
        listed = split(bracketed(source.text, source.text.rindex("(", 0, match.end()))[1:-1])
        alone = len(listed) < 2  # noqa: PLR2004 - app.get("setting") only asks for a setting
        if alone and not _CHAINED.match(source.text, match.end() + len(listed[0]) if listed else match.end()):
            continue
        routes = [evaluate(part, Scope(source.constants)) for part in _listed(listed[0])]
        prefix = prefixes.get(match["app"].rpartition(".")[2], "")
        for route in routes:
            if route is not None and (route.startswith("/") or match["app"].endswith("outer")):
                for named in path([f"{prefix}/{route.lstrip('/')}"]):
                    yield Found(ItemKind.HTTP_ROUTE, named, match.start())
    for match in _OBJECT_ROUTE.finditer(source.text):
        url = re.search(r"\b(?:url|path)\s*:\s*([\"'`]/[^\"'`]*[\"'`])", bracketed(source.text, match.end() - 1))
        for named in path([url[1].strip("\"'`")] if url else []):
            yield Found(ItemKind.HTTP_ROUTE, named, match.start())


def _listed(argument: str) -> list[str]:
    text = argument.strip()
    return split(text[1:-1]) if text.startswith("[") else [text]


def _prefixes(source: Source) -> Mapping[str, str]:
    """Router -> prefix, from where it is made (``Router({prefix})``, ``basePath``) and where it is mounted."""
    found = {}
    for match in _MADE.finditer(source.text):
        inside = bracketed(source.text, match.end() - 1)
        base = _BASE.match(source.text, match.end() - 1 + len(inside))
        given = base["prefix"] if base else _option(inside)
        if literal(given):
            found[match["name"]] = literal(given) or ""
    for match in _PREFIXED.finditer(source.text):
        found[match["name"]] = match["prefix"][1:-1]
    for match in _USE.finditer(source.text):
        for name in re.findall(r"[A-Za-z_$][\w$]*", match["rest"]):
            found[name] = evaluate(match["prefix"], Scope(source.constants)) or ""
    return found


def _option(inside: str) -> str:
    """``prefix`` of the object that a router is made with."""
    listed = split(inside[1:-1])
    members = split(listed[0].strip()[1:-1]) if listed and listed[0].strip().startswith("{") else []
    return next((value for name, value in map(keyword, map(str.strip, members)) if name == "prefix"), "")


def nest_routes(source: Source) -> Iterator[Found]:
    """``@Controller("users")`` before what its methods say; without a path a method answers at the controller's."""
    begun = list(_CONTROLLER.finditer(source.text))
    ends = [match.start() for match in begun[1:]] + [len(source.text)]
    for match, end in zip(begun, ends, strict=False):
        inside = bracketed(source.text, match.end() - 1)
        prefix = _nest_path(inside[1:-1], source)
        for method in _NEST.finditer(source.text, match.end(), end) if prefix is not None else ():
            route = _nest_path(method["route"], source)
            for named in path([f"{prefix}/{route.lstrip('/')}"]) if route is not None else ():
                yield Found(ItemKind.HTTP_ROUTE, named, method.start())


def _nest_path(argument: str, source: Source) -> str | None:
    text = argument.strip()
    if text.startswith("{"):
        members = dict(map(keyword, map(str.strip, split(text[1:-1]))))
        text = members.get("path", "").strip()
    return evaluate(text, Scope(source.constants)) if text else ""
