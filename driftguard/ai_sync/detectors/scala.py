"""Scala: sys.env, System.getenv, scopt."""

from __future__ import annotations

import re

from driftguard.ai_sync.items import ItemKind
from driftguard.ai_sync.reader import Reader
from driftguard.ai_sync.rules import Call, Family, Text
from driftguard.ai_sync.spelling import switches

FAMILY = Family(
    kind="scala",
    grammars={".scala": "scala", ".sbt": "scala"},
    hint=re.compile(rb"sys\.env|getenv|opt\["),
    calls=(
        Call(
            r"(?:sys\.env|ALIAS)(?:\.(?:get|getOrElse|contains|apply))?|System\.getenv(?:\(\))?(?:\.get|\.getOrDefault)?"
        ),
    ),
    texts=(Text(r"\bopt\[[^\]]*\]\(\s*(?:'.'\s*,\s*)?\"(?P<name>[a-z][\w-]*)\"", ItemKind.CLI_FLAG, switches),),
    call_nodes=("call_expression",),
    quiet=("comment", "block_comment"),
    strings=("string", "interpolated_string_expression"),
    functions=("function_definition",),
    parameter=r"^(?P<name>\w+)\s*:",
    constant=r"(?P<name>\b[A-Za-z_]\w*)(?:\s*:\s*String)?\s*=\s*(?P<value>\"[^\"\n]*\")",
)

DETECTOR = Reader(FAMILY)
