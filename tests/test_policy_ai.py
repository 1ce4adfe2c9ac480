"""The judge's part of the policy."""

from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from driftguard.policy import Ai, AiSync


def test_no_model_means_no_ai() -> None:
    assert AiSync().model == ()


@pytest.mark.parametrize(
    ("written", "read"), [("a", ("a",)), (["a", "b"], ("a", "b")), ("qwen3:8b", ("qwen3:8b",)), ([], ())]
)
def test_one_model_or_several_in_order(written: Any, read: tuple[str, ...]) -> None:
    assert AiSync.model_validate({"model": written}).model == read


def test_the_defaults_are_small() -> None:
    ai = Ai()
    assert (ai.timeout, ai.max_tokens, ai.max_cost_usd, ai.may_block) == (timedelta(minutes=2), 200_000, 0.5, False)


@pytest.mark.parametrize(
    ("ai", "said"),
    [
        ({"provider": "openai"}, "needs base_url"),
        ({"provider": "openai", "base_url": "https://x/v1", "vertex": {"project": "acme-docs"}}, "provider: gemini"),
        ({"vertex": {"project": "acme-docs"}, "api_key_env": "KEY"}, "needs no key"),
        ({"base_url": "http://models.example/"}, "must be https where a key is sent"),
        ({"base_url": "http://127.0.0.1.evil.example/"}, "must be https where a key is sent"),
        ({"base_url": "http://localhost@evil.example/"}, "must be https where a key is sent"),
        ({"base_url": "http://localhost:80@evil.example/"}, "must be https where a key is sent"),
        ({"provider": "openai", "base_url": "http://vllm:8000/v1", "api_key_env": "KEY"}, "must be https"),
        ({"base_url": "ftp://models.example/"}, "pattern"),
        ({"cache": ".driftguard/ai"}, "pattern"),
        ({"api_key_env": "AIza-not-a-name"}, "pattern"),
        ({"max_cost_usd": float("inf")}, "finite"),
        ({"max_cost_usd": -1}, "greater than or equal to 0"),
        ({"may_block": "yes"}, "valid boolean"),
        ({"temperature": 0}, "Extra inputs"),
    ],
)
def test_what_can_t_work_or_isn_t_safe_is_refused(ai: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        Ai.model_validate(ai)


@pytest.mark.parametrize(
    "ai",
    [
        {"base_url": "http://127.0.0.1:8080"},
        {"base_url": "http://localhost:8080/v1"},
        {"base_url": "http://[::1]:8080"},
        {"provider": "openai", "base_url": "http://ollama:11434/v1"},
        {
            "provider": "openai",
            "base_url": "https://acme.openai.azure.com/openai/v1",
            "api_key_env": "AZURE_OPENAI_KEY",
        },
        {"cache": ""},
        {"cache": "/var/cache/driftguard"},
    ],
)
def test_what_is_fine(ai: dict[str, Any]) -> None:
    Ai.model_validate(ai)
