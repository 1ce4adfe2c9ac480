"""What a language model may answer: claims, each with a quote and a place that code can check."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field


class Claim(BaseModel):
    """One sentence of the documentation that the change makes false, or next to which something is missing now.

    Nothing in it is true until ``grounding`` has looked.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    doc_path: str = Field(description="The documentation file, exactly as named in the data.")
    quote: str = Field(description="The sentence or table row, copied word for word from that file.")
    problem: Literal["false", "missing"] = Field(
        description="false: the sentence no longer holds. missing: right here it should say what the change adds."
    )
    why: str = Field(description="One short sentence: what the code does now.")
    code_path: str = Field(description="The changed file, exactly as named in the data.")
    code_line: int = Field(description="The number of the changed line that shows it.")
    code_side: Literal["added", "removed"] = Field(description="added for a line marked +, removed for one marked -.")
    confidence: float = Field(description="From 0 to 1.")


class Claims(BaseModel):
    """The whole answer."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    claims: tuple[Claim, ...]


def schema() -> dict[str, Any]:
    """The answer's JSON Schema, with nothing that Gemini's or OpenAI's strict mode doesn't take."""
    return Claims.model_json_schema()
