"""JavaScript and TypeScript: process.env, import.meta.env, Deno, Bun, schemas, commander, yargs, Express, Fastify."""

from __future__ import annotations

import re

from driftguard.ai_sync.detectors._enums import enumerated
from driftguard.ai_sync.detectors._javascript_objects import (
    flags_of_objects,
    only_scripts,
    schemas,
    shared_flags,
    validated,
)
from driftguard.ai_sync.detectors._javascript_routes import mounted_routes, nest_routes
from driftguard.ai_sync.items import ItemKind
from driftguard.ai_sync.reader import Reader
from driftguard.ai_sync.rules import ASKED_PATH, ENV_LIKE, Access, Call, Family, Text
from driftguard.ai_sync.spelling import camel_flag, first_flag, flag, path, switches

_ENV = (
    r"(?:(?:globalThis\.|global\.|window\.)?process\??\.env!?|\(process\.envas[^()]*\)|import\.meta\.env|Bun\.env"
    r"|ALIAS)"
)
_MINIMAL = "optimist|minimist|yargs-parser"
"""Parsers that take every flag; only the code that asks for one says which there are."""
_FLAG = r"(?P<expression>[\"'`]--(?:[a-z][\w-]*|\$\{\w+\})=?[\"'`])"
_SHORT = r"(?:a|s|v|x|i|it|item|el|part|token|value|name|param)"
"""What a callback calls one of the program's arguments."""

