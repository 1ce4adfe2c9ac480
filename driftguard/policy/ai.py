"""How the judge reaches its language model, and what that may cost."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Literal

from pydantic import (
    BeforeValidator,
    Field,
    StrictBool,
    StrictInt,
    StringConstraints,
    model_validator,
)

from driftguard.policy.values import (
    Duration,
    EnvName,
    Section,
)


class Vertex(Section):
    """Gemini through Vertex AI: no key, but the job's own identity (Application Default Credentials)."""

    project: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9.:-]{4,}[a-z0-9]$")]
    location: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]*$")] = "global"


class TokenPrice(Section):
    """US dollars for a million tokens."""

    input: float = Field(ge=0, allow_inf_nan=False)
    output: float = Field(ge=0, allow_inf_nan=False, description="Thinking counts as output.")


def _one_or_more(value: object) -> object:
    return (value,) if isinstance(value, str) else value


ModelName = Annotated[str, StringConstraints(pattern=r"^[\w][\w.:/@-]*$", max_length=200)]
ModelNames = Annotated[
    tuple[ModelName, ...],
    BeforeValidator(_one_or_more, json_schema_input_type=ModelName | tuple[ModelName, ...]),
]
_ON_THIS_MACHINE = re.compile(r"http://(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?(/|$)")


class Ai(Section):
    """How the judge reaches its language model, and what that may cost. Off unless ``ai_sync.model`` names one."""

    provider: Literal["gemini", "openai"] = Field(
        "gemini", description="openai: any endpoint that speaks chat/completions (vLLM, Ollama, Azure OpenAI)."
    )
    api_key_env: EnvName | None = Field(
        None, description="The environment variable with the key. Default: GEMINI_API_KEY; for openai, no key."
    )
    base_url: Annotated[str, StringConstraints(pattern=r"^https?://[^\s?#]+$")] | None = Field(
        None, description="Where the endpoint is. Must be given for openai."
    )
    vertex: Vertex | None = Field(None, description="Gemini without a key, through Vertex AI.")
    timeout: Duration = Field(timedelta(minutes=2), description="All of the judge's requests of a run together.")
    max_tokens: StrictInt = Field(200_000, ge=1, description="Tokens of a run, in and out.")
    max_cost_usd: float = Field(
        0.5, ge=0, allow_inf_nan=False, description="US dollars of a run, by the table of prices."
    )
    prices: Mapping[ModelName, TokenPrice] = Field(
        {}, description="Prices of models that aren't in the built-in table, or that you pay differently for."
    )
    may_block: StrictBool = Field(False, description="Whether a claim of the model's fails the check, or only warns.")
    cache: Annotated[str, StringConstraints(pattern=r"^(~?/.+)?$")] = Field(
        "~/.cache/driftguard/ai",
        description="Where answers are kept: outside the checkout, or a change could bring its own. Empty: nowhere.",
    )

    @model_validator(mode="after")
    def _reachable(self) -> Ai:
        if self.provider == "openai" and self.base_url is None:
            raise ValueError("provider: openai needs base_url, the address that /chat/completions is added to")
        if self.provider == "openai" and self.vertex is not None:
            raise ValueError("vertex goes with provider: gemini")
        if self.vertex is not None and self.api_key_env is not None:
            raise ValueError("vertex needs no key: leave api_key_env out")
        secret = self.api_key_env is not None or self.provider == "gemini"
        if secret and self.base_url and self.base_url.startswith("http:") and not _ON_THIS_MACHINE.match(self.base_url):
            raise ValueError("base_url must be https where a key is sent")
        return self
