"""Java and Kotlin: System.getenv, Spring's @Value, mappings and configuration properties, picocli, JAX-RS."""

from __future__ import annotations

import re

from driftguard.ai_sync.detectors._enums import enumerated
from driftguard.ai_sync.detectors._spring import placeholders, routes
from driftguard.ai_sync.items import ItemKind
from driftguard.ai_sync.reader import Reader
from driftguard.ai_sync.rules import ENV_LIKE, Access, Call, Family, Text
from driftguard.ai_sync.spelling import switches

_HINT = re.compile(
    rb"(?:enum|class)\s+[\w ]*Env"
    rb"|getenv|@Value|@Option|@Parameter|Mapping\(|@Path\(|addOption|ConfigurationProperties|getOrDefault\(\"[A-Z]|[eE]nv\w*\.get|dotenv|Option\(|option\(|\"--[a-z]"
)
_CALLS = (
    Call(r"(?:\w+\.)*(?:System\.)?getenv(?:\(\))?(?:\.(?:get|getOrDefault|containsKey|getValue))?"),
    Call(r"(?:ALIAS)\.(?:get|getOrDefault|containsKey|getValue)"),
    Call(
        r"(?:\w*[dD]otenv|\w*[eE]nv(?:ironment)?|\w*[cC]onfig)\.(?:get|getProperty|getOrDefault|getRequiredProperty|getEnv)",
        only=ENV_LIKE,
    ),
    Call(r"(?:.*\.)?(?:environmentVariable|envvar|fromEnv)", only=r"[A-Z][A-Z0-9_]*"),
    Call(r"(?:.*\.)?(?:accepts|acceptsAll)", ItemKind.CLI_FLAG, shape="strings", spelling=switches, only=r"--.*"),
    Call(
        r"(?:.*\.)?option",
        ItemKind.CLI_FLAG,
        shape="rest",
        spelling=switches,
        only=r"--?[A-Za-z].*",
        needs="clikt",
        unless=r"hidden\s*=\s*true",
    ),
    Call(r"(?:\w+\.)?addArgument|addArgument", ItemKind.CLI_FLAG, shape="rest", spelling=switches, only=r"-.*"),
)
_TEXTS = (
    Text(
        r"@(?:CommandLine\.)?Option\(\s*(?![^@]*?hidden\s*=\s*true[^@]*?\))(?:[^()@]*?\bnames?\s*=\s*)?(?P<names>\{[^}]*\}|\[[^\]]*\]|arrayOf\([^)]*\)|\"[^\"]*\")",
        ItemKind.CLI_FLAG,
        switches,
        within=r"--[A-Za-z][\w.-]*",
    ),
    Text(
        r"@Parameter\(\s*names\s*=\s*(?P<names>\{[^}]*\}|\[[^\]]*\]|arrayOf\([^)]*\)|\"[^\"]*\")(?![^@]*hidden\s*=\s*true)",
        ItemKind.CLI_FLAG,
        switches,
        within=r"--[A-Za-z][\w.-]*",
    ),
    Text(r"case\s+(?P<expression>\"--[a-z][\w-]*\")", ItemKind.CLI_FLAG, switches),
    Text(r"(?P<expression>\"--[a-z][\w-]*\")\.equals\(", ItemKind.CLI_FLAG, switches),
)
_ALIASES = (
    r"(?P<alias>\b\w+)\s*=\s*System\.getenv\(\)\s*;?\s*$",
    r"(?P<alias>\b\w+)\s*:\s*Map<String,\s*String>\s*=\s*System\.getenv\(\)",
)

JAVA = Family(
    kind="java",
    grammars={".java": "java"},
    hint=_HINT,
    calls=_CALLS,
    texts=_TEXTS,
    specials=(enumerated, placeholders, routes),
    call_nodes=("method_invocation", "object_creation_expression"),
    functions=("method_declaration", "constructor_declaration", "lambda_expression"),
    chains=(),
    quiet=("line_comment", "block_comment"),
    strings=("string_literal",),
    aliases=_ALIASES,
    parameter=r"(?P<name>\w+)\s*(?:\[\])?$",
    constant=r"(?P<name>\b[A-Za-z_]\w*)\s*=\s*(?P<value>\"[^\"\n]*\")\s*;",
    definition=r"\bString\s+NAME\s*=|[\w>\]]\s+NAME\s*\(",
    loops=(r"\bfor\s*\(\s*(?:final\s+)?(?:String|var)\s+(?P<targets>\w+)\s*:\s*(?P<iterable>[\w.]+\([^()]*\)|[\w.]+)",),
)

KOTLIN = Family(
    kind="kotlin",
    grammars={".kt": "kotlin", ".kts": "kotlin"},
    hint=_HINT,
    calls=_CALLS,
    accesses=(
        Access("indexing_expression", r"System\.getenv\(\)\[(?P<expression>.+)\]"),
        Access("indexing_expression", r"(?:\w*[dD]otenv|ALIAS)\[(?P<expression>.+)\]"),
    ),
    texts=_TEXTS,
    specials=(enumerated, placeholders, routes),
    call_nodes=("call_expression",),
    argument_nodes=("value_arguments",),
    functions=("function_declaration",),
    chains=("navigation_expression",),
    quiet=("line_comment", "multiline_comment", "comment"),
    strings=("string_literal", "multi_line_string_literal", "line_string_literal"),
    aliases=_ALIASES,
    parameter=r"(?:vararg\s+)?(?P<name>\w+)\s*:",
    constant=r"(?P<name>\b[A-Za-z_]\w*)(?:\s*:\s*String)?\s*=\s*(?P<value>\"[^\"\n]*\")",
    definition=r"\bfun\s+(?:<[^>]*>\s*)?(?:\w+\.)?NAME\b|\bva[lr]\s+NAME\b",
    loops=(r"\bfor\s*\(\s*(?P<targets>\w+)\s+in\s+(?P<iterable>listOf\([^()]*\)|[\w.]+)",),
)

DETECTOR = Reader(JAVA)
