"""Swift: ProcessInfo's environment, swift-argument-parser, Commandant."""

from __future__ import annotations

import re

from driftguard.ai_sync.detectors._enums import enumerated
from driftguard.ai_sync.items import ItemKind
from driftguard.ai_sync.reader import Reader
from driftguard.ai_sync.rules import Access, Call, Family, Text
from driftguard.ai_sync.spelling import flag, kebab_flag

_ATTRIBUTE = r"@(?:Option|Flag)(?P<given>\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\))?"
_HIDDEN = r"(?![^\n]*\bhelp:\s*\.(?:hidden|private)\b)(?![^\n]*visibility:\s*\.(?:hidden|private))"

FAMILY = Family(
    kind="swift",
    grammars={".swift": "swift"},
    hint=re.compile(
        rb"environment\b|Environment\.get|getenv|customLong|ArgumentParser|Commandant|ProcessEnv|enum\s+\w*Env"
    ),
    calls=(Call(r"(?:Environment\.(?:get|process)|getenv)"),),
    accesses=(
        Access("call_expression", r"(?:\w+\.)*(?:ALIAS|environment|ProcessEnv\.vars)\[(?P<expression>[^\[\]]+)\]"),
    ),
    texts=(
        Text(rf"@(?:Option|Flag)\({_HIDDEN}[^\n]*?customLong\(\s*\"(?P<name>[a-z][\w-]*)\"", ItemKind.CLI_FLAG, flag),
        Text(
            rf"@(?:Option|Flag)\b{_HIDDEN}(?!\((?:[^()]|\([^()]*\))*?(?:customLong|name:\s*\.(?:short|customShort)\b))"
            r"(?:\((?:[^()\"]|\"(?:\\.|[^\"\\])*\"|\((?:[^()\"]|\"(?:\\.|[^\"\\])*\"|\([^()]*\))*\))*\))?\s*(?:(?:public|private|internal)\s+)?var\s+(?P<name>\w+)",
            ItemKind.CLI_FLAG,
            kebab_flag,
            needs="ArgumentParser",
        ),
        Text(
            r"\b(?:Option|Switch)(?:<[^>]*>)?\([^()]*?\bkey:\s*\"(?P<name>[\w-]+)\"",
            ItemKind.CLI_FLAG,
            flag,
            needs="Commandant|OptionsProtocol|CommandMode",
        ),
    ),
    specials=(enumerated,),
    call_nodes=("call_expression",),
    argument_nodes=("value_arguments", "call_suffix"),
    functions=("function_declaration",),
    strings=("line_string_literal",),
    aliases=(
        r"\b(?P<alias>\w+)\s*(?::\s*\[String:\s*String\]\s*)?=\s*(?:Foundation\.)?ProcessInfo\.processInfo\.environment\s*$",
    ),
    parameter=r"^(?:\w+\s+)?(?P<name>\w+)\s*:",
    loops=(r"\bfor\s+(?P<targets>\w+)\s+in\s+(?P<iterable>\[[^\[\]]*\]|[\w.]+)",),
)

DETECTOR = Reader(FAMILY)
