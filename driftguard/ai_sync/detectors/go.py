"""Go: os, struct tags, envconfig, viper, flag, pflag, cobra, urfave/cli, kingpin, net/http, gin, echo, chi, fiber."""

from __future__ import annotations

import re

from driftguard.ai_sync.detectors._go_routes import routes
from driftguard.ai_sync.detectors._go_structs import struct_tags
from driftguard.ai_sync.detectors._go_viper import viper_keys
from driftguard.ai_sync.items import ItemKind
from driftguard.ai_sync.reader import Reader
from driftguard.ai_sync.rules import ASKED_ARGUMENT, ASKED_PATH, ENV_LIKE, Access, Call, Family, Text
from driftguard.ai_sync.spelling import first_flag, flag, path, switches

_TYPES = (
    r"(?:String|Bool|Int|Int8|Int16|Int32|Int64|Uint|Uint8|Uint16|Uint32|Uint64|Float|Float32|Float64|Duration|StringSlice"
    r"|StringArray|IntSlice|Int32Slice|Int64Slice|UintSlice|BoolSlice|Float32Slice|Float64Slice|DurationSlice|IP|IPNet|IPMask"
    r"|IPSlice|Count|StringToString|StringToInt|StringToInt64|BytesHex|BytesBase64|Text|Func|BoolFunc)"
)
_SETS = (
    r"(?:flag|pflag|goflag|flag\.CommandLine|pflag\.CommandLine|\w*[fF]lag[sS]?(?:[sS]et)?|fs|f|fl|set"
    r"|.*\.(?:Persistent)?(?:Local)?Flags\(\)|.*\.[fF]lags?|.*\.[fF]lagSet|.*\.fs)"
)
_NEEDS = r"\bflag\b|pflag|cobra"