FAMILY = Family(
    kind="javascript",
    interpreter="(?:node|deno|bun|tsx)",
    grammars={
        ".ts": "typescript",
        ".mts": "typescript",
        ".cts": "typescript",
        ".tsx": "tsx",
        ".jsx": "tsx",
        ".js": "tsx",
        ".mjs": "tsx",
        ".cjs": "tsx",
        ".vue": "typescript",
        ".svelte": "typescript",
        ".astro": "typescript",
    },
    hint=re.compile(
        rb"(?:enum|class)\s+[\w ]*Env"
        rb"|\benv\b|--(?:[a-z\"'`]|\$\{)|optimist|minimist|command-line-args|ConfigModule|@Controller\(|defineCommand|class-validator|yargs-parser|(?:url|path\w*)\s*===?\s*[\"'`]/|\.option\(|\.options\(|parseArgs|Flags\.|flags\b|(?:app|[rR]outer|server|fastify|api)\w*\s*\.(?:get|post|put|patch|delete|all|route)\("
        rb"|(?:[eE]xpress|[fF]astify|Hono|Router|polka|Elysia)\s*(?:<[^()\n]*>)?\(|[cC]onfig(?:Service)?\.get|\$env/|@Env\("
    ),
    calls=(
        Call(r"(?:Deno\.env|env)\.(?:get|has)", needs=r"Deno\.env|env-var"),
        Call(rf"{_ENV}\.hasOwnProperty"),
        Call(r"Object\.hasOwn|.*hasOwnProperty\.call", at=1, only=ENV_LIKE, needs=r"process\.env"),
        Call(r"(?:\w+\.)*\w*[cC]onfig(?:Service)?\.(?:get|getOrThrow)", only=ENV_LIKE),
        Call(r"Env", only=ENV_LIKE),
        Call(
            r"(?:.*\.)?(?:option|requiredOption)",
            ItemKind.CLI_FLAG,
            spelling=switches,
            only=r"-.*",
            unless=r"\bhidden:\s*true",
        ),
        Call(
            r"(?:.*\.)?(?:new)*Option",
            ItemKind.CLI_FLAG,
            spelling=switches,
            only=r"-[\w-].*",
            unless_chained=r"\.hideHelp\(",
        ),
        Call(r".*\.env", needs=r"commander", only=r"[A-Z][A-Z0-9_]+"),
        Call(
            r".*\.option",
            ItemKind.CLI_FLAG,
            spelling=camel_flag,
            only=r"[A-Za-z][\w-]*",
            needs=r"\byargs\b|\.usage\(|Argv\b|cac\b",
            unless=r"\bhidden:\s*true|describe:\s*false",
        ),
        Call(
            r".*\.option",
            ItemKind.CLI_FLAG,
            shape="strings",
            spelling=first_flag,
            only=r"[A-Za-z][\w-]*",
            needs=r"(?:require\(|\bfrom\s*)[\"']args[\"']",
        ),
        Call(
            r"(?:.*\)|\w*[yY]args\w*|y|argv)\.(?:boolean|string|number|count|array)",
            ItemKind.CLI_FLAG,
            shape="strings",
            spelling=camel_flag,
            only=r"[A-Za-z][\w-]*",
            needs=r"\byargs\b|Argv\b",
        ),
        Call(r"Option\.(?:Boolean|String|Array|Counter|Rest)", ItemKind.CLI_FLAG, spelling=switches, only=r"-.*"),
        Call(
            r".*\.options",
            ItemKind.CLI_FLAG,
            shape="keys",
            spelling=camel_flag,
            only=r"[A-Za-z][\w-]*",
            needs=r"\byargs\b|Argv\b",
        ),
        Call(
            r"(?:.*\.)?(?:argv|args|rawArgs|_args|execArgv|slice\(\d\))\.(?:includes|indexOf)",
            ItemKind.CLI_FLAG,
            spelling=switches,
            only=r"--[a-z].*",
        ),
        Call(r"\w*(?:arg|opt|flag|token)\w*\.startsWith", ItemKind.CLI_FLAG, spelling=switches, only=r"--[a-z].*"),
        Call(rf"{_SHORT}\.startsWith", ItemKind.CLI_FLAG, spelling=switches, only=r"--[a-z].*", needs=r"process\.argv"),
    ),
    accesses=(
        Access(
            "member_expression",
            rf"(?!import\.meta\.env\.(?:MODE|DEV|PROD|SSR|BASE_URL)$){_ENV}\??\.(?!hasOwnProperty$)(?P<name>[A-Za-z_]\w*)",
        ),
        Access("subscript_expression", rf"{_ENV}(?:\?\.)?\[(?P<expression>.+)\]"),
        Access("binary_expression", rf"(?P<expression>[\"'`][A-Z]\w*[\"'`]|[A-Za-z_$][\w$.]*?)in{_ENV}"),
        Access(
            "member_expression",
            r"(?:argv|args)\.(?!length$|_$|slice$|map$|filter$)(?P<name>[A-Za-z]\w+)",
            ItemKind.CLI_FLAG,
            camel_flag,
            needs=_MINIMAL,
        ),
        Access(
            "subscript_expression",
            r"(?:argv|args)\[(?P<expression>[\"'`][A-Za-z][\w-]+[\"'`])\]",
            ItemKind.CLI_FLAG,
            camel_flag,
            needs=_MINIMAL,
        ),
        Access(
            "binary_expression",
            rf"(?:\w*(?:arg|opt|flag)\w*(?:\[\w+\])?|process\.argv\[\w+\])===?{_FLAG}",
            ItemKind.CLI_FLAG,
            switches,
        ),
        Access("binary_expression", rf"{_SHORT}===?{_FLAG}", ItemKind.CLI_FLAG, switches, needs=r"process\.argv"),
        Access("switch_case", rf"case{_FLAG}:.*", ItemKind.CLI_FLAG, switches),
    ),
    texts=(
        Text(
            r"\{\s*name\s*:\s*(?P<expression>[\"'`][a-z][\w-]*[\"'`])(?=[^{}]*\b(?:type|alias|defaultOption)\s*:)",
            ItemKind.CLI_FLAG,
            flag,
            needs=r"[\"']command-line-args[\"']",
        ),
        Text(ASKED_PATH, ItemKind.HTTP_ROUTE, path),
        Text(
            r"\[(?P<names>(?:\s*[\"'`]--?[\w-]+[\"'`]\s*,?)+)\]\.includes\(\s*\w*(?:arg|flag|opt)\w*",
            ItemKind.CLI_FLAG,
            switches,
            within=r"--[a-z][\w-]*",
        ),
        Text(
            r"\{(?P<names>[^{};]*)\}\s*(?::\s*[\w.<>, ]+)?"
            r"=\s*(?:process\.env|import\.meta\.env|Bun\.env|ALIAS)\b(?![.(\[])",
            within=r"\b[A-Z_][A-Z0-9_]*\b(?=\s*(?:[,:=}\n]|$))",
        ),
        Text(
            r"\{\s*env\s*:\s*\{(?P<names>[^{}]*)\}[^{}=]*\}\s*=\s*(?:globalThis\.)?process\b(?!\.)",
            within=r"\b[A-Z_][A-Z0-9_]*\b(?=\s*(?:[,:=}\n]|$))",
        ),
        Text(
            r"import\s*\{(?P<names>[^}]*)\}\s*from\s*[\"']\$env/static/(?:private|public)",
            within=r"[A-Z][A-Z0-9_]+(?!\s+as)",
        ),
        Text(
            r"(?:\b|[\"'])(?:env|envVar|envVarName|env_var|envName|envKey|envvar|EnvVar|environmentVariable|fromEnv)[\"']?\s*:\s*(?P<expression>[\"'`][A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*[\"'`])(?=\s*[,}\n)])",
            only=r"[A-Z][A-Z0-9_]{2,}",
        ),
    ),
    code=only_scripts,
    specials=(enumerated, schemas, validated, flags_of_objects, shared_flags, mounted_routes, nest_routes),
    call_nodes=("call_expression", "new_expression"),
    functions=(
        "function_declaration",
        "arrow_function",
        "method_definition",
        "function_expression",
        "generator_function_declaration",
    ),
    chains=("member_expression",),
    strings=("string", "template_string", "regex"),
    writes=("assignment_expression", "augmented_assignment_expression", "unary_expression"),
    aliases=(
        r"\b(?:const|let|var)\s+(?P<alias>[A-Za-z_$][\w$]*)(?:\s*:[^=\n]+)?\s*=\s*(?:process\.env|import\.meta\.env|Bun\.env|useEnv\(\))(?:\s+as\s+[\w<>,\s|]+)?\s*(?=[;\n,)]|\|\||\?\?|$)",
        r"\{[^{}]*\b(?P<alias>env)\b[^{}:]*\}\s*=\s*(?:globalThis\.)?process\b(?!\.)",
        r"\{[^{}]*\benv\s*:\s*(?P<alias>\w+)[^{}]*\}\s*=\s*process\b(?!\.)",
        r"import\s*\{[^}]*\b(?P<alias>env)\b[^}]*\}\s*from\s*[\"'](?:node:process|process|bun|\$env/dynamic/\w+|std-env)[\"']",
        r"import\s*\{[^}]*\benv\s+as\s+(?P<alias>\w+)[^}]*\}\s*from\s*[\"'](?:node:process|process|bun|\$env/dynamic/\w+)[\"']",
        r"(?P<alias>\b[A-Za-z_$][\w$]*)\s*(?::\s*(?:NodeJS\.ProcessEnv|Record<string,[^=>]*>)\s*)?=\s*process\.env\s*[,)]",
        r"(?P<alias>\b\w+)\s*\??:\s*NodeJS\.ProcessEnv\b",
        r"\b(?:const|let|var)\s+(?P<alias>\w+)(?:\s*:[^=\n]+)?\s*=\s*\{\s*\.\.\.process\.env\b",
    ),
    constant=(
        r"(?P<name>[A-Za-z_$][\w$]*)\s*(?:(?::[^=\n\"'`]+)?=\s*|:\s*(?=[\"'`][A-Z][A-Z0-9]*_[A-Z0-9_]+[\"'`]))"
        r"(?P<value>\"[^\"\n]*\"|'[^'\n]*'|`[^`\n]*`)"
    ),
    parameter=r"^(?:\.\.\.)?(?:(?:public|private|readonly|protected)\s+)*(?P<name>[A-Za-z_$][\w$]*)",
    definition=r"\b(?:function\*?|const|let|var|async|export|public|private|static|protected|readonly)\b.*\bNAME\b|^\s*(?:async\s+)?NAME\s*(?:<[^>]*>)?\(|\bNAME\s*[:=]",
    loops=(
        r"\bfor\s*\(\s*(?:const|let|var)\s+(?P<targets>[\w\s,\[\]]+?)\s+of\s+(?P<iterable>\[[^\[\]]*\]|Object\.\w+\([\w.]+\)|[\w.]+)",
        r"(?P<iterable>\[[^\[\]]*\]|Object\.\w+\([\w.]+\)|\b[\w]+)\s*\.(?:forEach|map|filter|some|every|find|flatMap)\(\s*(?:async\s*)?\(?\s*(?P<targets>\w+|\[[\w\s,]+\])",
    ),
)

DETECTOR = Reader(FAMILY)
