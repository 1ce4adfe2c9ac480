"""C and C++: getenv, getopt_long tables, comparisons of arguments, gflags, CLI11, cxxopts."""

from __future__ import annotations

import re

from driftguard.ai_sync.items import ItemKind
from driftguard.ai_sync.reader import Reader
from driftguard.ai_sync.rules import Access, Call, Family, Text
from driftguard.ai_sync.spelling import flag, switches

FAMILY = Family(
    kind="c",
    grammars={
        ".c": "c",
        ".h": "cpp",
        ".cc": "cpp",
        ".cpp": "cpp",
        ".cxx": "cpp",
        ".hpp": "cpp",
        ".hh": "cpp",
        ".m": "c",
    },
    hint=re.compile(rb"getenv|qgetenv|_argument\b|\"--[a-z]|DEFINE_|add_option|add_flag|add_options|getopt|env\w*\(\""),
    calls=(
        Call(
            r"(?:std::|::)?(?:secure_|_w|__secure_)?getenv|qgetenv|qEnvironmentVariable(?:IsSet|IntValue|IsEmpty)?|g_getenv|SDL_getenv|base::Environment::GetVar"
        ),
        Call(
            r"(?:str|strn|strcase|strncase|g_str)cmp0?|streq|STREQ|strequal|str_eq|starts_?with|skip_prefix|STRPREFIX|strstartswith",
            ItemKind.CLI_FLAG,
            shape="rest",
            spelling=switches,
            only=r"--[a-z][\w-]*=?",
        ),
        Call(
            r".*(?:\.|->)(?:add_option|add_flag|add_option_function|add_argument)",
            ItemKind.CLI_FLAG,
            shape="strings",
            spelling=switches,
            only=r"(?:-\w,)?--.*",
        ),
        Call(
            r"(?:DEFINE_(?:string|bool|int32|int64|uint32|uint64|double)|ABSL_FLAG)", ItemKind.CLI_FLAG, spelling=flag
        ),
    ),
    accesses=(
        Access(
            "binary_expression", r"\w*(?:arg|opt|\])\w*==(?P<expression>\"--[a-z][\w-]*\")", ItemKind.CLI_FLAG, switches
        ),
    ),
    texts=(
        Text(
            r"\{\s*(?P<expression>\"[a-z][\w-]*\")\s*,\s*(?:no_argument|required_argument|optional_argument|ya_\w+|[012])\s*,",
            ItemKind.CLI_FLAG,
            flag,
            needs=r"getopt|_argument\b",
        ),
        Text(
            r"\{\s*\"(?P<names>-[^\"\n]*)\"\s*(?:,\s*\"(?:--?[^\"]*)\"\s*)*\}",
            ItemKind.CLI_FLAG,
            switches,
            within=r"--[a-z][\w-]*",
        ),
        Text(r"\bOPT_\w+\(\s*(?:'.'|0)\s*,\s*(?P<expression>\"[a-z][\w-]*\")", ItemKind.CLI_FLAG, flag),
    ),
    call_nodes=("call_expression",),
    functions=("function_definition",),
    strings=("string_literal", "raw_string_literal", "char_literal"),
    parameter=r"(?P<name>\w+)\s*(?:\[\])?$",
    constant=r"(?:#\s*define\s+|\b)(?P<name>[A-Za-z_]\w*)(?:\[\])?\s*=?\s*(?P<value>\"[^\"\n]*\")",
    definition=r"#\s*define\s+NAME\b|\bNAME\s*(?:\[\])?\s*=|^[\w\s*:&<>]+\bNAME\s*\(",
)

DETECTOR = Reader(FAMILY)
