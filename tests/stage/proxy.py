"""A recording proxy between driftguard and a cloud: what was asked, and whether it was a read."""

import http.client
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

READS = re.compile(r"(Describe|List|Get|Head|Search|Lookup)[A-Z]\w*")


@dataclass(frozen=True)
class Asked:
    """One request. ``operation`` is AWS's name for it where the wire tells it (S3's doesn't): ``ListQueues``."""

    method: str
    path: str
    operation: str

    @property
    def is_read(self) -> bool:
        if self.operation:
            return READS.fullmatch(self.operation) is not None
        return self.method in ("GET", "HEAD")


@dataclass
class RecordingProxy:
    """``url`` is what driftguard is told; ``before`` is called with each request's number, from 1."""

    url: str = ""
    asked: list[Asked] = field(default_factory=list)
    before: Callable[[int], None] = lambda _: None

    @property
    def writes(self) -> list[Asked]:
        return [request for request in self.asked if not request.is_read]


@contextmanager
def recording(upstream: str) -> Iterator[RecordingProxy]:
    proxy = RecordingProxy()
    target = urlsplit(upstream)
    lock = threading.Lock()

    class Relay(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def relay(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            with lock:
                proxy.asked.append(Asked(self.command, self.path, operation(self.path, dict(self.headers), body)))
                number = len(proxy.asked)
            proxy.before(number)
            connection = http.client.HTTPConnection(target.hostname or "", target.port, timeout=30)
            try:
                connection.request(self.command, self.path, body, dict(self.headers))
                answer = connection.getresponse()
                data = answer.read()
            finally:
                connection.close()
            with suppress(BrokenPipeError, ConnectionResetError):  # whoever asked was killed meanwhile
                self._answer(answer, data)

        def _answer(self, answer: http.client.HTTPResponse, data: bytes) -> None:
            self.send_response(answer.status)
            for name, value in answer.getheaders():
                if name.lower() not in ("transfer-encoding", "connection", "content-length"):
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(data)

        do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = relay  # noqa: N815 - http.server's names

        def log_message(self, *_: object) -> None:
            """Silence."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Relay)
    server.daemon_threads = True
    proxy.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield proxy
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def operation(path: str, headers: dict[str, str], body: bytes) -> str:
    """JSON protocols name it in a header, query protocols in the form; REST ones don't."""
    named = next((value for name, value in headers.items() if name.lower() == "x-amz-target"), "")
    if named:
        return named.rpartition(".")[2]
    form = parse_qs(body.decode("latin-1")) if "Action=" in body.decode("latin-1") else {}
    rest = {"/GetResources": "GetResources"}.get(urlsplit(path).path, "")
    return form.get("Action", [rest])[0]
