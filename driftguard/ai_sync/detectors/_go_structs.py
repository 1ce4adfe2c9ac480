"""Go struct tags: ``env:"X"`` (caarlos0/env, cleanenv, kong), ``envconfig:"x"`` (Kelsey Hightower's), ``long:"x"``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from driftguard.ai_sync.expressions import Scope, evaluate
from driftguard.ai_sync.grammar import Node, of_kinds
from driftguard.ai_sync.items import ItemKind
from driftguard.ai_sync.rules import Found, Source
from driftguard.ai_sync.spelling import Named, flag, kebab_flag, upper_snake
from driftguard.ai_sync.syntax import bracketed, split

_TAG = re.compile(r"\b(?P<key>[\w-]+):\"(?P<value>(?:\\.|[^\"\\])*)\"")
_PROCESS = re.compile(r"envconfig\.(?:Must)?Process(?:With)?\(")
_PARSED_WITH = re.compile(r"\bPrefix:\s*(?P<prefix>[^,}\n]+)")
_KONG = re.compile(r"\"github\.com/alecthomas/kong\"")


def struct_tags(source: Source) -> Iterator[Found]:
    """Nested structs of the file pass their prefixes (``envPrefix``) down."""
    if '"`' not in source.text:
        return
    structs = {name.text(): body for name, body in _structs(source.root)}
    inner = {kind for body in structs.values() for field in _fields(body) for kind in _words(field) if kind in structs}
    prefix = "" if _PROCESS.search(source.text) else _prefix(source)
    for name, body in structs.items():
        if name not in inner or not _has_prefix(structs, name):
            yield from _struct(body, Prefix(prefix), structs, source, 4)
    for name in _processed(source) & set(structs):
        yield from _untagged(structs[name], structs, source)


def _processed(source: Source) -> set[str]:
    """The types of what the file hands to envconfig."""
    call = _PROCESS.search(source.text)
    parts = split(bracketed(source.text, call.end() - 1)[1:-1]) if call else []
    words = [match[1] for part in parts if (match := re.match(r"\s*&?(\w+)", part))]
    made = [rf"\b{word}\s*:?=\s*(?:&|new\()?(\w+)|\bvar\s+{word}\s+\*?(\w+)" for word in words]
    found = [match for pattern in made for match in re.finditer(pattern, source.text)]
    return {*words, *(name for match in found for name in match.groups() if name)}


def _untagged(body: Node, structs: Mapping[str, Node], source: Source) -> Iterator[Found]:
    """Envconfig reads every exported field by its name."""
    for field in _fields(body):
        name, words = field.field("name"), _words(field)
        if name is None or not name.text()[0].isupper() or field.field("tag") is not None:
            continue
        if words and words[0] not in structs and "struct" not in words:
            yield Found(ItemKind.ENV_VAR, Named(f"{_prefix(source)}{name.text()}".upper()), field.range().start.index)


def _structs(root: Node) -> Iterator[tuple[Node, Node]]:
    for spec in of_kinds(root, ["type_spec"]):
        kind = spec.field("type")
        if kind is not None and kind.kind() == "struct_type":
            yield spec.field("name"), kind


def _fields(body: Node) -> Iterator[Node]:
    for listed in body.children():
        if listed.kind() == "field_declaration_list":
            yield from (child for child in listed.children() if child.kind() == "field_declaration")


def _words(field: Node) -> list[str]:
    kind = field.field("type")
    return re.findall(r"\w+", kind.text()) if kind is not None else []


def _tags(field: Node) -> Mapping[str, str]:
    tag = field.field("tag")
    return {match["key"]: match["value"] for match in _TAG.finditer(tag.text())} if tag is not None else {}


def _has_prefix(structs: Mapping[str, Node], name: str) -> bool:
    """Whether some field of this type adds a prefix: then its variables exist only below that."""
    fields = (field for body in structs.values() for field in _fields(body))
    return any(name in _words(field) and Prefix().deeper(_tags(field)) for field in fields)


@dataclass(frozen=True, slots=True)
class Prefix:
    """What an outer struct puts before the names of variables and of flags."""

    env: str = ""
    flag: str = ""

    def deeper(self, tags: Mapping[str, str]) -> Prefix | None:
        """With what a field's tags add, https://pkg.go.dev/github.com/jessevdk/go-flags; ``None`` for nothing."""
        added = tags.get("envPrefix") or tags.get("env-prefix") or _within(tags.get("env", ""))
        if added is not None:
            return Prefix(self.env + added, self.flag)
        if "namespace" not in tags and "env-namespace" not in tags:
            return None
        env, flags = tags.get("env-namespace"), tags.get("namespace")
        return Prefix(f"{self.env}{env}_" if env else self.env, f"{self.flag}{flags}." if flags else self.flag)


