"""Slack's and Teams' incoming webhooks on loopback: they refuse what the real ones refuse, and play what a test asks.

https://docs.slack.dev/reference/block-kit/blocks, https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors
"""

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

SECRET = "T00000000-B00000000-secret"


@dataclass
class ChatServer:
    """``answers`` are played first, each once: a status, or 0 for a connection that breaks; then messages are taken."""

    base: str = ""
    answers: list[tuple[int, Mapping[str, str]]] = field(default_factory=list)
    taken: list[Mapping[str, Any]] = field(default_factory=list)
    asked: int = 0

    @property
    def slack(self) -> str:
        return f"{self.base}/slack/{SECRET}"

    @property
    def teams(self) -> str:
        return f"{self.base}/teams/{SECRET}"


@contextmanager
def chat_server() -> Iterator[ChatServer]:
    chat = ChatServer()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            chat.asked += 1
            data = self.rfile.read(int(self.headers["Content-Length"]))
            if chat.answers:
                status, headers = chat.answers.pop(0)
            else:
                status, headers = _judged(self.path, data, chat), {}
            if status == 0:
                self.close_connection = True
                self.connection.close()
                return
            self.send_response(status)
            for name, value in {"Content-Length": "0", **headers}.items():
                self.send_header(name, value)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    chat.base = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield chat
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _judged(path: str, data: bytes, chat: ChatServer) -> int:
    body = json.loads(data)
    if path == f"/slack/{SECRET}" and _slack_takes(body):
        status = 200
    elif path == f"/teams/{SECRET}" and len(data) <= 28 * 1024 and _teams_takes(body):
        status = 202
    else:
        return 400
    chat.taken.append(body)
    return status


def _slack_takes(body: Mapping[str, Any]) -> bool:
    blocks = body["blocks"]
    return 0 < len(body["text"]) <= 40_000 and 0 < len(blocks) <= 50 and all(map(_block, blocks))


def _block(block: Mapping[str, Any]) -> bool:
    match block:
        case {"type": "header", "text": {"type": "plain_text", "text": str(text)}}:
            return 0 < len(text) <= 150
        case {"type": "section", "text": {"type": "plain_text" | "mrkdwn", "text": str(text)}}:
            return 0 < len(text) <= 3000
        case {"type": "context", "elements": [*elements]}:
            return 0 < len(elements) <= 10 and all(element["text"] for element in elements)
    return False


def _teams_takes(body: Mapping[str, Any]) -> bool:
    match body:
        case {
            "type": "message",
            "attachments": [{"contentType": kind, "content": {"type": "AdaptiveCard", "body": b}}],
        }:
            runs = [run for block in b for run in block["inlines"]]
            return kind == "application/vnd.microsoft.card.adaptive" and all(run["text"] for run in runs)
    return False
