"""Elixir: System.get_env, fetch_env and its kin, OptionParser, Phoenix' routes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from driftguard.ai_sync.items import ItemKind
from driftguard.ai_sync.reader import Reader
from driftguard.ai_sync.rules import ENV_LIKE, Call, Family, Found, Source, Text
from driftguard.ai_sync.spelling import kebab_flag, path

_SWITCHES = re.compile(
    r"(?:\b(?:strict|switches):\s*|@\w*(?:switches|options|opts|strict)\s+)\[(?P<listed>(?:[^\[\]]|\[[^\[\]]*\])*)\]"
)
_SWITCH = re.compile(r"\b(?P<name>[a-z]\w*):\s*(?:\[?:(?:string|boolean|integer|float|count|keep))")
_ROUTE = re.compile(
    r"^[ \t]*(?:get|post|put|patch|delete|head|options|live|forward|resources)[ \t(]+(?P<path>\"/[^\"\n]*\")",
    re.MULTILINE,
)
_SCOPE = re.compile(
    r"^(?P<indent>[ \t]*)scope[ \t(]+(?:path:[ \t]*)?(?P<path>\"/[^\"\n]*\")[^\n]*\bdo[ \t]*$", re.MULTILINE
)


def switches(source: Source) -> Iterator[Found]:
    """``OptionParser.parse(argv, strict: [no_cache: :boolean])``, or an attribute that it is given."""
    if "OptionParser" not in source.text:
        return
    for match in _SWITCHES.finditer(source.text):
        for switch in _SWITCH.finditer(match["listed"]):
            start = match.start("listed") + switch.start()
            yield from (Found(ItemKind.CLI_FLAG, named, start) for named in kebab_flag([switch["name"]]))


def routes(source: Source) -> Iterator[Found]:
    if not re.search(r"Phoenix\.Router|, :router\b|Plug\.Router", source.text):
        return
    scopes = list(_scopes(source.text))
    for match in _ROUTE.finditer(source.text):
        above = "".join(prefix for span, prefix in scopes if match.start() in span)
        yield from (
            Found(ItemKind.HTTP_ROUTE, named, match.start()) for named in path([above + match["path"].strip('"')])
        )


def _scopes(text: str) -> Iterator[tuple[range, str]]:
    """To the ``end`` that stands below each ``scope``."""
    for match in _SCOPE.finditer(text):
        end = text.find(f"\n{match['indent']}end", match.end())
        yield range(match.end(), end if end >= 0 else len(text)), match["path"].strip('"')


FAMILY = Family(
    kind="elixir",
    grammars={".ex": "elixir", ".exs": "elixir"},
    hint=re.compile(rb"get_env|fetch_env|get_var|Env\.|env!|:system|OptionParser|:router|\.Router"),
    calls=(
        Call(r"System\.(?:get_env|fetch_env!?)", only=r"[A-Z][A-Z0-9_]*"),
        Call(
            r"(?:\w+\.)*(?:get_var_from_path_or_env|get_int_from_path_or_env|get_bool_from_path_or_env)",
            at=1,
            only=r"[A-Z][A-Z0-9_]*",
        ),
        Call(r"(?:\w+\.)*(?:env!|env|get_env|parse_\w+_env_var|safe_get_env)", only=r"[A-Z][A-Z0-9_]*"),
    ),
    texts=(
        Text(rf"(?P<expression>\"{ENV_LIKE}\")\s*\|>\s*System\.(?:get_env|fetch_env!?)"),
        Text(rf"\{{:system,\s*(?P<expression>\"{ENV_LIKE}\")"),
    ),
    specials=(switches, routes),
    call_nodes=("call",),
    argument_nodes=("arguments",),
    constant=r"@?(?P<name>\b[a-z_]\w*)\s*=?\s*(?P<value>\"[^\"\n]*\")",
    loops=(r"\bfor\s+(?P<targets>\w+)\s*<-\s*(?P<iterable>\[[^\[\]]*\]|@?[\w.]+)",),
)

DETECTOR = Reader(FAMILY)
