"""C#: Environment, configuration keys in capitals, System.CommandLine, ASP.NET routes."""

from __future__ import annotations

import re

from driftguard.ai_sync.detectors._csharp_routes import routes
from driftguard.ai_sync.detectors._enums import enumerated
from driftguard.ai_sync.items import ItemKind
from driftguard.ai_sync.reader import Reader
from driftguard.ai_sync.rules import ASKED_ARGUMENT, ASKED_PATH, ENV_LIKE, Access, Call, Family, Text
from driftguard.ai_sync.spelling import flag, kebab_flag, lower_flag, path, piped, switches

FAMILY = Family(
    kind="csharp",
    grammars={".cs": "csharp"},
    hint=re.compile(
        rb"EnvironmentVariable|\.Setup[<(]|\(args, \"-|\[Env|[cC]onfig\w*[\[.]"
        rb"|\[Argument|Option|\"--[a-z]|\[Http|\[Route|\.Map\w*\(|case\s+\"/|[pP]ath\w*\s*=="
    ),
    calls=(
        Call(r"(?:\w+\.)*GetEnvironmentVariables?(?:\(\))?"),
        Call(r"(?:\w+\.)*_?\w*[cC]onfig(?:uration)?\.(?:GetValue|GetSection|GetRequiredSection)", only=ENV_LIKE),
        Call(r"ALIAS\.(?:Contains|ContainsKey|TryGetValue)", only=ENV_LIKE),
        Call(
            r"(?:\w+\.)*(?:[aA]pp\w*|[cC]ommand\w*|[cC]md\w*|c|config|\w*Cmd|\w*Command)\.Option",
            ItemKind.CLI_FLAG,
            spelling=piped,
            only=r"-.*",
            least=2,
        ),
        Call(
            r"new(?:\w+\.)*(?:Option|CliOption)",
            ItemKind.CLI_FLAG,
            keyword=("name", "aliases"),
            shape="strings",
            spelling=switches,
            only=r"-.*",
            unless_chained=r"\b(?:Is)?Hidden\s*=\s*true",
        ),
        Call(
            r"new",
            ItemKind.CLI_FLAG,
            keyword=("name", "aliases"),
            shape="strings",
            spelling=switches,
            only=r"--?[A-Za-z][\w-]*",
            needs=r"Option<|CliOption",
            unless_chained=r"\b(?:Is)?Hidden\s*=\s*true",
        ),
        Call(
            r"\w*(?:arg|opt)\w*(?:\[\w+\])?\.(?:StartsWith|Equals|Contains|IsEqualTo|EqualsIgnoreCase)",
            ItemKind.CLI_FLAG,
            spelling=switches,
            only=r"--.*",
        ),
        Call(
            r"\w+\.(?:StartsWith|Equals|Contains|IsEqualTo|EqualsIgnoreCase)",
            ItemKind.CLI_FLAG,
            spelling=switches,
            only=r"--[a-z].*",
            needs=r"\bMain\(|\bargs\b",
        ),
    ),
    accesses=(
        Access(
            "element_access_expression",
            r"(?:\w+\.)*_?[cC]onfig(?:uration)?\[(?P<expression>\"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\")\]",
        ),
        Access("element_access_expression", r"ALIAS\[(?P<expression>.+)\]"),
    ),
    texts=(
        Text(ASKED_PATH, ItemKind.HTTP_ROUTE, path),
        Text(ASKED_ARGUMENT, ItemKind.CLI_FLAG, switches),
        Text(
            r"\.Setup(?:<(?:[^<>]|<[^<>]*>)*>)?\(\s*(?:'\w'\s*,\s*)?(?P<expression>\"[a-zA-Z][\w-]+\")\s*\)",
            ItemKind.CLI_FLAG,
            flag,
            needs=r"\bWithDescription\(|FluentCommandLine|Fclp",
        ),
        Text(
            r"\b[oO]ptions?\.Add\(\s*(?P<expression>\"[a-zA-Z?][\w|?-]*[=:]?\")\s*,(?=(?:[^;\"]|\"[^\"]*\")*?=>)",
            ItemKind.CLI_FLAG,
            piped,
        ),
        Text(
            r"\bcase\s+(?P<expression>\"/[\w.-][\w./-]*\")\s*:",
            ItemKind.HTTP_ROUTE,
            path,
            needs=r"Request\.Path|AbsolutePath|HttpListener|HttpContext",
        ),
        Text(r"\w*(?:arg|opt)\w*(?:\[\w+\])?\s*==\s*(?P<expression>\"--[a-z][\w-]*\")", ItemKind.CLI_FLAG, switches),
        Text(
            r"\b\w+\s*==\s*(?P<expression>\"--[a-z][\w-]*\")", ItemKind.CLI_FLAG, switches, needs=r"\bMain\(|\bargs\b"
        ),
        Text(
            r"(?:[{,]|\bor)\s*(?P<expression>\"--[a-z][\w-]*\")(?=\s*(?:or\s|=>|when\s))",
            ItemKind.CLI_FLAG,
            switches,
            needs=r"\bMain\(|\bargs\b",
        ),
        Text(
            rf"\bcase\s+(?P<expression>\"{ENV_LIKE}\")\s*:",
            needs=r"\bin (?:System\.)?Environment\.GetEnvironmentVariables\(\)",
        ),
        Text(
            r"\[(?:\w+\.)*(?:EnvironmentVariable|EnvironmentVariableName|EnvVar|EnvironmentVar|Env|FromEnv)(?:Attribute)?\(\s*(?:\w+\s*[:=]\s*)?(?P<expression>\"[A-Z][A-Z0-9_]*\"|[\w.]+)\s*[,)]"
        ),
        Text(
            r"\[Argument\(\s*(?:'\w'|default(?:\(char\))?)\s*,\s*(?P<expression>\"[a-zA-Z][\w-]*\")",
            ItemKind.CLI_FLAG,
            flag,
        ),
        Text(
            r"\{\s*(?P<expression>\"(?:[a-zA-Z?][\w-]*\|)*[a-zA-Z][\w-]+(?:\|[a-zA-Z?][\w-]*)*[=:]?(?:\{[^}]*\})?\")\s*,",
            ItemKind.CLI_FLAG,
            piped,
            needs=r"\bOptionSet\b",
        ),
        Text(
            r"\[Option\(\s*(?:'\w'\s*,\s*)?(?:longName:\s*)?(?P<expression>\"[a-zA-Z][\w-]*\")(?![^\]]*Hidden\s*=\s*true)",
            ItemKind.CLI_FLAG,
            flag,
        ),
        Text(
            r"\b(?:Argument|Option|Flag|Switch)Name\s*=\s*(?P<expression>\"--[a-z][\w-]*\")",
            ItemKind.CLI_FLAG,
            switches,
        ),
        Text(r"\bLongName\s*=\s*(?P<expression>\"[a-zA-Z][\w-]*\")", ItemKind.CLI_FLAG, flag),
        Text(
            r"\[Option(?:\((?!\s*[\"'])(?![^\]]*LongName)[^\]]*\))?\]\s*(?:\[[^\]]*\]\s*)*public\s+[\w<>\[\]?.,]+\s+(?P<name>\w+)",
            ItemKind.CLI_FLAG,
            kebab_flag,
            needs="McMaster",
        ),
        Text(
            r"\[CommandOption\(\s*(?P<expression>\"[a-zA-Z][\w-]+\")",
            ItemKind.CLI_FLAG,
            flag,
        ),
        Text(
            r"\[CommandOption\((?:[^\]\"]|\"[^\"]*\")*?\bEnvironmentVariable(?:Name)?\s*=\s*(?P<expression>\"[A-Za-z_]\w*\")"
        ),
        Text(
            r"\[Option(?:\((?!\s*(?:longName:\s*)?[\"'])(?![^\]]*LongName)[^\]]*\))?\]\s*(?:\[[^\]]*\]\s*)*public\s+[\w<>\[\]?.,]+\s+(?P<name>\w+)",
            ItemKind.CLI_FLAG,
            lower_flag,
            needs=r"using CommandLine;",
        ),
        Text(
            r"\[(?:CommandOption|Option)\(\s*\"(?P<names>[^\"]*)\"(?![^\]]*Hidden\s*=\s*true)",
            ItemKind.CLI_FLAG,
            switches,
            within=r"--[\w-]+",
        ),
        Text(r"\bcase\s+(?P<expression>\"--?[a-z][\w-]*\")", ItemKind.CLI_FLAG, switches, only=r"--.*"),
    ),
    specials=(enumerated, routes),
    call_nodes=("invocation_expression", "object_creation_expression", "implicit_object_creation_expression"),
    argument_nodes=("argument_list",),
    functions=("method_declaration", "local_function_statement", "constructor_declaration"),
    strings=("string_literal", "verbatim_string_literal", "interpolated_string_expression"),
    aliases=(r"(?P<alias>\b\w+)\s*=\s*(?:System\.)?Environment\.GetEnvironmentVariables\(\)\s*;",),
    parameter=r"(?P<name>\w+)\s*(?:=.*)?$",
    constant=r"(?P<name>\b[A-Za-z_]\w*)\s*(?:=>|=)\s*(?P<value>\"[^\"\n]*\")\s*;",
    definition=r"\bstring\s+NAME\s*=|[\w>\]?]\s+NAME\s*(?:<\w+>)?\(",
    loops=(
        r"\bforeach\s*\(\s*(?:var|string)\s+(?P<targets>\w+)\s+in\s+(?P<iterable>new\s*(?:string)?\[\]\s*\{[^{}]*\}|[\w.]+)",
    ),
)

DETECTOR = Reader(FAMILY)
