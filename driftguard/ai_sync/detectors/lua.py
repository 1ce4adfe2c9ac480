"""Lua: os.getenv."""

from __future__ import annotations

import re

from driftguard.ai_sync.reader import Reader
from driftguard.ai_sync.rules import Call, Family

FAMILY = Family(
    kind="lua",
    grammars={".lua": "lua"},
    hint=re.compile(rb"getenv"),
    calls=(Call(r"(?:os\.)?getenv"),),
    call_nodes=("function_call",),
    functions=("function_declaration",),
)

DETECTOR = Reader(FAMILY)
