"""C and C++: getenv, getopt_long tables, comparisons of arguments, gflags, CLI11, cxxopts."""

from __future__ import annotations

import re

from driftguard.ai_sync.items import ItemKind
from driftguard.ai_sync.reader import Reader
from driftguard.ai_sync.rules import ASKED_ARGUMENT, ENV_LIKE, Access, Call, Family, Text
from driftguard.ai_sync.spelling import first_flag, flag, switches

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
    hint=re.compile(
        rb"getenv|qEnvironment|ProcessEnvironment|envname|set_env|QCommandLine|ABSL_FLAG|cl::opt|poptOption|GOptionEntry|argp_option|common_arg|_argument\b|\"--[a-z]|DEFINE_|add_option|add_flag|add_options|getopt|env\w*\(\""
    ),
    calls=(
        Call(
            r"(?:\w*::)*(?:secure_|_w|__secure_|w)?getenv|qgetenv|qEnvironmentVariable(?:IsSet|IntValue|IsEmpty)?|g_getenv|SDL_getenv|base::Environment::GetVar"
        ),
        Call(r"(?:\w*::)*\w*_?getenv\w*", only=ENV_LIKE),
        Call(
            r".*(?:systemEnvironment\(\)|[eE]nv(?:ironment)?)\.(?:value|contains)",
            only=ENV_LIKE,
            needs="QProcessEnvironment",
        ),
        Call(r".*(?:\.|->)(?:envname|set_env)", only=r"[A-Z][A-Z0-9_]*"),
        Call(
            r"QCommandLineOption|.*(?:\.|->)addOption",
            ItemKind.CLI_FLAG,
            shape="strings",
            spelling=first_flag,
            needs="QCommandLine",
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
            r".*(?:\.|->)add_argument",
            ItemKind.CLI_FLAG,
            shape="rest",
            spelling=switches,
            only=r"-.*",
            needs=r"argparse|ArgumentParser",
        ),
    ),
    accesses=(
        Access(
            "binary_expression", r"\w*(?:arg|opt|\])\w*==(?P<expression>\"--[a-z][\w-]*\")", ItemKind.CLI_FLAG, switches
        ),
    ),
    texts=(
        Text(ASKED_ARGUMENT, ItemKind.CLI_FLAG, switches),
        Text(
            r"\{\s*(?P<expression>\"[a-z][\w-]*\")\s*,\s*(?:no_argument|required_argument|optional_argument|ya_\w+|[012])\s*,",
            ItemKind.CLI_FLAG,
            flag,
            needs=r"getopt|_argument\b",
        ),
        Text(
            r"\.name\s*=\s*(?P<expression>\"[a-z][\w-]*\")[^{}]*\.(?:has_arg|flag|val)\s*=",
            ItemKind.CLI_FLAG,
            flag,
            needs=r"getopt|_argument\b",
        ),
        Text(
            r"\{\s*(?P<expression>\"[a-zA-Z][\w-]*\")\s*,\s*(?:'(?:\\.|[^'])*'|0|NULL)\s*,\s*(?:POPT_ARG_\w+|0|G_OPTION_FLAG_(?!HIDDEN)\w+)",
            ItemKind.CLI_FLAG,
            flag,
            needs=r"poptOption|GOptionEntry",
        ),
        Text(
            r"\{\s*(?P<expression>\"[a-zA-Z][\w-]*\")\s*,\s*(?:'.'|\d+|[A-Z]\w+)\s*,\s*(?:0|NULL|\"[^\"]*\"|[A-Z]\w*)\s*,(?!\s*OPTION_HIDDEN)",
            ItemKind.CLI_FLAG,
            flag,
            needs="argp_option",
        ),
        Text(
            r"\b(?:DEFINE_(?:string|bool|int32|int64|uint32|uint64|double)\(|ABSL_FLAG\([^,]*,)\s*(?P<name>\w+)\s*,",
            ItemKind.CLI_FLAG,
            flag,
        ),
        Text(
            r"\bcl::opt<(?:[^<>]|<[^<>]*>)*>\s*\w+\(\s*(?P<expression>\"[a-zA-Z][\w-]*\")(?![^;]*cl::(?:Really)?Hidden)",
            ItemKind.CLI_FLAG,
            flag,
        ),
        Text(r"\bQCommandLineOption\s+\w+[({]\s*(?P<listed>\{[^{}]*\}|\"[^\"]*\")", ItemKind.CLI_FLAG, first_flag),
        Text(r"\bcommon_arg\(\s*(?P<listed>\{[^{}]*\})", ItemKind.CLI_FLAG, switches),
        Text(
            r"(?<=[)(])\s*\(\s*(?P<expression>\"[a-zA-Z][\w,-]*\")\s*,",
            ItemKind.CLI_FLAG,
            first_flag,
            needs=r"add_options\(",
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
    parameter=r"(?P<name>\w+)\s*(?:\[\])?\s*(?:=.*)?$",
    constant=r"(?:#\s*define\s+|\b)(?P<name>[A-Za-z_]\w*)(?:\[\])?\s*=?\s*(?P<value>\"[^\"\n]*\")",
    definition=r"#\s*define\s+NAME\b|\bNAME\s*(?:\[\])?\s*=|^[\w\s*:&<>]+\bNAME\s*\(",
)

DETECTOR = Reader(FAMILY)
