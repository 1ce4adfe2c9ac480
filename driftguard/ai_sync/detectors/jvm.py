"""Java and Kotlin: System.getenv, Spring's @Value, mappings and configuration properties, picocli, JAX-RS."""

from __future__ import annotations

import re
from collections.abc import Iterator

from driftguard.ai_sync.detectors._enums import enumerated
from driftguard.ai_sync.detectors._jvm_routes import lambdas
from driftguard.ai_sync.detectors._spring import placeholders, relaxed, routes
from driftguard.ai_sync.items import ItemKind
from driftguard.ai_sync.reader import Reader
from driftguard.ai_sync.rules import ASKED_ARGUMENT, ENV_LIKE, Access, Call, Family, Text
from driftguard.ai_sync.spelling import Named, first_flag, flag, kebab_flag, switches

_HINT = re.compile(
    rb"(?:enum|class)\s+[\w ]*Env"
    rb"|getenv|commons\.cli|joptsimple|args4j|picocli|ConfigProperty|@Property|envvar|kotlinx\.cli|[jJ]avalin|ktor|micronaut|spark\."
    rb"|\.(?:equals|startsWith)\(\"--|@Value|@Option|@Parameter|Mapping\(|@Path\(|addOption|ConfigurationProperties"
    rb"|getOrDefault\(\"[A-Z]|[eE]nv\w*\.get|[cC]onfig\w*(?:\(\))?\.get|\(args, \"-|dotenv|Option\(|option\(|\"--[a-z]"
)
_LISTED = r"(?P<listed>\{[^}]*\}|\[(?:[^\]\"]|\"[^\"]*\")*\]|arrayOf\([^)]*\)|\"[^\"]*\"|[A-Z][A-Z0-9_]*\b(?!\s*=))"


def properties(texts: list[str]) -> Iterator[Named]:
    """Keys of a settings file, in all the spellings that frameworks take from the environment."""
    yield from map(relaxed, texts)


_CALLS = (
    Call(r"(?:\w+\.)*(?:System\.)?getenv(?:\(\))?(?:\.(?:get|getOrDefault|containsKey|getValue))?"),
    Call(r"(?:ALIAS)\.(?:get|getOrDefault|containsKey|getValue)"),
    Call(
        r"(?:\w*[dD]otenv|\w*[eE]nv(?:ironment)?|\w*[cC]onfig(?:uration)?(?:\(\))?)\.(?:get|getProperty|getOrDefault|getRequiredProperty|getEnv|getString|getInteger|getInt|getLong|getBoolean|getDouble|getValue)",
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
    Call(
        r"(?:.*\.)?(?:accepts|acceptsAll)",
        ItemKind.CLI_FLAG,
        shape="strings",
        spelling=first_flag,
        needs="joptsimple",
        only=r"[A-Za-z].*",
    ),
    Call(
        r"(?:.*\.)?(?:OptionSpec\.)?builder",
        ItemKind.CLI_FLAG,
        shape="rest",
        spelling=switches,
        only=r"-.*",
        needs="OptionSpec",
    ),
    Call(
        r"(?:.*\.)?(?:longOpt|withLongOpt)",
        ItemKind.CLI_FLAG,
        spelling=flag,
        needs=r"commons\.cli|OptionBuilder|Option\.builder",
    ),
    Call(
        r"(?:\w*[oO]pt\w*|.*[oO]ptions\(.*\)|.*)\.addOption|addOption|new(?:\w+\.)*Option|(?:\w+\.)*Option",
        ItemKind.CLI_FLAG,
        at=1,
        least=3,
        spelling=flag,
        only=r"[a-zA-Z][\w.-]*",
        needs=r"commons\.cli",
    ),
    Call(
        r"(?:.*\.)?option",
        ItemKind.CLI_FLAG,
        at=None,
        keyword=("fullName",),
        spelling=flag,
        needs=r"kotlinx\.cli",
    ),
    Call(r"(?:.*\.)?option", at=None, keyword=("envvar",), needs="clikt"),
    Call(
        r"\w*[aA]rg\w*(?:\[\w+\])?\.(?:equals|startsWith|equalsIgnoreCase)",
        ItemKind.CLI_FLAG,
        spelling=switches,
        only=r"--[a-z].*",
    ),
    Call(
        r"\w+\.(?:equals|startsWith|equalsIgnoreCase)",
        ItemKind.CLI_FLAG,
        spelling=switches,
        only=r"--[a-z].*",
        needs=r"\bmain\(",
    ),
    Call(r"(?:\w+\.)?addArgument|addArgument", ItemKind.CLI_FLAG, shape="rest", spelling=switches, only=r"-.*"),
)
_TEXTS = (
    Text(ASKED_ARGUMENT, ItemKind.CLI_FLAG, switches),
    Text(
        rf"@(?:CommandLine\.)?Option\(\s*(?![^@]*?hidden\s*=\s*true[^@]*?\))(?:[^()@]*?\bnames?\s*=\s*)?{_LISTED}",
        ItemKind.CLI_FLAG,
        switches,
        only=r"-.+",
    ),
    Text(
        rf"@Parameter\((?![^@]*?hidden\s*=\s*true)[^()@]*?\bnames\s*=\s*{_LISTED}",
        ItemKind.CLI_FLAG,
        switches,
        only=r"-.+",
    ),
    Text(
        r"@Option\((?:[^()@]*?,\s*)?longName\s*=\s*(?P<expression>\"[A-Za-z][\w.-]*\")(?![^()@]*hidden\s*=\s*true)",
        ItemKind.CLI_FLAG,
        flag,
    ),
    Text(r"\bdefaultValue\s*=\s*\"[^\"]*\$\{env:(?P<name>[A-Z][A-Z0-9_]*)", needs="picocli|CommandLine"),
    Text(r"@ConfigProperty\([^()]*?\bname\s*=\s*(?P<expression>\"[\w.-]+\")", spelling=properties),
    Text(r"@Property\(\s*name\s*=\s*(?P<expression>\"[\w.-]+\")", spelling=properties, needs="micronaut"),
    Text(
        rf"(?:\bcase\s+|(?<=\n)\s*(?=\"[^\n]*->)|(?<=\{{)\s*(?=\"[^\n]*->))(?P<names>\"{ENV_LIKE}\"(?:\s*,\s*\"{ENV_LIKE}\")*)\s*(?:->|:)",
        within=ENV_LIKE,
        needs=r"getenv\(\)\.(?:entrySet|forEach|keySet)|in System\.getenv\(\)",
    ),
    Text(
        r"\bcase\s+(?P<listed>\"-[^\"]*\"(?:\s*,\s*\"-[^\"]*\")*)\s*(?:->|:)",
        ItemKind.CLI_FLAG,
        switches,
        only=r"--[a-z].*",
    ),
    Text(
        r"\bval\s+(?P<name>\w+)\s*(?::\s*[\w?<>]+\s*)?by\s+option\((?!\s*\"-)(?!(?:[^()]|\([^()]*\))*?,\s*\"-)(?!(?:[^()]|\([^()]*\))*?names\s*=)(?![^()]*hidden\s*=\s*true)",
        ItemKind.CLI_FLAG,
        kebab_flag,
        needs="clikt",
    ),
    Text(
        r"\bval\s+(?P<name>\w+)\s+by\s+\w+\.option\((?![^()]*fullName)(?![^()]*ArgType\.\w+,\s*\")",
        ItemKind.CLI_FLAG,
        flag,
        needs=r"kotlinx\.cli",
    ),
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
    specials=(enumerated, placeholders, routes, lambdas),
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
    specials=(enumerated, placeholders, routes, lambdas),
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
