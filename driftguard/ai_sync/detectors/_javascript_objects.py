"""Names that stand as keys of objects in JavaScript: schemas of the environment, and flags."""

from __future__ import annotations

import re
from collections.abc import Iterator

from driftguard.ai_sync.items import ItemKind
from driftguard.ai_sync.rules import Found, Source
from driftguard.ai_sync.spelling import Named, Spelling, camel_flag, flag, kebab_flag, switches
from driftguard.ai_sync.syntax import bracketed, split

_SCRIPT = re.compile(r"<script\b[^>]*>(?P<code>.*?)</script>", re.DOTALL)
_FRONT = re.compile(r"\A---\n(?P<code>.*?)\n---", re.DOTALL)
_ENV_SCHEMA = re.compile(
    r"\b(?:cleanEnv|createEnv|defineEnv|envsafe|validateEnv|parseEnv|makeValidatedEnv|znv)\s*(?:<[^>]*>)?\("
    r"|\b(?:z|zod|v|yup|Joi|joi|t|Type|S)\s*\.(?:object|strictObject|looseObject|Object)\s*(?:<[^>]*>)?\(|\bEnvSchema\(|\btype\((?=\s*\{)|\)\s*\.(?:extend|augment|safeExtend)\("
)
_ENV_ONLY = re.compile(r"[{,\n]\s*[\"']?[A-Z][A-Z0-9_]{2,}[\"']?\s*:")
_ENV_WORDS = re.compile(
    r"\bprocess\.env\b|import\.meta\.env|\benv[sS]chema|EnvSchema|\benvalid\b|t3-oss/env|ConfigModule"
)
_KEY = re.compile(r"(?:^|[{,\n])\s*[\"']?(?P<name>[A-Z][A-Z0-9_]*)[\"']?\s*:(?!:)")
_FLAG_OBJECTS = (
    ("static", re.compile(r"\bstatic\s+(?:override\s+)?flags\s*(?::[^=]+)?=\s*\{"), kebab_flag),
    ("parseArgs", re.compile(r"\bparseArgs\(\s*\{(?:[^{}]|\{[^{}]*\})*?\boptions\s*:\s*\{"), camel_flag),
    ("defineCommand", re.compile(r"\bdefineCommand\(\s*\{(?:[^{}]|\{[^{}]*\})*?\bargs\s*:\s*\{"), flag),
    ("meow", re.compile(r"\bmeow\((?:[^{]|\n)*?\{(?:[^{}]|\n)*?\bflags\s*:\s*\{"), kebab_flag),
)
_OPTIONS = re.compile(r"\bparseArgs\(\s*\{[^{}]*?\boptions\b(?:\s*:\s*(?P<name>\w+))?\s*[,}]")
"""``parseArgs({ options })``, the options being an object of that name."""
_OCLIF = re.compile(r"(?:^|[{,\n])\s*[\"']?(?P<name>[A-Za-z][\w-]*)[\"']?\s*:\s*[Ff]lags?\.\w+(?:<[^()\n]*>)?\(")
_FIELD = re.compile(
    r"^[ \t]*(?:@\w+\((?:[^()]|\([^()]*\))*\)\s*)+(?:public\s+|readonly\s+)*"
    r"(?P<name>[A-Z][A-Z0-9]*_[A-Z0-9_]+|[A-Z]{4,})[!?]?\s*[:=]",
    re.MULTILINE,
)
_ARG = re.compile(r"(?<![\w.])arg\(\s*\{")
_NO_FLAG = re.compile(r"\bhidden:\s*true|\btype:\s*[\"']positional")
_MEMBER = re.compile(r"(?:^|,|\{)\s*(?:/\*.*?\*/\s*)?[\"']?(?P<name>-{0,2}[A-Za-z][\w-]*)[\"']?\s*:", re.DOTALL)


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
        yield from _bound_objects(text, part.strip())


def _bound_objects(text: str, word: str) -> Iterator[int]:
    made = re.search(rf"\b(?:const|let|var)\s+{word}\b[^=\n]*=\s*(?=\{{)", text) if word.isidentifier() else None
    if made:
        yield made.end()


def validated(source: Source) -> Iterator[Found]:
    """The decorated fields of a class that class-validator checks the environment with."""
    if "class-validator" in source.text:
        for field in _FIELD.finditer(source.text):
            yield Found(ItemKind.ENV_VAR, Named(field["name"]), field.start("name"))


def flags_of_objects(source: Source) -> Iterator[Found]:
    """The keys of oclif's, meow's and node's flags, and of ``arg({"--x": String})``."""
    for word, pattern, spelling in _FLAG_OBJECTS:
        if word not in source.text:
            continue
        for match in pattern.finditer(source.text):
            yield from _members(source.text, match.end() - 1, spelling)
    for match in _ARG.finditer(source.text):
        yield from _members(source.text, match.end() - 1, switches, only="--")

    for match in _OPTIONS.finditer(source.text):
        for start in _bound_objects(source.text, match["name"] or "options"):
            yield from _members(source.text, start, camel_flag)


def shared_flags(source: Source) -> Iterator[Found]:
    """Oclif's flags in an object that several commands spread into theirs."""
    if "oclif" in source.text:
        for match in _OCLIF.finditer(source.text):
            if "hidden: true" not in bracketed(source.text, match.end() - 1):
                for named in kebab_flag([match["name"]]):
                    yield Found(ItemKind.CLI_FLAG, named, match.start("name"))


def _members(text: str, start: int, spelling: Spelling, only: str = "") -> Iterator[Found]:
    at = start + 1
    for part in split(bracketed(text, start)[1:-1]):
        member = _MEMBER.match(part.strip())
        at = max(text.find(part.strip()[:40], at), at)
        if member and member["name"].startswith(only) and not _NO_FLAG.search(part):
            for named in spelling([member["name"]]):
                yield Found(ItemKind.CLI_FLAG, named, at)
