"""Python: os, decouple, environs, django-environ, pydantic settings, argparse, click, typer, FastAPI, Flask, Django."""

from __future__ import annotations

import re

from driftguard.ai_sync.detectors._enums import enumerated
from driftguard.ai_sync.detectors._python_environs import prefixed
from driftguard.ai_sync.detectors._python_routes import routes
from driftguard.ai_sync.detectors._python_settings import settings
from driftguard.ai_sync.detectors._python_typer import options
from driftguard.ai_sync.items import ItemKind
from driftguard.ai_sync.reader import Reader
from driftguard.ai_sync.rules import ASKED_PATH, ENV_LIKE, Access, Call, Family, Text
from driftguard.ai_sync.spelling import flag, one_of, option_flag, path, switches

_ENVIRON = r"(?:dict\((?:os\.)?environ\)|(?:\w+\.)*\w*os\.environb?|(?:\w+\.)*ALIAS)"
_READERS = (
    r"(?:str|bool|int|float|decimal|list|dict|json|url|uuid|path|log_level|timedelta|date|datetime|time|enum|yaml"
)
_READERS += (
    r"|db|db_url|cache|cache_url|email|email_url|search_url|channels|bytes|tuple|get_value|dj_db_url|dj_email_url"
)
_READERS += r"|dj_cache_url|unicode|multiline)"
_HIDDEN = r"\bhidden\s*=\s*True\b|\bhelp\s*=\s*(?:argparse\.)?SUPPRESS\b"

