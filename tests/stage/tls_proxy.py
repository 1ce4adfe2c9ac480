"""An https proxy of ours before a cloud: it breaks what rules say, and forwards the rest."""

import http.client
import re
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from stage.oidc import self_signed

Words = Callable[[int], str]
"""The body of an error, as a cloud words it."""


@dataclass
class Rule:
    """What goes wrong with requests like ``VERB /path`` (a pattern): ``times`` of them, -1 for all.

    ``status`` is answered instead; without one, ``hang`` waits so many seconds, and ``cut`` breaks the connection
    ``before`` the request is forwarded, or ``after`` it, so that its answer is lost.
    """

    like: str
    status: int = 0
    times: int = -1
    retry_after: str = ""
    hang: float = 0.0
    cut: str = ""
    dealt: int = 0

    def takes(self, asked: str) -> bool:
        if self.times == self.dealt or not re.search(self.like, asked, re.IGNORECASE):
            return False
        self.dealt += 1
        return True


@dataclass
class TlsProxy:
    """``url`` is what driftguard is told, ``trusted`` the certificate that it must trust for it."""

    upstream: str
    words: Words
    rules: Sequence[Rule]
    trusted: Path
    url: str = ""
    asked: list[str] = field(default_factory=list)
    closing: threading.Event = field(default_factory=threading.Event)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def rule(self, asked: str) -> Rule | None:
        with self._lock:
            self.asked.append(asked)
            return next((rule for rule in self.rules if rule.takes(asked)), None)


@contextmanager
def between(upstream: str, trusted: Path, words: Words, rules: Sequence[Rule], home: Path) -> Iterator[TlsProxy]:
    """A proxy to the cloud at ``upstream``, whose certificate is ``trusted``; its own lies in ``home``."""
    home.mkdir()
    tls, ours = self_signed(home)
    proxy = TlsProxy(upstream, words, rules, ours)
    server = _Server(proxy, tls, ssl.create_default_context(cafile=trusted))
    proxy.url = f"https://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield proxy
    finally:
        proxy.closing.set()
        server.shutdown()
        server.server_close()
        thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, proxy: TlsProxy, tls: ssl.SSLContext, onwards: ssl.SSLContext) -> None:
        super().__init__(("127.0.0.1", 0), _Relay)
        self.proxy, self.tls, self.trust = proxy, tls, onwards

    def get_request(self) -> tuple[ssl.SSLSocket, Any]:
        """The handshake comes with the first read, in the connection's own thread."""
        raw, address = super().get_request()
        return self.tls.wrap_socket(raw, server_side=True, do_handshake_on_connect=False), address

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A connection that breaks is its client's business."""


class _Relay(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # headers and body in one packet
    server: _Server

    def setup(self) -> None:
        super().setup()
        self.proxy = self.server.proxy
        target = urlsplit(self.proxy.upstream)
        self.onwards = http.client.HTTPSConnection(
            target.hostname or "", target.port, timeout=30, context=self.server.trust
        )

    def finish(self) -> None:
        self.onwards.close()
        with suppress(OSError):
            super().finish()

    def relay(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        rule = self.proxy.rule(f"{self.command} {unquote(self.path)}")
        if rule is None:
            self._say(*self._ask(body))
        elif rule.status:
            headers = [("Retry-After", rule.retry_after)] if rule.retry_after else []
            self._say(rule.status, headers, self.proxy.words(rule.status).encode())
        else:
            self._break(rule, body)

    def _break(self, rule: Rule, body: bytes) -> None:
        if rule.cut != "before" and not self.proxy.closing.wait(rule.hang):
            answer = self._ask(body)
            if not rule.cut:
                self._say(*answer)
                return
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # a reset
        self.connection.close()

    def _ask(self, body: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
        """The cloud's answer, with its own address in it as ours, as a gateway's would be."""
        theirs, ours = self.proxy.upstream, self.proxy.url
        self.onwards.request(self.command, self.path, body, dict(self.headers))
        answer = self.onwards.getresponse()
        data = answer.read().replace(theirs.encode(), ours.encode())
        dropped = ("transfer-encoding", "connection", "content-length", "date", "server")
        kept = [(name, value) for name, value in answer.getheaders() if name.lower() not in dropped]
        return answer.status, [(name, value.replace(theirs, ours)) for name, value in kept], data

    def _say(self, status: int, headers: list[tuple[str, str]], data: bytes) -> None:
        with suppress(OSError):  # whoever asked has given up meanwhile
            self.send_response(status)
            for name, value in headers:
                self.send_header(name, value)
            if status != 204:
                self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = relay  # noqa: N815 - http.server's names

    def log_message(self, *_: object) -> None:
        """Silence."""
