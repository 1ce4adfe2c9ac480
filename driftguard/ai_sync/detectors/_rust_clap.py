"""What Rust's attributes and macros say: clap's derive, structopt, argh, and tables of settings in macros."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from driftguard.ai_sync.expressions import Scope, evaluate
from driftguard.ai_sync.items import ItemKind
from driftguard.ai_sync.rules import Found, Source
from driftguard.ai_sync.spelling import Named, kebab_flag, long_flag, upper_snake
from driftguard.ai_sync.syntax import bracketed, split

_ATTRIBUTE = re.compile(
    r"#\[(?:cfg_attr\(\s*[^\[\]]*?,\s*)?(?:arg|clap|structopt|argh|bpaf|command|derive_args|options?|opts?)(?P<open>\()"
)
_BESIDE = re.compile(r"(?:[\s)\]]|//[^\n]*|/\*.*?\*/)*", re.DOTALL)
_FIELD = re.compile(r"(?:pub(?:\([^)]*\))?\s+)?(?:r#)?(?P<name>[a-z_]\w*)\s*:")
_CONTAINER = re.compile(r"(?:pub(?:\([^)]*\))?\s+)?(?:struct|enum|mod|fn)\b")
_LONG = re.compile(r"\blong\b(?:\s*(?:=\s*|\()\s*(?P<value>\"[^\"]*\"|[\w:]+))?")
_ENV = re.compile(r"(?:^|[\s,(])env\b(?:\s*(?:=\s*|\()\s*(?P<value>\"[^\"]*\"|[\w:]+))?")
_ALIAS = re.compile(r"\b(?:visible_)?alias(?:es)?\s*(?:=|\()\s*(?P<value>\[[^\]]*\]|\"[^\"]*\")")
_HIDDEN = re.compile(r"\bhid(?:e|den)\b(?!_)(?!\s*(?:=|\()\s*false)")
_MACRO = re.compile(r"\b\w*config\w*!\s*\{", re.IGNORECASE)
_ROW = re.compile(r"^[ \t]*(?P<name>[a-z][a-z0-9_]*)\s*:\s*[\w<>]+\s*,\s*(?:true|false)\s*,", re.MULTILINE)


def derived(source: Source) -> Iterator[Found]:
    """``#[arg(long, env = "X")]`` above a field; ``long`` alone takes the field's name."""
    if not re.search(r"\b(?:clap|structopt|argh|bpaf|gumdrop)\b|Parser|Args\b", source.text):
        return
    for match in _ATTRIBUTE.finditer(source.text):
        inside = bracketed(source.text, match.start("open"))
        after = _attributed(source.text, match.start("open") + len(inside))
        field = _FIELD.match(after)
        if not inside or _CONTAINER.match(after):
            continue
        options = _options(inside[1:-1])
        if "hide" in options:
            continue
        name = field["name"] if field else ""
        at = source.text.find(f"{name}:", match.start()) if name else match.start()
        yield from _named(options, name, source, at if at >= 0 else match.start())


def _attributed(text: str, start: int) -> str:
    """What the attribute that ends at ``start`` is about: the text behind further attributes and comments."""
    while True:
        beside = _BESIDE.match(text, start)
        start = beside.end() if beside else start
        inside = bracketed(text, start + 1) if text.startswith("#[", start) else ""
        if not inside:
            return text[start : start + 200]
        start += 1 + len(inside)


def _options(inside: str) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for part in split(inside):
        text = part.strip()
        if long := re.match(_LONG, text):
            found["long"] = long["value"] or ""
        elif env := re.match(r"env\b(?!_)(?:\s*(?:=\s*|\()\s*(?P<value>\"[^\"]*\"|[\w:]+))?", text):
            found["env"] = env["value"] or ""
        elif _HIDDEN.match(text):
            found["hide"] = "true"
        elif alias := re.match(r"visible_alias(?:es)?\b.*", text, re.DOTALL):
            found["alias"] = alias[0]
        elif text in ("option", "switch"):
            found.setdefault("long", "")
    return found


def _named(options: Mapping[str, str], field: str, source: Source, start: int) -> Iterator[Found]:
    scope = Scope(source.constants)
    if "long" in options:
        value = evaluate(options["long"], scope) if options["long"] else None
        spelled = long_flag([value or next((named.name.strip("-") for named in kebab_flag([field])), "")])
        for named in spelled:
            others = tuple(f"--{word}" for word in re.findall(r"\"([\w-]+)\"", options.get("alias", "")))
            yield Found(ItemKind.CLI_FLAG, Named(named.name, others), start)
    if "env" in options:
        value = evaluate(options["env"], scope) if options["env"] else upper_snake(field)
        if value:
            yield Found(ItemKind.ENV_VAR, Named(value), start)


def config_macros(source: Source) -> Iterator[Found]:
    """Rows of ``make_config! { name: Type, editable, def, default; }``: each is read from the variable in capitals."""
    if "env" not in source.text:
        return
    for macro in _MACRO.finditer(source.text):
        inside = bracketed_far(source.text, macro.end() - 1)
        for row in _ROW.finditer(inside):
            yield Found(ItemKind.ENV_VAR, Named(row["name"].upper()), macro.end() - 1 + row.start("name"))


def bracketed_far(text: str, start: int) -> str:
    """To the next line that holds the closing bracket alone; such tables are long."""
    end = text.find("\n}", start)
    return text[start : end if end >= 0 else None]
