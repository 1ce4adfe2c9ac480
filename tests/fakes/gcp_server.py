"""The https side of the small Google Cloud: one server, each service below it by its name, and a token service."""

import json
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from fakes.gcp import Answer, FakeGoogle
from stage.oidc import self_signed


@contextmanager
def google(directory: Path) -> Iterator[FakeGoogle]:
    """``url`` is ``https://127.0.0.1:PORT``; a client trusts ``bundle``."""
    tls, trusted = self_signed(directory)
    fake = FakeGoogle(bundle=trusted)
    server = _server(fake, tls)
    fake.url = f"https://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield fake
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _server(fake: FakeGoogle, tls: ssl.SSLContext) -> ThreadingHTTPServer:
    class Relay(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # headers and body in one packet

        def relay(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            parts = urlsplit(self.path)
            if parts.path == "/sts/v1/token":
                self._say((200, _token(fake, body), {}))
                return
            bearer = self.headers.get("Authorization", "").removeprefix("Bearer ")
            self._say(fake.answer(self.command, parts.path.lstrip("/"), parse_qs(parts.query), bearer))

        def _say(self, answer: Answer | None) -> None:
            if answer is None:
                self.close_connection = True
                return
            status, told, headers = answer
            data = b"" if told is None else (told if isinstance(told, str) else json.dumps(told)).encode()
            with suppress(OSError):  # whoever asked has given up meanwhile
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

        do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = relay  # noqa: N815 - http.server's names

        def log_message(self, *_: object) -> None:
            """Silence."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        block_on_close = False

        def get_request(self) -> tuple[ssl.SSLSocket, Any]:
            """The handshake comes with the first read, in the connection's own thread."""
            raw, address = super().get_request()
            return tls.wrap_socket(raw, server_side=True, do_handshake_on_connect=False), address

        def handle_error(self, request: Any, client_address: Any) -> None:
            """A connection that breaks is its client's business."""

    return Server(("127.0.0.1", 0), Relay)


def _token(fake: FakeGoogle, body: bytes) -> dict[str, Any]:
    """A token that says which scopes it was asked for with."""
    scopes = parse_qs(body.decode()).get("scope", [""])[0].split()
    fake.scopes.update(scopes)
    return {
        "access_token": ",".join(scopes),
        "issued_token_type": "urn:ietf:params:oauth:token-type:access_token",
        "token_type": "Bearer",
        "expires_in": 3600,
    }
