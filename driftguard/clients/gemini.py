"""Gemini through google-genai, by API key or keyless through Vertex AI; its errors as ours.

No text of ours repeats what was asked, what was answered or what the server said about it: only codes and their names.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from driftguard.errors import (
    AccessDenied,
    DriftGuardError,
    MissingExtra,
    NotFound,
    PermanentError,
    TransientError,
    UsageError,
)
from driftguard.policy import Ai
from driftguard.ports import Answer, Question
from driftguard.retry import Backoff, with_backoff

KEY = "GEMINI_API_KEY"
"""The variable that Google's own documentation names."""

_RETRY_INFO = "type.googleapis.com/google.rpc.RetryInfo"
_BUSY = {408, 429, 500, 502, 503, 504}
_DENIED = {401, 403}
_GONE = 404


def model(ai: Ai, environ: Mapping[str, str]) -> GeminiModel:
    """A ``ports.LanguageModel``. Loads the SDK. Raises ``UsageError`` where a key is needed and not there."""
    key = "" if ai.vertex is not None else _key(ai, environ)
    try:
        from google import genai  # noqa: PLC0415 - half a second that only the judge needs
    except ImportError as error:
        raise MissingExtra("gemini", "ai_sync.model") from error
    _mute("google_genai")  # it would repeat answers, and past our redaction
    options = genai.types.HttpOptions(client_args={"follow_redirects": False}, base_url=ai.base_url)
    if ai.vertex is None:
        return GeminiModel(genai.Client(vertexai=False, api_key=key, http_options=options))
    where = ai.vertex
    return GeminiModel(
        genai.Client(vertexai=True, project=where.project, location=where.location, http_options=options)
    )


def _key(ai: Ai, environ: Mapping[str, str]) -> str:
    """The key from the variable that the policy names: left to itself, the SDK would take any other it knows."""
    variable = ai.api_key_env or KEY
    key = environ.get(variable, "").strip()
    if not key:
        raise UsageError(f"no key: the environment variable {variable} is not set")
    return key


def _mute(name: str) -> None:
    log = logging.getLogger(name)
    log.propagate = False
    if not log.handlers:
        log.addHandler(logging.NullHandler())


@dataclass
class GeminiModel:
    """One request, one answer: the SDK's own retries, tools and continuations are off."""

    client: Any = field(repr=False)
    backoff: Backoff = field(default_factory=lambda: Backoff(attempts=3, first=1.0))

    def ask(self, model: str, question: Question) -> Answer:
        within = replace(self.backoff, total=question.timeout)
        answer: Answer = with_backoff(lambda: _translated(lambda: self._once(model, question)), within)()
        return answer

    def _once(self, model: str, question: Question) -> Answer:
        config = {
            "system_instruction": question.instructions,
            "response_mime_type": "application/json",
            "response_json_schema": dict(question.schema),
            "max_output_tokens": question.output_tokens,
            "automatic_function_calling": {"disable": True},
            "automatic_continuation": False,
            "http_options": {"timeout": max(1, int(question.timeout * 1000))},  # milliseconds, for each read
        }
        return _answer(self.client.models.generate_content(model=model, contents=question.text, config=config))


def _answer(response: Any) -> Answer:
    """The text of a finished answer. A reason to stop other than STOP means that something is missing."""
    feedback = response.prompt_feedback
    if feedback is not None and feedback.block_reason is not None:
        raise PermanentError(f"the question was blocked ({_word(feedback.block_reason)})")
    if not response.candidates:
        raise PermanentError("the answer is empty (no candidates)")
    reason = _word(response.candidates[0].finish_reason)
    if reason == "MAX_TOKENS":
        raise PermanentError("the answer was cut off (MAX_TOKENS)")
    if reason != "STOP":
        raise PermanentError(f"the answer was stopped ({reason or 'no reason given'})")
    text = response.text
    if not text:
        raise PermanentError("the answer is empty (no text)")
    usage = response.usage_metadata
    thought = getattr(usage, "thoughts_token_count", None) or 0
    said = getattr(usage, "candidates_token_count", None) or 0
    return Answer(text, getattr(usage, "prompt_token_count", None) or 0, said + thought)


def _translated(function: Callable[[], Any]) -> Any:
    import google.auth.exceptions  # noqa: PLC0415 - come with google-genai
    from google.genai import errors  # noqa: PLC0415

    try:
        return function()
    except DriftGuardError:
        raise
    except errors.APIError as error:
        raise _from_answer(error) from None
    except google.auth.exceptions.GoogleAuthError as error:
        raise AccessDenied(f"no access to Vertex AI ({type(error).__name__})") from None
    except Exception as error:  # noqa: BLE001 - httpx's or httpx2's, whichever the SDK found; pydantic's for odd answers
        raise _from_transport(error) from None


def _from_transport(error: Exception) -> DriftGuardError:
    names = {kind.__name__ for kind in type(error).__mro__}
    if "TimeoutException" in names:
        return TransientError("timed out")
    if "TransportError" in names:
        return TransientError(f"the connection failed ({type(error).__name__})")
    return PermanentError(f"the answer can't be read ({type(error).__name__})")


def _from_answer(error: Any) -> DriftGuardError:
    code = int(error.code or 0)
    text = f"{code} {_word(error.status)}".strip()
    if code in _BUSY:
        return TransientError(text, _wait(error))
    if code in _DENIED:
        return AccessDenied(text)
    return NotFound(text) if code == _GONE else PermanentError(text)


def _word(value: Any) -> str:
    """An enum's or a status' name, and nothing that isn't one."""
    name = str(getattr(value, "value", value) or "")
    return name if re.fullmatch(r"[A-Z][A-Z_]{1,40}", name) else ""


def _wait(error: Any) -> float | None:
    """Seconds until the server wants to hear of us: Retry-After, or RetryInfo among the details (``"58.9s"``).

    https://cloud.google.com/apis/design/errors#error_details
    """
    headers = getattr(error.response, "headers", None) or {}
    asked = re.fullmatch(r"\d+(\.\d+)?", str(headers.get("retry-after", "")))
    if asked:
        return float(asked[0])
    body = error.details if isinstance(error.details, dict) else {}
    inner = body.get("error", body)
    details = inner.get("details") if isinstance(inner, dict) else None
    for detail in details if isinstance(details, list) else ():
        if isinstance(detail, dict) and detail.get("@type") == _RETRY_INFO:
            delay = re.fullmatch(r"(\d+(?:\.\d+)?)s", str(detail.get("retryDelay", "")))
            return float(delay[1]) if delay else None
    return None
