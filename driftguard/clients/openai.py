"""Any endpoint that speaks OpenAI's chat/completions (vLLM, Ollama, Azure OpenAI v1, OpenAI); its errors as ours.

Through ``requests``, which PyGithub brings anyway: so this provider needs no extra. Texts of ours hold codes only,
never what was asked or answered.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from driftguard.errors import AccessDenied, DriftGuardError, NotFound, PermanentError, TransientError, UsageError
from driftguard.policy import Ai
from driftguard.ports import Answer, Question
from driftguard.retry import Backoff, with_backoff

MOST_BYTES = 4 * 1024 * 1024
"""An answer larger than this is no answer to our question."""

_BUSY = {408, 429, 500, 502, 503, 504}
_REFUSED, _GONE = 400, 404


def model(ai: Ai, environ: Mapping[str, str]) -> OpenAiModel:
    """A ``ports.LanguageModel``. Raises ``UsageError`` where the policy names a key that isn't there."""
    key = environ.get(ai.api_key_env, "").strip() if ai.api_key_env else ""
    if ai.api_key_env and not key:
        raise UsageError(f"no key: the environment variable {ai.api_key_env} is not set")
    return OpenAiModel((ai.base_url or "").rstrip("/"), key)


@dataclass
class OpenAiModel:
    """https://platform.openai.com/docs/api-reference/chat/create, with a JSON Schema for the answer."""

    base_url: str
    key: str = field(repr=False)
    backoff: Backoff = field(default_factory=lambda: Backoff(attempts=3, first=1.0))

    def ask(self, model: str, question: Question) -> Answer:
        within = replace(self.backoff, total=question.timeout)
        return with_backoff(lambda: self._once(model, question), within)()

    def _once(self, model: str, question: Question) -> Answer:
        """``max_tokens`` is what every server knows; newer models of OpenAI's refuse it and name its successor."""
        body = {
            "model": model,
            "messages": [
                {"role": "system", "content": question.instructions},
                {"role": "user", "content": question.text},
            ],
            "response_format": {
                "type": "json_schema",
                "json_schema": {"name": "claims", "strict": True, "schema": dict(question.schema)},
            },
        }
        status, headers, answer = self._post(body | {"max_tokens": question.output_tokens}, question.timeout)
        if status == _REFUSED and "max_completion_tokens" in str(answer):
            newer = body | {"max_completion_tokens": question.output_tokens}
            status, headers, answer = self._post(newer, question.timeout)
        if not 200 <= status < 300:  # noqa: PLR2004 - HTTP
            raise _from_status(status, headers, answer)
        return _answer(answer)

    def _post(self, body: Mapping[str, Any], timeout: float) -> tuple[int, Mapping[str, str], Any]:
        """Status, headers and JSON (``None`` if it isn't any)."""
        import requests  # noqa: PLC0415 - 60 ms that only the judge needs
        import urllib3  # noqa: PLC0415

        try:
            with requests.post(
                f"{self.base_url}/chat/completions",
                json=body,
                auth=self._sign,  # as auth=, or a .netrc would win over our header
                timeout=timeout,
                allow_redirects=False,
                stream=True,
            ) as response:
                data = response.raw.read(MOST_BYTES + 1, decode_content=True)
                return response.status_code, response.headers, _json(data)
        except requests.exceptions.Timeout:
            raise TransientError("timed out") from None
        except (requests.exceptions.RequestException, OSError) as error:
            raise TransientError(f"the connection failed ({type(error).__name__})") from None
        except urllib3.exceptions.HTTPError as error:  # while the body is read, requests lets these through
            raise _from_body(error) from None

    def _sign(self, request: Any) -> Any:
        if self.key:
            request.headers["Authorization"] = f"Bearer {self.key}"
        return request


def _from_body(error: Exception) -> DriftGuardError:
    name = type(error).__name__
    return TransientError("timed out") if "Timeout" in name else TransientError(f"the connection failed ({name})")


def _json(data: bytes) -> Any:
    try:
        return json.loads(data) if len(data) <= MOST_BYTES else None
    except (ValueError, RecursionError):
        return None


def _from_status(status: int, headers: Mapping[str, str], answer: Any) -> DriftGuardError:
    code = _dig(answer, "error", "code")
    named = f" {code}" if isinstance(code, str) and re.fullmatch(r"\w{1,40}", code) else ""
    text = f"{status}{named}"
    if status in _BUSY:
        asked = re.fullmatch(r"\d+(\.\d+)?", headers.get("retry-after", ""))
        return TransientError(text, float(asked[0]) if asked else None)
    if status in (401, 403):
        return AccessDenied(text)
    return NotFound(text) if status == _GONE else PermanentError(text)


def _answer(answer: Any) -> Answer:
    choices = _dig(answer, "choices")
    if not isinstance(choices, list) or not choices:
        raise PermanentError("the answer is empty (no choices)")
    reason = _dig(choices[0], "finish_reason")
    if reason == "length":
        raise PermanentError("the answer was cut off (length)")
    if reason == "content_filter" or _dig(choices[0], "message", "refusal"):
        raise PermanentError("the answer was blocked (content_filter)")
    text = _dig(choices[0], "message", "content")
    if reason not in ("stop", None) or not isinstance(text, str) or not text:
        raise PermanentError("the answer is empty (no text)")
    return Answer(text, _count(answer, "prompt_tokens"), _count(answer, "completion_tokens"))


def _count(answer: Any, name: str) -> int:
    found = _dig(answer, "usage", name)
    return found if isinstance(found, int) and found > 0 else 0


def _dig(value: Any, *keys: str) -> Any:
    for key in keys:
        value = value.get(key) if isinstance(value, Mapping) else None
    return value
