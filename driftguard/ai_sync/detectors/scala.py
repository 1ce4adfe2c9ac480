"""Scala: sys.env, System.getenv, scopt."""

from __future__ import annotations

import re

from driftguard.ai_sync.detectors._enums import enumerated
from driftguard.ai_sync.detectors._jvm_routes import lambdas
from driftguard.ai_sync.items import ItemKind
from driftguard.ai_sync.reader import Reader
from driftguard.ai_sync.rules import ENV_LIKE, Call, Family, Text
from driftguard.ai_sync.spelling import flag, kebab_flag

FAMILY = Family(
    kind="scala",
    grammars={".scala": "scala", ".sbt": "scala"},
    hint=re.compile(
        rb"sys\.env|getenv|opt\[|Properties\.env|ciris|decline|ScallopConf|[sS]calatra|ControllerBase|(?i:env)\w*\(\""
    ),
    calls=(
        Call(
            r"(?:sys\.env|ALIAS)(?:\.(?:get|getOrElse|contains|apply))?|System\.getenv(?:\(\))?(?:\.get|\.getOrDefault)?"
        ),
        Call(r"(?:.*\.)?Properties\.env(?:OrElse|OrNone|OrSome)|(?:.*\.)?envOr(?:Else|None|Some)", only=ENV_LIKE),
        Call(r"env", only=ENV_LIKE, needs="ciris"),
        Call(r"Opts\.env", only=ENV_LIKE, needs="decline"),
        Call(r"Opts\.(?:option|options|flag|flags)", ItemKind.CLI_FLAG, spelling=flag, needs="decline"),
    ),
    texts=(
        Text(
            r"\bopt\[[^\]]*\]\(\s*(?:'.'\s*,\s*)?\"(?P<name>[a-z][\w-]*)\"(?!\)\.hidden\(\))",
            ItemKind.CLI_FLAG,
            flag,
            needs="scopt",
        ),
        Text(
            r"\bval\s+(?P<name>\w+)\s*=\s*(?:opt\[[^\]]*\]|toggle|props\[[^\]]*\])\((?![^()]*\bname\s*=)(?!\s*\")",
            ItemKind.CLI_FLAG,
            kebab_flag,
            needs="ScallopConf",
        ),
        Text(
            r"=\s*(?:opt\[[^\]]*\]|toggle)\([^()]*?\bname\s*=\s*\"(?P<name>[^\"]+)\"",
            ItemKind.CLI_FLAG,
            flag,
            needs="ScallopConf",
        ),
    ),
    specials=(enumerated, lambdas),
    call_nodes=("call_expression",),
    quiet=("comment", "block_comment"),
    strings=("string", "interpolated_string_expression"),
    functions=("function_definition",),
    parameter=r"^(?P<name>\w+)\s*:",
    constant=r"(?P<name>\b[A-Za-z_]\w*)(?:\s*:\s*String)?\s*=\s*(?P<value>\"[^\"\n]*\")",
)

DETECTOR = Reader(FAMILY)
