"""Any OpenAI-compatible endpoint, through requests."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fakes.model_server import KEY, ModelServer, Play, Wire, openai, serving

from driftguard.clients.openai import OpenAiModel, model
from driftguard.errors import PermanentError, TransientError, UsageError
from driftguard.policy import Ai
from driftguard.ports import Answer, Question
from driftguard.retry import Backoff

QUESTION = Question("You are a test.", "Say yes.", {"type": "object", "properties": {}}, 100, timeout=20)


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with serving() as running:
        running.plays(Play(openai('{"yes": 1}')))
        yield running


def client(server: ModelServer, *, key: str | None = "MODEL_KEY", path: str = "/v1") -> OpenAiModel:
    ai = Ai.model_validate({"provider": "openai", "base_url": f"{server.url}{path}", "api_key_env": key})
    made = model(ai, {"MODEL_KEY": KEY})
    made.backoff = Backoff(attempts=3, sleep=lambda _: None)
    return made


def test_an_answer_and_what_it_took(server: ModelServer) -> None:
    assert client(server).ask("llama", QUESTION) == Answer('{"yes": 1}', 1000, 120)
    (asked,) = server.asked
    assert (asked.model, asked.instructions, asked.text) == ("llama", "You are a test.", "Say yes.")
    assert (asked.path, asked.headers["authorization"]) == ("/v1/chat/completions", f"Bearer {KEY}")


@pytest.mark.parametrize("path", ["/v1/", "/openai/v1", "/openai/v1/"])
def test_the_base_url_may_end_as_people_write_it(server: ModelServer, path: str) -> None:
    assert client(server, path=path).ask("m", QUESTION).text
    assert server.asked[0].path == f"{path.rstrip('/')}/chat/completions"


def test_a_server_of_one_s_own_needs_no_key(server: ModelServer) -> None:
    assert client(server, key=None).ask("m", QUESTION).text
    assert "authorization" not in server.asked[0].headers


def test_a_key_that_the_policy_names_must_be_there(server: ModelServer) -> None:
    with pytest.raises(UsageError, match="MISSING is not set"):
        client(server, key="MISSING")


def test_a_netrc_file_doesn_t_replace_the_key(
    tmp_path: Path, server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "netrc").write_text("default login somebody password else\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    client(server).ask("m", QUESTION)
    client(server, key=None).ask("m", QUESTION)
    assert [asked.headers.get("authorization") for asked in server.asked] == [f"Bearer {KEY}", None]


def test_models_that_want_max_completion_tokens_get_it(server: ModelServer) -> None:
    assert client(server).ask("newer-model", QUESTION).text
    assert server.asked[0].output_tokens == 100


def test_usage_that_isn_t_told_is_none(server: ModelServer) -> None:
    answer = openai("{}")
    del answer["usage"]
    server.plays(Play(answer))
    assert client(server).ask("m", QUESTION) == Answer("{}", 0, 0)


def test_a_key_goes_nowhere_else(server: ModelServer) -> None:
    with serving() as elsewhere:
        server.plays(Play(b"", 308, {"Location": f"{elsewhere.url}/v1/chat/completions"}))
        with pytest.raises(PermanentError, match="308"):
            client(server).ask("m", QUESTION)
        assert elsewhere.asked == []


def test_the_timeout_is_in_seconds(server: ModelServer) -> None:
    server.plays(Play(wire=Wire.HANG))
    with pytest.raises(TransientError, match="timed out"):
        client(server).ask("m", Question("a", "b", {}, 1, timeout=0.2))


def test_what_the_server_says_is_never_repeated(server: ModelServer) -> None:
    server.plays(Play({"error": {"message": "you asked: Say yes.", "code": "Say yes."}}, 400))
    with pytest.raises(PermanentError) as raised:
        client(server).ask("m", QUESTION)
    assert str(raised.value) == "400"


def test_a_key_never_shows_in_a_representation(server: ModelServer) -> None:
    assert KEY not in repr(client(server))