FAMILY = Family(
    kind="go",
    grammars={".go": "go"},
    hint=re.compile(
        rb"(?i:getenv|lookupenv|envconfig|viper|\.path\(|path\s*==|\bflag|pflag|cobra|kingpin|\.flag\()"
        rb"|env[A-Z:\"]|[eE]nv\w*\[\"|Env[A-Za-z]*\(|Flag\{|EnvVar|long:\""
        rb"|HandleFunc|URL\.Path|Method:|http\.Method|range os\.Env|go-arg|\.Handle\("
        rb"|\.(?:GET|POST|PUT|PATCH|DELETE|Get|Post|Put|Patch|Delete|Any|Route|Group)\(|--[a-z]"
    ),
    calls=(
        Call(r"(?:\w+\.)?(?:Getenv|LookupEnv|ExpandEnv)"),
        Call(r"(?:\w*viper\w*|v|vp)\.Get\w*", only=ENV_LIKE, needs="viper"),
        Call(r"(?:\w+\.)*(?:getenv|getEnv|GetEnv|lookupenv|lookupEnv)", only=ENV_LIKE),
        Call(r"(?:\w*viper\w*|v|vp)\.(?:Must)?BindEnv", at=1, shape="rest", needs="viper"),
        Call(r"(?:cli|altsrc)\.EnvVars?|EnvVars", shape="rest"),
        Call(r".*\.(?:Envar|OverrideDefaultFromEnvar|EnvVar|FromEnv|WithEnv)", only=r"[A-Z][A-Z0-9_]*"),
        Call(
            rf"{_SETS}\.{_TYPES}(?:Slice|Array)?VarP?|{_SETS}\.(?:VarP?|VarPF|TextVar|FuncVar)",
            ItemKind.CLI_FLAG,
            at=1,
            spelling=flag,
            least=3,
            needs=_NEEDS,
        ),
        Call(rf"\w+\.{_TYPES}VarP?", ItemKind.CLI_FLAG, at=1, spelling=flag, least=4, needs=_NEEDS),
        Call(rf"{_SETS}\.{_TYPES}P?", ItemKind.CLI_FLAG, at=0, spelling=flag, least=3, needs=_NEEDS),
        Call(
            r"(?:flag|fs|flags?|\w*[fF]lagSet)\.(?:Func|BoolFunc)",
            ItemKind.CLI_FLAG,
            spelling=flag,
            least=3,
            needs=_NEEDS,
        ),
        Call(
            r"(?:.*\.)?(?:\w+|[cC]ommand\(.*\))\.Flag",
            ItemKind.CLI_FLAG,
            spelling=flag,
            needs="kingpin",
            unless_chained=r"\.Hidden\(\)",
        ),
        Call(
            r"strings\.(?:HasPrefix|TrimPrefix|CutPrefix|EqualFold)",
            ItemKind.CLI_FLAG,
            at=1,
            spelling=switches,
            only=r"--[a-z][\w-]*=?",
        ),
    ),
    accesses=(
        Access(
            "index_expression", rf"(?:\w+\.)*(?:os)?[eE]nv(?:ars?|iron|ironment|s)?\[(?P<expression>\"{ENV_LIKE}\")\]"
        ),
        Access(
            "binary_expression",
            r"\w*(?:arg|Arg|opt|flag|\])\w*==(?P<expression>\"--?[a-z][\w-]*\")",
            ItemKind.CLI_FLAG,
            switches,
        ),
        Access(
            "binary_expression",
            r"\w+==(?P<expression>\"--?[a-z][\w-]+\")",
            ItemKind.CLI_FLAG,
            switches,
            needs=r"os\.Args",
        ),
        Access(
            "expression_case",
            r"case(?:\"[^\"]*\",)*(?P<expression>\"--[a-z][\w-]*\").*",
            ItemKind.CLI_FLAG,
            switches,
        ),
    ),
    texts=(
        Text(ASKED_ARGUMENT, ItemKind.CLI_FLAG, switches),
        Text(
            ASKED_PATH.replace(r"\b[rR]eq(?:uest)?", r"\br|\b[rR]eq(?:uest)?"),
            ItemKind.HTTP_ROUTE,
            path,
            needs="net/http",
        ),
        Text(
            r"\b(?:r|req|request)\.URL\.Path\s*==\s*(?P<expression>[A-Za-z_]\w*)\b(?![.(\[])",
            ItemKind.HTTP_ROUTE,
            path,
            only=r"/.+",
            needs="net/http",
        ),
        Text(
            r"\bEnvVars?\s*:\s*(?:\[\]string)?\{?\s*(?P<names>(?:\"[A-Za-z_]\w*(?:,\s*\w+)*\"\s*,?\s*)+)",
            within=r"[A-Za-z_]\w*",
        ),
        Text(r"\bEnvVars?\s*:\s*(?:\[\]string\{)?\s*(?P<expression>[A-Za-z_][\w.]*)\s*[,}\n]"),
        Text(r"\bEnvVars?\s*:\s*\[\]string\{(?P<listed>[^{}]*\+[^{}]*)\}"),
        Text(
            r"\b(?:Env|EnvVars?|EnvName|EnvKey)\s*:\s*(?P<expression>(?:[A-Za-z_][\w.]*\s*\+\s*)+\"[A-Z0-9_]+\"|fmt\.Sprintf\([^()\n]*\))"
        ),
        Text(
            rf"\bcase\s+(?P<names>\"{ENV_LIKE}\"(?:\s*,\s*\"{ENV_LIKE}\")*)\s*:",
            within=ENV_LIKE,
            needs=r"range\s+os\.Environ\(\)",
        ),
        Text(
            rf"\bstrings\.(?:HasPrefix|CutPrefix|TrimPrefix)\(\w+,\s*\"(?P<name>{ENV_LIKE})=\"",
            needs=r"range\s+os\.Environ\(\)",
        ),
        Text(
            rf"^[ \t]*(?:const\s+)?\w+\s+\w*Env(?:Var|Name|Key|ironment)?(?:Name)?\s*=\s*(?P<expression>\"{ENV_LIKE}\")"
        ),
        Text(
            r"\.Flag\(\s*(?P<expression>\"[a-z][\w.-]*\")\s*,\s*(?:\"(?:\\.|[^\"\\])*\"|`[^`]*`)\s*\)"
            r"(?!(?:\s*\.\w+\([^()]*\))*\s*\.Hidden\(\))"
            r"(?=\s*\.\s*(?:Short|Default|Envar|Required|PlaceHolder|Bool|Strings?|U?[iI]nt|Float|Duration|Enum|Existing|URL|TCP|IP|Set)\w*\()",
            ItemKind.CLI_FLAG,
            flag,
        ),
        Text(r"\bpflag\.Flag\{\s*Name:\s*(?P<expression>\"[^\"]+\")(?![^{}]*Hidden:\s*true)", ItemKind.CLI_FLAG, flag),
        Text(
            r"\b(?:Env|EnvName|EnvKey|EnvVarName|envVar|envVarName|envKey|env|envName)\s*:\s*(?P<expression>\"[A-Z][A-Z0-9_]*\")",
            only=r"[A-Z][A-Z0-9_]{2,}",
        ),
        Text(
            r"\b(?:cli|altsrc)\.(?:New)?\w*Flag(?:\(&cli\.\w+Flag)?\s*\{(?!(?:[^{}]|\{[^{}]*\})*\bHidden:\s*true)(?:[^{}]|\{[^{}]*\})*?\bName:\s*(?P<expression>\"[^\"]+\"|[A-Za-z_][\w.]*)",
            ItemKind.CLI_FLAG,
            first_flag,
        ),
    ),
    specials=(struct_tags, viper_keys, routes),
    call_nodes=("call_expression",),
    functions=("function_declaration", "method_declaration", "func_literal"),
    chains=("selector_expression",),
    strings=("interpreted_string_literal", "raw_string_literal"),
    writes=("assignment_statement",),
    aliases=(r"\b(?P<alias>\w+)\s*(?::=|=)\s*os\.(?:Getenv|LookupEnv)\s*$",),
    hides=(r"\.Mark(?:Hidden|Deprecated)\(\s*\"(?P<name>[\w-]+)\"",),
    parameter=r"^(?P<name>[A-Za-z_]\w*)",
    constant=(
        r"\b(?!(?:const|var)\b)(?P<name>[A-Za-z_]\w*)(?:[ \t]+\w+)?[ \t]*:?=[ \t]*"
        r"(?P<value>\"[^\"\n]*\"|`[^`\n]*`)"
    ),
    definition=r"\bfunc\s+(?:\([^)]*\)\s*)?NAME\b|^\s*(?:const|var)?\s*NAME\b[^=(:]*=|\bNAME\s*:=",
    loops=(r"\bfor\s+(?P<targets>[\w\s,]+?)\s*:=\s*range\s+(?P<iterable>\[\]string\{[^{}]*\}|[\w.]+)",),
)

DETECTOR = Reader(FAMILY)
