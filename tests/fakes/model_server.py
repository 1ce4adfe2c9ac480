"""Language models on loopback: Gemini's REST (by key, and Vertex AI by token) and OpenAI's chat/completions.

Checks each request as the real ones do, and answers what a test has it play, failures of the wire included.
"""

import base64
import json
import re
import socket
import struct
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

KEY = "test-key-0123456789"
TOKEN = "ya29.test-token-0123456789"
PROJECT, LOCATION = "acme-docs", "europe-west1"

_BY_KEY = re.compile(r"/v1(?:beta)?/models/(?P<model>[\w.-]+):generateContent")
_BY_TOKEN = re.compile(
    rf"/v1(?:beta1)?/projects/{PROJECT}/locations/{LOCATION}/publishers/google/models/(?P<model>[\w.-]+):generateContent"
)
_FIELDS = {"contents", "systemInstruction", "generationConfig"}
_SETTINGS = {"responseMimeType", "responseJsonSchema", "maxOutputTokens"}
_CHAT_FIELDS = {"model", "messages", "response_format", "max_tokens", "max_completion_tokens"}


class Wire(StrEnum):
    """What happens below HTTP."""

    WHOLE = "whole"
    HANG = "hang"
    RESET = "reset"
    CUT = "cut"
    DRIP_BODY = "drip body"
    DRIP_HEADERS = "drip headers"


@dataclass(frozen=True)
class Play:
    """One answer: what is sent, and how."""

    body: Any = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    wire: Wire = Wire.WHOLE

    @property
    def data(self) -> bytes:
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


@dataclass(frozen=True)
class Asked:
    """One request that was taken. ``instructions`` and ``text`` are what the model would read."""

    path: str
    headers: Mapping[str, str]
    model: str
    instructions: str
    text: str
    output_tokens: int


Script = Callable[[Asked], Play]


@dataclass
class ModelServer:
    """``script`` says what to play to each request; ``asked`` holds them all."""

    url: str = ""
    asked: list[Asked] = field(default_factory=list)
    script: Script = lambda _: Play({}, 500)
    closing: threading.Event = field(default_factory=threading.Event)

    def plays(self, *plays: Play) -> None:
        """One after the other; the last one ever after."""
        left = list(plays)
        self.script = lambda _: left.pop(0) if len(left) > 1 else left[0]


def gemini(text: str | None, finish: str = "STOP", usage: tuple[int, int] = (1000, 100)) -> dict[str, Any]:
    """See https://ai.google.dev/api/generate-content#v1beta.GenerateContentResponse ."""
    content = {"content": {"role": "model", "parts": [{"text": text}]}} if text is not None else {}
    return {
        "candidates": [{**content, "finishReason": finish, "index": 0}],
        "usageMetadata": {"promptTokenCount": usage[0], "candidatesTokenCount": usage[1], "thoughtsTokenCount": 20},
        "modelVersion": "test",
    }


def openai(text: str | None, finish: str = "stop") -> dict[str, Any]:
    """See https://platform.openai.com/docs/api-reference/chat/object ."""
    message = {"role": "assistant", "content": text, "refusal": None}
    return {
        "object": "chat.completion",
        "choices": [{"index": 0, "message": message, "finish_reason": finish}],
        "usage": {"prompt_tokens": 1000, "completion_tokens": 120},
    }


def gemini_error(code: int, status: str, *details: Mapping[str, Any], message: str = "no") -> dict[str, Any]:
    """See https://cloud.google.com/apis/design/errors ."""
    return {"error": {"code": code, "message": message, "status": status, "details": list(details)}}


