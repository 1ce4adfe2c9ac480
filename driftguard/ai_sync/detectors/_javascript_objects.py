"""Names that stand as keys of objects in JavaScript: schemas of the environment, flags, and mounted routers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from driftguard.ai_sync.expressions import Scope, evaluate
from driftguard.ai_sync.items import ItemKind
from driftguard.ai_sync.rules import Found, Source
from driftguard.ai_sync.spelling import Named, Spelling, camel_flag, kebab_flag, path, switches
from driftguard.ai_sync.syntax import bracketed, split

_SCRIPT = re.compile(r"<script\b[^>]*>(?P<code>.*?)</script>", re.DOTALL)
_FRONT = re.compile(r"\A---\n(?P<code>.*?)\n---", re.DOTALL)
_ENV_SCHEMA = re.compile(
    r"\b(?:cleanEnv|createEnv|defineEnv|envsafe|validateEnv|parseEnv|makeValidatedEnv|znv)\s*(?:<[^>]*>)?\("
    r"|\b(?:z|zod|v|yup|Joi|joi|t|Type|S)\.(?:object|strictObject|looseObject|Object)\s*(?:<[^>]*>)?\(|\bEnvSchema\(|\)\s*\.(?:extend|augment|safeExtend)\("
)
_ENV_ONLY = re.compile(r"[{,\n]\s*[\"']?[A-Z][A-Z0-9_]{2,}[\"']?\s*:")
_ENV_WORDS = re.compile(
    r"\bprocess\.env\b|import\.meta\.env|\benv[sS]chema|EnvSchema|\benvalid\b|t3-oss/env|ConfigModule"
)
_KEY = re.compile(r"(?:^|[{,\n])\s*[\"']?(?P<name>[A-Z][A-Z0-9_]*)[\"']?\s*:(?!:)")
_FLAG_OBJECTS = (
    ("static", re.compile(r"\bstatic\s+(?:override\s+)?flags\s*(?::[^=]+)?=\s*\{"), kebab_flag),
    ("parseArgs", re.compile(r"\bparseArgs\(\s*\{(?:[^{}]|\{[^{}]*\})*?\boptions\s*:\s*\{"), camel_flag),
    ("meow", re.compile(r"\bmeow\((?:[^{]|\n)*?\{(?:[^{}]|\n)*?\bflags\s*:\s*\{"), kebab_flag),
)
_ARG = re.compile(r"(?<![\w.])arg\(\s*\{")
_MEMBER = re.compile(r"(?:^|,|\{)\s*(?:/\*.*?\*/\s*)?[\"']?(?P<name>-{0,2}[A-Za-z][\w-]*)[\"']?\s*:", re.DOTALL)
_SERVERS = ("express", "fastify", "Fastify", "koa", "Koa", "hono", "Hono", "Router(", "polka", "restify", "Elysia")
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


def only_scripts(path: str, text: str) -> str:
    """The scripts of a component, everything else blank, so that places stay the same."""
    if not path.endswith((".vue", ".svelte", ".astro")):
        return text
    fence = _FRONT if path.endswith(".astro") else _SCRIPT
    kept = [match.span("code") for match in fence.finditer(text)]
    blank = re.sub(r"[^\n]", " ", text)
    for start, end in kept:
        blank = blank[:start] + text[start:end] + blank[end:]
    return blank


def schemas(source: Source) -> Iterator[Found]:
    """``cleanEnv(process.env, {...})``, ``createEnv({server: {...}})``, ``z.object({...}).parse(process.env)``."""
    if not _ENV_WORDS.search(source.text):
        return
    for match in _ENV_SCHEMA.finditer(source.text):
        for start in (match.end() - 1, *_named_objects(source.text, match)):
            inside = bracketed(source.text, start)
            for key in _KEY.finditer(inside) if _ENV_ONLY.search(inside) else ():
                yield Found(ItemKind.ENV_VAR, Named(key["name"]), start + key.start("name"))


def _named_objects(text: str, call: re.Match[str]) -> Iterator[int]:
    """Where the objects begin that a call is given by name: ``const spec = {...}; cleanEnv(process.env, spec)``."""
    for part in split(bracketed(text, call.end() - 1)[1:-1]):
        word = part.strip()
        made = re.search(rf"\b(?:const|let|var)\s+{word}\b[^=\n]*=\s*(?=\{{)", text) if word.isidentifier() else None
        if made:
            yield made.end()


def flags_of_objects(source: Source) -> Iterator[Found]:
    """The keys of oclif's, meow's and node's flags, and of ``arg({"--x": String})``."""
    for word, pattern, spelling in _FLAG_OBJECTS:
        if word not in source.text:
            continue
        for match in pattern.finditer(source.text):
            yield from _members(source.text, match.end() - 1, spelling)
    for match in _ARG.finditer(source.text):
        yield from _members(source.text, match.end() - 1, switches, only="--")


def _members(text: str, start: int, spelling: Spelling, only: str = "") -> Iterator[Found]:
    at = start + 1
    for part in split(bracketed(text, start)[1:-1]):
        member = _MEMBER.match(part.strip())
        at = max(text.find(part.strip()[:40], at), at)
        if member and member["name"].startswith(only) and "hidden: true" not in part:
            for named in spelling([member["name"]]):
                yield Found(ItemKind.CLI_FLAG, named, at)


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
    found = {}
    for match in _USE.finditer(source.text):
        for name in re.findall(r"[A-Za-z_$][\w$]*", match["rest"]):
            found[name] = evaluate(match["prefix"], Scope(source.constants)) or ""
    return found
