"""Viper: keys that ``AutomaticEnv`` reads from the environment, https://github.com/spf13/viper#working-with-environment-variables."""

from __future__ import annotations

import re
from collections.abc import Iterator

from driftguard.ai_sync.expressions import Scope, evaluate
from driftguard.ai_sync.items import ItemKind
from driftguard.ai_sync.rules import Found, Source
from driftguard.ai_sync.spelling import Named, upper
from driftguard.ai_sync.syntax import bracketed, split

_PREFIX = re.compile(r"\.SetEnvPrefix\(")
_FLAG = re.compile(
    r"\.(?:String|Bool|Int|Uint|Float|Duration|Count|IP)\w*\(\s*(?:&?[\w.]+,\s*)?\"(?P<key>[a-z][\w.-]*)\"\s*,"
)
"""A flag that is bound is also read from the environment when everything is unmarshalled."""
_BIND = re.compile(r"(?:\bviper|\bv|\bvp|\w*[vV]iper\w*)\.BindEnv\(")
_KEYED = re.compile(
    r"(?:\bviper|\bv|\bvp|\w*[vV]iper\w*)\.(?:SetDefault|Get(?:String|Bool|Int|Int32|Int64|Uint|Duration|Float64|StringSlice|StringMap|Time)?|IsSet)\("
)


_FIRST = re.compile(r"\bff\.WithEnvVarPrefix\(\s*\"(?P<prefix>\w+)\"\s*\)")
"""Every flag by its name in capitals, https://pkg.go.dev/github.com/peterbourgon/ff/v3#WithEnvVarPrefix."""


def viper_keys(source: Source) -> Iterator[Found]:
    first = _FIRST.search(source.text) if "WithEnvVarPrefix" in source.text else None
    if first:
        for match in _FLAG.finditer(source.text):
            yield from (
                Found(ItemKind.ENV_VAR, named, match.start()) for named in upper([f"{first['prefix']}_{match['key']}"])
            )
    if "viper" not in source.text:
        return
    scope = Scope(source.constants)
    found = _PREFIX.search(source.text)
    prefix = evaluate(bracketed(source.text, found.end() - 1)[1:-1], scope) if found else ""
    if prefix is None:
        return
    automatic = ".AutomaticEnv()" in source.text
    for pattern, counts in ((_BIND, True), (_KEYED, automatic)):
        for match in pattern.finditer(source.text) if counts else ():
            listed = split(bracketed(source.text, match.end() - 1)[1:-1])
            if not listed or (pattern is _BIND and len(listed) > 1):
                continue
            key = evaluate(listed[0], scope)
            for each in [key] if key else _looped(listed[0].strip(), source.text[: match.start()]):
                for named in upper([f"{prefix}_{each}" if prefix else each]):
                    yield Found(ItemKind.ENV_VAR, Named(named.name), match.start())
    yield from _bound(source, prefix, automatic=automatic)


def _looped(name: str, before: str) -> list[str]:
    """What the loop above takes ``name`` from, where that is a list of literals."""
    heads = list(re.finditer(rf"\bfor\s+\w+\s*,\s*{re.escape(name)}\s*:=\s*range\s+\[\]string\{{([^{{}}]*)\}}", before))
    return re.findall(r"\"([\w.-]+)\"", heads[-1][1]) if heads else []


def _bound(source: Source, prefix: str, *, automatic: bool) -> Iterator[Found]:
    """Flags that are read from the environment, too."""
    if automatic and prefix and ".BindPFlag" in source.text and ".Unmarshal(" in source.text:
        for match in _FLAG.finditer(source.text):
            yield from (Found(ItemKind.ENV_VAR, named, match.start()) for named in upper([f"{prefix}_{match['key']}"]))