def retry_info(delay: str) -> dict[str, str]:
    return {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": delay}


def openai_error(code: str, message: str = "no") -> dict[str, Any]:
    return {"error": {"message": message, "type": "error", "code": code}}


class _Refused(Exception):
    def __init__(self, play: Play) -> None:
        super().__init__()
        self.play = play


def _gemini_request(path: str, headers: Mapping[str, str], body: Mapping[str, Any]) -> Asked:
    by_key, by_token = _BY_KEY.fullmatch(path), _BY_TOKEN.fullmatch(path)
    if by_key and headers.get("x-goog-api-key") != KEY:
        raise _Refused(Play(gemini_error(403, "PERMISSION_DENIED", message="API key not valid"), 403))
    if by_token and headers.get("authorization") != f"Bearer {TOKEN}":
        raise _Refused(Play(gemini_error(401, "UNAUTHENTICATED"), 401))
    found = by_key or by_token
    if found is None:
        raise _Refused(Play(gemini_error(404, "NOT_FOUND"), 404))
    settings = body.get("generationConfig", {})
    unknown = (set(body) - _FIELDS) | (set(settings) - _SETTINGS)
    if unknown or settings.get("responseMimeType") != "application/json" or "responseJsonSchema" not in settings:
        raise _Refused(Play(gemini_error(400, "INVALID_ARGUMENT", message=f"unknown: {unknown}"), 400))
    said = [_joined(content) for content in body["contents"]]
    instructions = _joined(body["systemInstruction"])
    return Asked(path, headers, found["model"], instructions, "".join(said), settings["maxOutputTokens"])


def _joined(content: Mapping[str, Any]) -> str:
    return "".join(part["text"] for part in content["parts"])


def _openai_request(path: str, headers: Mapping[str, str], body: Mapping[str, Any]) -> Asked:
    if headers.get("authorization") not in (f"Bearer {KEY}", None):
        raise _Refused(Play(openai_error("invalid_api_key"), 401))
    form = body.get("response_format", {})
    if set(body) - _CHAT_FIELDS or form.get("type") != "json_schema" or not form["json_schema"]["strict"]:
        raise _Refused(Play(openai_error("invalid_request_error"), 400))
    said = {message["role"]: message["content"] for message in body["messages"]}
    if "max_tokens" in body and body["model"].startswith("newer"):
        refusal = "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead."
        raise _Refused(Play(openai_error("unsupported_parameter", refusal), 400))
    most = body.get("max_tokens") or body["max_completion_tokens"]
    return Asked(path, headers, body["model"], said["system"], said["user"], most)


def _token(data: bytes) -> Play:
    """See https://developers.google.com/identity/protocols/oauth2/service-account#httprest ."""
    form = parse_qs(data.decode())
    claims = form["assertion"][0].split(".")[1]
    asked = json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))
    if asked["iss"] != "robot@acme-docs.example" or "cloud-platform" not in asked["scope"]:
        return Play({"error": "invalid_grant"}, 400)
    return Play({"access_token": TOKEN, "expires_in": 3600, "token_type": "Bearer"})


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: "_Server"

    def do_POST(self) -> None:
        data = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        with suppress(OSError):  # whoever asked has given up
            self._send(self._play(data))

    def _play(self, data: bytes) -> Play:
        if self.path == "/token":
            return _token(data)
        read = _openai_request if self.path.endswith("/chat/completions") else _gemini_request
        headers = {name.lower(): value for name, value in self.headers.items()}
        try:
            asked = read(self.path, headers, json.loads(data))
        except _Refused as refused:
            return refused.play
        with self.server.lock:
            self.server.model.asked.append(asked)
            return self.server.model.script(asked)

    def _send(self, play: Play) -> None:
        self.close_connection = True
        if play.wire is Wire.HANG:
            self.server.model.closing.wait(10)
            return
        if play.wire is Wire.RESET:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
            return
        fields = {"Content-Type": "application/json", "Content-Length": str(len(play.data)), **play.headers}
        head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
        head = f"HTTP/1.1 {play.status} Test\r\n{head}Connection: close\r\n\r\n"
        self._write(head.encode(), slowly=play.wire is Wire.DRIP_HEADERS)
        data = play.data[: len(play.data) // 2] if play.wire is Wire.CUT else play.data
        self._write(data, slowly=play.wire is Wire.DRIP_BODY)

    def _write(self, data: bytes, *, slowly: bool) -> None:
        for chunk in (data[i : i + 1] for i in range(len(data))) if slowly else (data,):
            self.wfile.write(chunk)
            self.wfile.flush()
            if slowly and self.server.model.closing.wait(0.05):
                return

    def log_message(self, *_: object) -> None:
        """Silence."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.model = ModelServer(f"http://127.0.0.1:{self.server_address[1]}")
        self.lock = threading.Lock()


@contextmanager
def serving() -> Iterator[ModelServer]:
    """A server of its own, gone at the end."""
    server = _Server()
    thread = threading.Thread(target=lambda: server.serve_forever(poll_interval=0.01), daemon=True)
    thread.start()
    try:
        yield server.model
    finally:
        server.model.closing.set()
        server.shutdown()
        server.server_close()
        thread.join()
