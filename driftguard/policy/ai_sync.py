"""What has to be documented, and where."""

from __future__ import annotations

import re
from typing import Literal, Self, get_args

from pydantic import (
    Field,
    model_validator,
)

from driftguard.policy import defaults
from driftguard.policy.ai import Ai, ModelNames
from driftguard.policy.values import (
    Globs,
    Section,
)

ItemKindName = Literal[
    "env_var",
    "cli_flag",
    "http_route",
    "port",
    "terraform_variable",
    "terraform_output",
    "action_input",
    "action_output",
    "workflow_input",
    "workflow_output",
    "workflow_secret",
    "helm_value",
    "docker_arg",
    "docker_env",
    "compose_env",
]


Language = Literal[
    "",
    "bash",
    "c",
    "cpp",
    "csharp",
    "elixir",
    "go",
    "haskell",
    "hcl",
    "html",
    "java",
    "javascript",
    "json",
    "kotlin",
    "lua",
    "php",
    "python",
    "ruby",
    "rust",
    "scala",
    "swift",
    "tsx",
    "typescript",
    "yaml",
]
"""What ast-grep parses; its Dockerfile and TOML grammars end the process."""


class Extractor(Section):
    """A form of the project's own. ``regex`` has a group ``name``; ``pattern`` (ast-grep's) a ``$NAME``."""

    kind: ItemKindName
    regex: str | None = None
    pattern: str | None = None
    language: Language = Field("", description="ast-grep's name of the language; needed for a pattern.")
    paths: Globs = ("**",)

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if (self.regex is None) == (self.pattern is None):
            raise ValueError("an extractor has either a regex or a pattern")
        if self.regex is not None:
            _named_group(self.regex)
        if self.pattern is not None and ("$NAME" not in self.pattern or not self.language):
            raise ValueError("a pattern holds $NAME and needs its language")
        return self


def _named_group(text: str) -> None:
    try:
        compiled = re.compile(text)
    except re.error as error:
        raise ValueError(f"the regex is not one: {error}") from error
    if "name" not in compiled.groupindex:
        raise ValueError("the regex needs a group (?P<name>...)")


class AiSync(Section):
    """Where documentation lies, what asks something of users, and which language model may add to the guard."""

    docs: Globs = defaults.DOCS
    not_docs: Globs = Field(defaults.NOT_DOCS, description="Globs that don't count.")
    not_code: Globs = Field(
        defaults.NOT_CODE, description="Files that ask nothing of users: tests, examples, vendored, generated."
    )
    kinds: tuple[ItemKindName, ...] = Field(get_args(ItemKindName), description="What has to be documented.")
    well_known: Globs = Field(defaults.WELL_KNOWN, description="Names that everybody knows, with * and ? as wildcards.")
    ignore: Globs = Field((), description="Names that need no documentation, with * and ? as wildcards.")
    extractors: tuple[Extractor, ...] = Field((), description="What else in the code is an item.")
    model: ModelNames = Field((), description="One model, or several in the order to try them. Empty: no AI.")
    ai: Ai = Ai()
