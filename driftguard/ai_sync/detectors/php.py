"""PHP: getenv, $_ENV, $_SERVER, Laravel's env(), Symfony's console options and %env()%."""

from __future__ import annotations

import re

from driftguard.ai_sync.detectors._enums import enumerated
from driftguard.ai_sync.detectors._php_routes import routes
from driftguard.ai_sync.items import ItemKind
from driftguard.ai_sync.reader import Reader
from driftguard.ai_sync.rules import ENV_LIKE, Access, Call, Family, Text
from driftguard.ai_sync.spelling import flag, kebab_flag, laravel, switches

FAMILY = Family(
    kind="php",
    grammars={".php": "php"},
    hint=re.compile(
        rb"(?:enum|class)\s+[\w ]*Env"
        rb"|Route|->(?:get|post|put|patch|delete|any|map)\(\s*[\"']/|getenv|getopt|\benv\(|_ENV\b|_SERVER\b|addOption|InputOption|\$signature|Env::|env_|Configure::|\"--|'--|\$argv|Option\(|INPUT_ENV"
    ),
    calls=(
        Call(r"\\?(?:getenv|env|getenv_docker|env_or|\w*_env|envConfig)", only=r"[A-Z][A-Z0-9_]*"),
        Call(r"(?:\\?\w+\\)*(?:Env|App|Environment)::(?:get|getOrFail|env|getEnv|parse)", only=r"[A-Z][A-Z0-9_]*"),
        Call(r"\\?filter_input", at=1, only=r"[A-Z][A-Z0-9_]*", needs="INPUT_ENV"),
        Call(
            r"(?:.*->)?addOption",
            ItemKind.CLI_FLAG,
            spelling=flag,
            only=r"[a-z][\w-]*",
            unless=r"\bnew\s+\w*Option\(",
        ),
        Call(r"new(?:\\?\w+\\)*\w*Option", ItemKind.CLI_FLAG, spelling=flag, only=r"[a-z-][\w-]*"),
        Call(r"\\?getopt", ItemKind.CLI_FLAG, at=1, shape="strings", spelling=flag, only=r"[a-z][\w-]*:*"),
    ),
    accesses=(
        Access("subscript_expression", r"\$_ENV\[(?P<expression>.+)\]"),
        Access(
            "subscript_expression",
            r"\$_SERVER\[(?P<expression>[\"'](?!HTTP_|REQUEST_|SERVER_|REMOTE_|SCRIPT_|QUERY_|PATH_|PHP_|DOCUMENT_|CONTENT_|GATEWAY_|AUTH_|ORIG_|REDIRECT_)[A-Z0-9]+(?:_[A-Z0-9]+)+[\"'])\]",
            only=ENV_LIKE + "|HTTPS_.*",
        ),
    ),
    texts=(
        Text(r"\barray_key_exists\(\s*(?P<expression>[\"'][A-Z]\w*[\"'])\s*,\s*(?:\$_ENV|getenv\(\))"),
        Text(
            r"\bin_array\(\s*(?P<expression>[\"']--[a-z][\w-]*[\"'])\s*,\s*\$(?:\w*argv|args|_SERVER\[)",
            ItemKind.CLI_FLAG,
            switches,
        ),
        Text(
            r"\$(?:\w*[aA]rg\w*|\w*argv\[\d\])\s*={2,3}\s*(?P<expression>[\"']--[a-z][\w-]*[\"'])",
            ItemKind.CLI_FLAG,
            switches,
        ),
        Text(
            r"\bin_array\(\s*\$\w*[aA]rg\w*(?:\[\w+\])?\s*,\s*\[(?P<names>(?:\s*[\"']--?[\w-]+[\"']\s*,?)+)\]",
            ItemKind.CLI_FLAG,
            switches,
            within=r"--[a-z][\w-]*",
        ),
        Text(
            r"\bcase\s+(?P<expression>[\"']--[a-z][\w-]*[\"'])\s*:",
            ItemKind.CLI_FLAG,
            switches,
            needs=r"\$argv\b|\$_SERVER\[[\"']argv",
        ),
        Text(
            r"#\[(?:\w+\\)*Option\((?:[^()]|\([^()]*\))*\bname:\s*(?P<expression>[\"'][a-z][\w-]*[\"'])",
            ItemKind.CLI_FLAG,
            flag,
            needs=r"Console\\Attribute|Drush|CLI\\",
        ),
        Text(
            r"#\[Option\((?!(?:[^()]|\([^()]*\))*\bname:)(?:[^()]|\([^()]*\))*\)\]\s*(?:\??[\w|\\]+\s+)?\$(?P<name>\w+)",
            ItemKind.CLI_FLAG,
            kebab_flag,
            needs=r"Console\\Attribute",
        ),
        Text(
            r"protected\s+\$signature\s*=\s*(?P<q>[\"'])(?P<names>(?:(?!(?P=q)).)*)",
            ItemKind.CLI_FLAG,
            laravel,
            within=r"(?<=\{)\s*--(?:\w\|)?[a-z][\w-]*",
        ),
    ),
    specials=(
        enumerated,
        routes,
    ),
    call_nodes=(
        "function_call_expression",
        "member_call_expression",
        "scoped_call_expression",
        "object_creation_expression",
    ),
    argument_nodes=("arguments",),
    functions=("function_definition", "method_declaration", "anonymous_function", "arrow_function"),
    chains=("member_call_expression",),
    strings=("string", "encapsed_string", "heredoc"),
    writes=("assignment_expression", "unset_statement"),
    parameter=r"(?P<name>\w+)\s*(?:=.*)?$",
    constant=r"(?:\bconst\s+|\$|define\(\s*[\"'])(?P<name>\w+)[\"']?\s*[=,]\s*(?P<value>\"[^\"\n]*\"|'[^'\n]*')",
    definition=r"\bfunction\s+&?NAME\b|\bconst\s+NAME\b|define\(\s*[\"']NAME",
    loops=(
        r"\bforeach\s*\(\s*(?P<iterable>\[[^\[\]]*\]|array\([^()]*\)|\$[\w>-]+)\s+as\s+(?P<targets>\$\w+(?:\s*=>\s*\$\w+)?)",
    ),
)

DETECTOR = Reader(FAMILY)
