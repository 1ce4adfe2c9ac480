"""Swift: ProcessInfo's environment, swift-argument-parser."""

from __future__ import annotations

import re

from driftguard.ai_sync.items import ItemKind
from driftguard.ai_sync.reader import Reader
from driftguard.ai_sync.rules import Call, Family, Text
from driftguard.ai_sync.spelling import switches

FAMILY = Family(
    kind="swift",
    grammars={".swift": "swift"},
    hint=re.compile(rb"environment\b|Environment\.get|getenv|customLong"),
    calls=(Call(r"(?:Environment\.(?:get|process)|getenv)"),),
    texts=(
        Text(r"\.environment\[(?P<expression>\"\w+\")\]"),
        Text(r"customLong\(\s*\"(?P<name>[a-z][\w-]*)\"", ItemKind.CLI_FLAG, switches),
    ),
    call_nodes=("call_expression",),
    argument_nodes=("value_arguments", "call_suffix"),
    strings=("line_string_literal",),
)

DETECTOR = Reader(FAMILY)