def _within(tag: str) -> str | None:
    """Of ``env:", prefix=DB_"``, as sethvargo/go-envconfig takes it."""
    match = re.match(r"\s*,.*?\bprefix=(\w+)", tag)
    return match[1] if match else None


def _struct(body: Node, prefix: Prefix, structs: Mapping[str, Node], source: Source, depth: int) -> Iterator[Found]:
    for field in _fields(body):
        tags = _tags(field)
        deeper = prefix.deeper(tags)
        if deeper is not None and depth:
            nested = _nested(field, structs)
            if nested is not None:
                yield from _struct(nested, deeper, structs, source, depth - 1)
                continue
        start = field.range().start.index
        yield from (Found(ItemKind.ENV_VAR, named, start) for named in _env(field, tags, prefix.env, source))
        yield from (Found(ItemKind.CLI_FLAG, named, start) for named in _flag(field, tags, prefix.flag, source))
        kind = field.field("type")
        if kind is not None and kind.kind() == "struct_type" and depth:
            yield from _struct(kind, prefix, structs, source, depth - 1)


def _nested(field: Node, structs: Mapping[str, Node]) -> Node | None:
    """The struct that a field is of: written out, or another of the file."""
    written = field.field("type")
    if written is not None and written.kind() == "struct_type":
        return written
    return next((structs[kind] for kind in _words(field) if kind in structs), None)


def _env(field: Node, tags: Mapping[str, str], prefix: str, source: Source) -> Iterator[Named]:
    name = field.field("name")
    words = [part.strip() for part in tags.get("arg", "").split(",")]
    if (told := next((word for word in words if word.startswith("env:")), "")) and "alexflint/go-arg" in source.text:
        yield Named(told.removeprefix("env:"))
    elif "env" in words and name is not None and "alexflint/go-arg" in source.text:
        yield Named(upper_snake(name.text()))
    if "env" in tags and tags["env"] not in ("-", ""):
        names = [part for part in tags["env"].split(",")[0].split("|") if re.fullmatch(r"\w+", part)]
        if names:
            yield Named(prefix + names[0], tuple(prefix + other for other in names[1:]))
    elif name is not None and ("envconfig" in tags or "split_words" in tags or _is_processed(tags, source)):
        own = tags.get("envconfig", "").split(",")[0]
        if own == "-" or tags.get("ignored") == "true" or not re.fullmatch(r"\w*", own):
            return
        word = own or (upper_snake(name.text()) if tags.get("split_words") == "true" else name.text())
        outer = _prefix(source) + prefix if _PROCESS.search(source.text) else prefix
        yield Named(f"{outer}{word}".upper(), (own.upper(),) if own and outer else ())


def _is_processed(tags: Mapping[str, str], source: Source) -> bool:
    """Envconfig reads untagged fields, too; only a file that calls it is sure to mean them."""
    return _PROCESS.search(source.text) is not None and bool({"default", "required", "desc"} & set(tags))


def _flag(field: Node, tags: Mapping[str, str], prefix: str, source: Source) -> Iterator[Named]:
    if tags.get("hidden") is not None or 'hidden:""' in str(tags):
        return
    if "long" in tags:
        yield from flag([prefix + tags["long"]])
    elif tags.get("arg", "").startswith("--") or ",--" in tags.get("arg", ""):
        yield from flag([part.strip() for part in tags["arg"].split(",") if part.strip().startswith("--")][:1])
    elif "alexflint/go-arg" in source.text:
        yield from _named_by_field(field, tags)
    elif _KONG.search(source.text) and "help" in tags and not {"arg", "cmd"} & set(tags):
        name = field.field("name")
        yield from kebab_flag([tags.get("name") or (name.text() if name is not None else "")])


def _named_by_field(field: Node, tags: Mapping[str, str]) -> Iterator[Named]:
    """Go-arg takes every exported field that is no command, no argument by place and no environment's alone."""
    name, words = field.field("name"), tags.get("arg", "").split(",")
    if name is None or not name.text()[0].isupper() or {"positional", "subcommand", "-"} & {*words}:
        return
    if not any(word.startswith(("subcommand", "--")) for word in words) and ("arg" in tags or "help" in tags):
        yield from flag([name.text().lower()])


def _prefix(source: Source) -> str:
    """From ``envconfig.Process("app", &c)`` and ``env.Options{Prefix: "APP_"}``."""
    call = _PROCESS.search(source.text)
    if call:
        listed = split(bracketed(source.text, call.end() - 1)[1:-1])
        value = next(filter(None, (evaluate(part, Scope(source.constants)) for part in listed[:2])), "")
        return f"{value}_".upper() if value else ""
    options = _PARSED_WITH.search(source.text) if "env.Options" in source.text else None
    return (evaluate(options["prefix"], Scope(source.constants)) or "") if options else ""
