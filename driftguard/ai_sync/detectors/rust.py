"""Rust: std::env, option_env!, clap by derive and by builder, structopt, and tables in macros."""

from __future__ import annotations

import re

from driftguard.ai_sync.detectors._enums import enumerated
from driftguard.ai_sync.detectors._rust_clap import config_macros, derived
from driftguard.ai_sync.detectors._rust_routes import nested_routes
from driftguard.ai_sync.items import ItemKind
from driftguard.ai_sync.reader import Reader
from driftguard.ai_sync.rules import ASKED_PATH, ENV_LIKE, Call, Family, Text
from driftguard.ai_sync.spelling import flag, long_flag, path, switches, usage

FAMILY = Family(
    kind="rust",
    grammars={".rs": "rust"},
    hint=re.compile(
        rb"getopts|EnvVars|bpaf|gumdrop|figment|env::vars|web::(?:scope|resource)|\.nest\(|warp::path|env::args|\(\s*\"/[\w{:<]|path(?:\(\))?\s*==\s*\"/|optflag|lexopt|pico_args|env::var|\bvar(?:_os)?\(|env!|clap|structopt|\bargh\b|Arg::|from_env|getenv|get_env|\"--[a-z]|make_config!|envconfig|Envconfig|[eE]nv\w*\(\""
    ),
    calls=(
        Call(r"(?:std::)?(?:env::)?(?:var|var_os)|dotenvy?::var|(?:\w+::)*ALIAS"),
        Call(r".*\.(?:var|var_os)", only=ENV_LIKE),
        Call(r"(?:std::)?(?:option_env|env)!?", needs=r"option_env!|\benv!"),
        Call(r"(?:\w+::)*Env::(?:var|var_or)", only=ENV_LIKE, needs="figment"),
        Call(r"(?:.*\.)?(?:\w+::)*env", only=ENV_LIKE, needs="bpaf"),
        Call(r"(?:.*\.)?(?:\w+::)*long", ItemKind.CLI_FLAG, spelling=flag, needs="bpaf"),
        Call(
            r"\w+(?:\.as_str\(\)|\.as_ref\(\))?\.(?:starts_with|strip_prefix)",
            ItemKind.CLI_FLAG,
            spelling=switches,
            only=r"--[a-z][\w-]*=?",
            needs=r"env::args",
        ),
        Call(r".*\.env|.*\.env_os", only=r"[A-Z][A-Z0-9_]*", needs=r"clap|Arg::"),
        Call(
            r".*\.long",
            ItemKind.CLI_FLAG,
            spelling=long_flag,
            needs=r"\b(?:Arg|Opt|arg|Flag)::(?:new|with_name)|\barg!",
            unless_chained=r"\.hide\(true\)|\.hidden\(true\)",
        ),
        Call(
            r"(?:clap::)?(?:Arg::from_usage|.*\.arg_from_usage)",
            ItemKind.CLI_FLAG,
            spelling=usage,
            only=r"[^']*--?[a-zA-Z].*",
        ),
        Call(
            r"\w*opts?\.(?:optopt|optflag|optmulti|optflagmulti|reqopt|optflagopt)",
            ItemKind.CLI_FLAG,
            at=1,
            spelling=flag,
            needs="getopts|Options",
        ),
        Call(
            r"\w*args?\.(?:contains|opt_value_from_str|value_from_str|opt_value_from_fn|value_from_fn|free_from_str|values_from_str)",
            ItemKind.CLI_FLAG,
            shape="strings",
            spelling=switches,
            only=r"--.*",
            needs="pico",
        ),
    ),
    texts=(
        Text(ASKED_PATH, ItemKind.HTTP_ROUTE, path, needs="hyper|http"),
        Text(
            r"\b(?:uri_path|req_path|url_path|pathname)\s*==\s*(?P<expression>\"/[\w.-][\w./-]*\")",
            ItemKind.HTTP_ROUTE,
            path,
        ),
        Text(r"(?:env::var|env::var_os|option_env!|dotenvy?::var)\(\s*(?P<expression>\"[A-Za-z_]\w*\")"),
        Text(
            r"(?:^|[{,|])\s*(?:Some\()?(?P<expression>\"--[a-z][\w-]*\")\)?\s*(?:\|[^=\n]*)?(?:if[^=\n]*)?=>",
            ItemKind.CLI_FLAG,
            switches,
        ),
        Text(
            r"\b\w+(?:\.as_str\(\))?\s*==\s*(?P<expression>\"--[a-z][\w-]*\")",
            ItemKind.CLI_FLAG,
            switches,
            needs="env::args",
        ),
        Text(
            rf"(?:[{{,|]|^)\s*(?P<expression>\"{ENV_LIKE}\")(?=\s*(?:\||=>))",
            needs=r"\bin\s+(?:std::)?env::vars(?:_os)?\(\)",
        ),
        Text(r"\barg!\(\s*(?:\[?\w+\]?\s+)?(?:-\w\s+)?--\"?(?P<name>[a-z][\w-]*)", ItemKind.CLI_FLAG, flag),
        Text(
            r"#\[(?:\w+::)*(?:get|post|put|delete|patch|head|options|route)\(\s*\"(?P<name>/[^\"\n?]*)[^\"\n]*\"",
            ItemKind.HTTP_ROUTE,
            path,
        ),
        Text(r"\bLong\((?P<expression>\"[a-z][\w-]*\")\)", ItemKind.CLI_FLAG, flag, needs="lexopt"),
        Text(r"#\[envconfig\([^\]]*?from\s*=\s*(?P<expression>\"\w+\")"),
        Text(r"\benv_(?:name|var|key)\s*:\s*(?:Some\()?(?P<expression>\"[A-Z]\w*\")", only=ENV_LIKE),
    ),
    specials=(enumerated, derived, config_macros, nested_routes),
    call_nodes=("call_expression", "macro_invocation"),
    argument_nodes=("arguments", "token_tree"),
    functions=("function_item", "closure_expression"),
    chains=("field_expression",),
    quiet=("line_comment", "block_comment"),
    strings=("string_literal", "raw_string_literal"),
    aliases=(r"\b(?:var|var_os)\s+as\s+(?P<alias>\w+)",),
    parameter=r"^(?:mut\s+)?(?P<name>[a-z_]\w*)\s*:",
    constant=r"(?P<name>\b[A-Za-z_]\w*)\s*(?::\s*&(?:'static\s+)?str)?\s*=\s*(?P<value>\"[^\"\n]*\")",
    definition=r"\bfn\s+NAME\b|\b(?:const|static|let)\s+NAME\b",
    loops=(
        r"\bfor\s+(?P<targets>\w+)\s+in\s+(?P<iterable>&?\[[^\[\]]*\]|[\w.]+)",
        r"(?P<iterable>\[[^\[\]]*\]|\b[A-Z][A-Z0-9_]*)\s*\.(?:iter|into_iter)\(\)[^|;]{0,80}\|&*(?P<targets>\w+)\|",
    ),
)

DETECTOR = Reader(FAMILY)
