"""Elixir: System.get_env, fetch_env and its kin, OptionParser."""

from __future__ import annotations

import re

from driftguard.ai_sync.reader import Reader
from driftguard.ai_sync.rules import Call, Family

FAMILY = Family(
    kind="elixir",
    grammars={".ex": "elixir", ".exs": "elixir"},
    hint=re.compile(rb"get_env|fetch_env|get_var|Env\."),
    calls=(
        Call(r"System\.(?:get_env|fetch_env!?)", only=r"[A-Z][A-Z0-9_]*"),
        Call(
            r"(?:\w+\.)*(?:get_var_from_path_or_env|get_int_from_path_or_env|get_bool_from_path_or_env)",
            at=1,
            only=r"[A-Z][A-Z0-9_]*",
        ),
        Call(r"(?:\w+\.)*(?:env!|get_env|parse_\w+_env_var|safe_get_env)", only=r"[A-Z][A-Z0-9_]*"),
    ),
    call_nodes=("call",),
    argument_nodes=("arguments",),
    constant=r"@?(?P<name>\b[a-z_]\w*)\s*=?\s*(?P<value>\"[^\"\n]*\")",
)

DETECTOR = Reader(FAMILY)