FAMILY = Family(
    kind="python",
    interpreter="python",
    grammars={".py": "python", ".pyi": "python", ".pyw": "python"},
    hint=re.compile(
        rb"bottle|(?:enum|class)\s+[\w ]*Env"
        rb"|environ|getenv|getopt|docopt|(?:path|PATH_INFO)[\"'\]]*\s*==|BaseSettings|decouple|starlette\.config|\benv\b|envvar|env_var|add_argument|click|typer|--[a-z]"
        rb"|add_option|FastAPI|APIRouter|Flask|Blueprint|\bpath\(|re_path|\burl\(|\.route\(|define\(|aiohttp|tornado|starlette|DEFINE_|configargparse|prettyconf"
    ),
    calls=(
        Call(rf"{_ENVIRON}\.(?:get|pop|__getitem__|__contains__)|(?:\w+\.)*ENVGET", keyword=("key",)),
        Call(rf"{_ENVIRON}\.setdefault"),
        Call(r"(?:\w+\.)*getenvb?|ALIAS", keyword=("key",)),
        Call(
            r"(?:\w+\.)?(?:config|Config|AutoConfig)",
            only=r"[A-Za-z_]\w*",
            needs=r"\bdecouple\b|\bprettyconf\b|starlette\.config",
        ),
        Call(
            rf"(?:\w+\.)*(?:\w*env|\w*Env|ENV)(?:\.{_READERS})?",
            needs=r"(?:import|from) environ\b|\benvirons\b|\bEnv\(|import env\b",
            keyword=("var", "name"),
            only=r"[A-Z][A-Z0-9_]*",
        ),
        Call(
            r".*",
            at=None,
            keyword=("env_var", "envvar", "env_vars", "env_name", "env_var_name"),
            shape="strings",
            only=r"[A-Z][A-Z0-9_]*",
            needs="env_var|envvar|env_name",
        ),
        Call(
            r".*",
            at=None,
            keyword=("env",),
            shape="strings",
            spelling=one_of,
            only=ENV_LIKE,
            needs=r"\benv ?= ?[\"'\[(]",
        ),
        Call(
            r"(?!\w*[oO]pt(?:ion)?s?\.)(?:.*\.)?add_(?:argument|option)",
            ItemKind.CLI_FLAG,
            shape="rest",
            spelling=switches,
            only=r"--?[A-Za-z0-9].*",
            unless=_HIDDEN,
        ),
        Call(
            r"\w*[oO]pt(?:ion)?s?\.add_(?:argument|option)",
            ItemKind.CLI_FLAG,
            shape="rest",
            spelling=switches,
            only=r"--?[A-Za-z0-9].*",
            unless=_HIDDEN,
            needs="argparse|optparse|add_argument_group|ArgumentParser|OptionParser",
        ),
        Call(
            r"(?:\w+\.)*(?:option|version_option|help_option|password_option|confirmation_option|optgroup\.option)",
            ItemKind.CLI_FLAG,
            shape="rest",
            spelling=switches,
            only=r"-.*",
            needs=r"\bclick\b",
            unless=_HIDDEN,
        ),
        Call(
            r"(?:\w+\.)*Option",
            ItemKind.CLI_FLAG,
            shape="rest",
            spelling=switches,
            only=r"--?[A-Za-z0-9].*",
            unless=_HIDDEN,
        ),
        Call(r"(?:getopt\.)?(?:gnu_)?getopt", ItemKind.CLI_FLAG, at=2, shape="strings", spelling=flag, needs="getopt"),
        Call(
            r"(?:\w+\.)?define",
            ItemKind.CLI_FLAG,
            spelling=option_flag,
            only=r"-{0,2}[a-z][\w-]*",
            needs=r"tornado\.options",
        ),
        Call(r"(?:\w+\.)?DEFINE_\w+", ItemKind.CLI_FLAG, spelling=flag, only=r"[a-z][\w-]*", needs=r"\babsl\b|gflags"),
        Call(
            r"\w+\.add",
            ItemKind.CLI_FLAG,
            shape="rest",
            spelling=switches,
            only=r"--?[A-Za-z].*",
            needs="configargparse",
        ),
    ),
    accesses=(
        Access("subscript", rf"{_ENVIRON}\[(?P<expression>.+)\]"),
        Access("comparison_operator", rf"(?P<expression>[\w.\"'{{}}]+?)(?:not)?in{_ENVIRON}(?:\.keys\(\))?"),
        Access(
            "comparison_operator",
            r"(?P<expression>[\"']--[a-z][\w-]*[\"'])(?:not)?in(?:\w+\.)*(?:argv|args)(?:\[.*\])?",
            ItemKind.CLI_FLAG,
            switches,
        ),
        Access(
            "comparison_operator",
            r"\w+==(?P<expression>[\"']--[a-z][\w-]*[\"'])",
            ItemKind.CLI_FLAG,
            switches,
            needs="getopt",
        ),
        Access(
            "subscript",
            r"\w*(?:args?|arguments|opts?|options)\[(?P<expression>[\"']--[a-z][\w-]*[\"'])\]",
            ItemKind.CLI_FLAG,
            switches,
            needs="docopt",
        ),
        Access(
            "comparison_operator",
            r"(?:arg|a|opt|o|flag)==(?P<expression>[\"']--[a-z][\w-]*[\"'])",
            ItemKind.CLI_FLAG,
            switches,
        ),
    ),
    texts=(
        Text(
            r"\b(?:FileAware)?Env\((?P<names>(?:[^()]|\([^()]*\))*)\)",
            within=r"\b[A-Z][A-Z0-9_]*(?=\s*=(?!=))",
            needs=r"\bimport environ\b|from environ import",
        ),
        Text(r"\{%?\s*env_var\(\s*[\"'](?P<name>[A-Z]\w+)", needs="env_var"),
        Text(
            r"\b\w+\s+in\s+[\[(](?P<names>(?:\s*[\"']--?[\w-]+[\"']\s*,?)+)[\])]",
            ItemKind.CLI_FLAG,
            switches,
            within=r"--[a-z][\w-]*",
            needs="getopt|sys.argv",
        ),
        Text(ASKED_PATH, ItemKind.HTTP_ROUTE, path, needs="http.server|BaseHTTP|wsgi|asgi|scope|aiohttp|werkzeug"),
        Text(
            r"^[ \t]*(?:cli|cli_args|cli_flags|option_strings)[ \t]*=[ \t]*[\[(](?P<names>[^\])]*)",
            ItemKind.CLI_FLAG,
            switches,
            within=r"--[a-z][\w-]*",
        ),
    ),
    specials=(enumerated, settings, options, routes),
    prefixes=prefixed,
    call_nodes=("call",),
    functions=("function_definition", "lambda"),
    chains=("attribute",),
    writes=("assignment", "augmented_assignment", "delete_statement"),
    aliases=(
        r"\b(?:environb?|getenvb?)\s+as\s+(?P<alias>\w+)",
        r"\bfrom\s+os\s+import\s+(?:\([^)]*?|[^\n(]*?)\b(?P<alias>environb?)\b(?!\s+as\b)",
        r"^\s*(?P<alias>[A-Za-z_]\w*)(?:\s*:[^=\n]+)?\s*=\s*(?:os\.)?(?:environ(?:\.get|\.copy\(\))?|getenv)\s*(?:$|[#;])",
        r"^\s*(?P<alias>[A-Za-z_]\w*)\s*=\s*dict\(\s*os\.environ\s*\)",
        r"(?P<alias>[A-Za-z_]\w*)\s*:\s*(?:Mapping|MutableMapping|dict|Dict)\[str,\s*str\](?:\s*\|\s*None)?\s*=\s*(?:field\(default_factory=lambda:\s*)?os\.environ",
    ),
    constant=(
        r"^[ \t]*(?P<name>[A-Za-z_]\w*)[ \t]*(?::[^=\n\"']+)?=[ \t]*"
        r"(?P<value>[bBuUrR]{0,2}(?:\"[^\"\n]*\"|'[^'\n]*'))[ \t]*(?:$|[;#])"
    ),
    loops=(
        r"\bfor\s+(?P<targets>[\w\s,()]+?)\s+in\s+(?P<iterable>(?:\([^()]*\)|\[[^\[\]]*\]|\{[^{}]*\}|[\w.]+(?:\(\))?))",
    ),
)

DETECTOR = Reader(FAMILY)
