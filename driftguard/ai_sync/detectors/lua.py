"""Lua: os.getenv, Neovim's environment, argparse and its kin."""

from __future__ import annotations

import re

from driftguard.ai_sync.items import ItemKind
from driftguard.ai_sync.reader import Reader
from driftguard.ai_sync.rules import Call, Family, Text
from driftguard.ai_sync.spelling import switches

FAMILY = Family(
    kind="lua",
    grammars={".lua": "lua"},
    hint=re.compile(rb"getenv|vim\.env|argparse|:(?:flag|option|add_option|add_flag)\(|[\"']--[a-z]"),
    calls=(
        Call(r"(?:\w+\.)?(?:os_)?getenv"),
        Call(
            r"\w+:(?:flag|option|add_option|add_flag)",
            ItemKind.CLI_FLAG,
            spelling=switches,
            only=r"-.*",
            unless_chained=r":hidden\(true\)",
        ),
    ),
    texts=(
        Text(r"\bvim\.env\.(?P<name>[A-Z][A-Z0-9_]*)\b(?!\s*=[^=])"),
        Text(
            r"\b(?:\w*arg\w*(?:\[\w+\])?|a|v|opt)\s*==\s*(?P<expression>[\"']--[a-z][\w-]*[\"'])",
            ItemKind.CLI_FLAG,
            switches,
        ),
    ),
    call_nodes=("function_call",),
    functions=("function_declaration",),
    chains=("method_index_expression",),
    strings=("string",),
    aliases=(),
    loops=(r"\bfor\s+(?P<targets>[\w\s,]+?)\s+in\s+i?pairs\((?P<iterable>\{[^{}]*\}|[\w.]+)\)",),
)

DETECTOR = Reader(FAMILY)
