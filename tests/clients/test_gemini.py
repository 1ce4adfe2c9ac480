"""Gemini through the real SDK: by key and keyless, one request an answer, nothing on the way to anybody else."""

import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from fakes.model_server import KEY, LOCATION, PROJECT, TOKEN, ModelServer, Play, Wire, gemini, gemini_error, serving

from driftguard.clients.gemini import GeminiModel, model
from driftguard.errors import AccessDenied, NotFound, PermanentError, TransientError, UsageError
from driftguard.policy import Ai
from driftguard.ports import Answer, Question
from driftguard.retry import Backoff

QUESTION = Question("You are a test.", "Say yes.", {"type": "object", "properties": {}}, 100, timeout=20)


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with serving() as running:
        running.plays(Play(gemini('{"yes": 1}')))
        yield running


def by_key(server: ModelServer, **ai: str) -> GeminiModel:
    made = model(Ai.model_validate({"base_url": server.url, **ai}), {"GEMINI_API_KEY": KEY, "OTHER": KEY})
    made.backoff = Backoff(attempts=3, sleep=lambda _: None)
    return made


def test_an_answer_and_what_it_took(server: ModelServer) -> None:
    """Thinking counts as output: it is billed so."""
    assert by_key(server).ask("gemini-3.5-flash-lite", QUESTION) == Answer('{"yes": 1}', 1000, 120)
    (asked,) = server.asked
    assert (asked.instructions, asked.text, asked.output_tokens) == ("You are a test.", "Say yes.", 100)
    assert asked.path == "/v1/models/gemini-3.5-flash-lite:generateContent"


def test_the_policy_names_the_variable_of_the_key(server: ModelServer) -> None:
    assert by_key(server, api_key_env="OTHER").ask("m", QUESTION).text
    with pytest.raises(UsageError, match="MISSING is not set"):
        by_key(server, api_key_env="MISSING")


def test_variables_that_the_sdk_knows_don_t_win_over_the_policy(
    server: ModelServer, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GOOGLE_API_KEY", "another-key")
    monkeypatch.setenv("GEMINI_API_KEY", "yet-another-key")
    monkeypatch.setenv("GOOGLE_GENAI_USE_VERTEXAI", "true")
    monkeypatch.setenv("GOOGLE_CLOUD_PROJECT", "another-project")
    assert by_key(server).ask("m", QUESTION).text
    assert capfd.readouterr().err == ""


@pytest.fixture
def service_account(tmp_path: Path, server: ModelServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Application Default Credentials whose token comes from the server, by a signed assertion."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    account = {
        "type": "service_account",
        "project_id": PROJECT,
        "private_key_id": "1",
        "private_key": pem,
        "client_email": "robot@acme-docs.example",
        "client_id": "1",
        "token_uri": f"{server.url}/token",
    }
    path = tmp_path / "account.json"
    path.write_text(json.dumps(account))
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(path))


def keyless(server: ModelServer, project: str = PROJECT) -> GeminiModel:
    vertex = {"project": project, "location": LOCATION}
    made = model(Ai.model_validate({"base_url": server.url, "vertex": vertex}), {})
    made.backoff = Backoff(attempts=3, sleep=lambda _: None)
    return made


@pytest.mark.usefixtures("service_account")
def test_vertex_ai_needs_no_key_but_a_token_of_its_own(server: ModelServer) -> None:
    assert keyless(server).ask("gemini-3.5-flash-lite", QUESTION) == Answer('{"yes": 1}', 1000, 120)
    (asked,) = server.asked
    assert asked.headers["authorization"] == f"Bearer {TOKEN}"
    assert "x-goog-api-key" not in asked.headers
    assert f"/projects/{PROJECT}/locations/{LOCATION}/publishers/google/models/" in asked.path


@pytest.mark.usefixtures("service_account")
def test_vertex_ai_ignores_a_key_that_lies_about(server: ModelServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOOGLE_API_KEY", KEY)
    assert keyless(server).ask("m", QUESTION).text
    assert "x-goog-api-key" not in server.asked[0].headers


@pytest.mark.usefixtures("service_account")
def test_another_project_s_models_are_not_there(server: ModelServer) -> None:
    with pytest.raises(NotFound, match="404"):
        keyless(server, "another-project").ask("m", QUESTION)


@pytest.mark.parametrize("content", ["", "{}", '{"type": "service_account"}', None])
def test_credentials_that_can_t_be_used(
    tmp_path: Path, server: ModelServer, monkeypatch: pytest.MonkeyPatch, content: str | None
) -> None:
    if content is not None:
        (tmp_path / "account.json").write_text(content)
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(tmp_path / "account.json"))
    with pytest.raises(AccessDenied, match="no access to Vertex AI"):
        keyless(server).ask("m", QUESTION)
    assert server.asked == []


def test_a_key_goes_nowhere_else(server: ModelServer) -> None:
    """A redirect is not followed."""
    with serving() as elsewhere:
        server.plays(Play(b"", 307, {"Location": f"{elsewhere.url}/v1/models/m:generateContent"}))
        with pytest.raises(PermanentError):
            by_key(server).ask("m", QUESTION)
        assert elsewhere.asked == []


def test_our_tries_are_the_only_ones(server: ModelServer) -> None:
    server.plays(Play(gemini_error(503, "UNAVAILABLE"), 503))
    with pytest.raises(TransientError, match="503 UNAVAILABLE"):
        by_key(server).ask("m", QUESTION)
    assert len(server.asked) == 3


def test_the_timeout_is_in_seconds(server: ModelServer) -> None:
    server.plays(Play(wire=Wire.HANG))
    with pytest.raises(TransientError, match="timed out"):
        by_key(server).ask("m", Question("a", "b", {}, 1, timeout=0.2))


def test_what_the_server_says_is_never_repeated(server: ModelServer, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    said = {"error": {"code": 400, "message": "you asked: Say yes.", "status": "SAY yes"}}
    server.plays(Play(said, 400))
    with pytest.raises(PermanentError) as raised:
        by_key(server).ask("m", QUESTION)
    assert str(raised.value) == "400"
    assert "Say yes" not in caplog.text


def test_a_key_never_shows_in_a_representation(server: ModelServer) -> None:
    assert KEY not in repr(by_key(server))
