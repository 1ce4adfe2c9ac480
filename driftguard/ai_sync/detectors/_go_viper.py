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


def viper_keys(source: Source) -> Iterator[Found]:
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
            for named in upper([f"{prefix}_{key}" if prefix else key]) if key else ():
                yield Found(ItemKind.ENV_VAR, Named(named.name), match.start())
    if automatic and prefix and ".BindPFlag" in source.text and ".Unmarshal(" in source.text:
        for match in _FLAG.finditer(source.text):
            yield from (Found(ItemKind.ENV_VAR, named, match.start()) for named in upper([f"{prefix}_{match['key']}"]))
