"""https on loopback: a certificate made at start, one small server a cloud, and the demo's own requests to it."""

from __future__ import annotations

import ipaddress
import json
import ssl
import threading
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from driftguard.errors import MissingExtra

HOST = "127.0.0.1"
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Asked:
    """One request. ``path`` is unquoted, ``host`` is the server as the request names it."""

    verb: str
    host: str
    path: str
    query: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Reply:
    """``body`` goes out as JSON."""

    body: Any = field(default_factory=dict)
    status: int = 200


Answer = Callable[[Asked], Reply]


@dataclass(frozen=True)
class Loopback:
    """``directory`` is where the certificate lies, which clients trust by ``REQUESTS_CA_BUNDLE``."""

    directory: Path

    @cached_property
    def trusted(self) -> Path:
        """Raises ``MissingExtra`` without the demo's packages."""
        self.directory.mkdir(parents=True, exist_ok=True)
        certificate, key = _self_signed()
        path = self.directory / "loopback.pem"
        path.touch(mode=0o600)
        path.write_bytes(key + certificate)
        return path

    @contextmanager
    def serving(self, answer: Answer) -> Iterator[str]:
        """Run a server; its URL."""
        server = _Server(self.trusted, answer)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield f"https://{HOST}:{server.server_address[1]}"
        finally:
            server.shutdown()
            server.server_close()
            thread.join()

    def get(self, url: str) -> Any:
        """The JSON at ``url``, asked for past every proxy."""
        trust = urllib.request.HTTPSHandler(context=ssl.create_default_context(cafile=self.trusted))
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), trust)
        with opener.open(url, timeout=10) as found:
            return json.load(found)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, certificate: Path, answer: Answer) -> None:
        super().__init__((HOST, 0), _handler(answer))
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(certificate)
        self._tls = tls

    def get_request(self) -> tuple[ssl.SSLSocket, Any]:
        """Hands are shaken with the first read, in the connection's own thread."""
        raw, address = super().get_request()
        return self._tls.wrap_socket(raw, server_side=True, do_handshake_on_connect=False), address

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A connection that breaks is its client's business."""


def _handler(answer: Answer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # headers and body in one packet

        def reply(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            parts = urlsplit(self.path)
            query = {key: values[0] for key, values in parse_qs(parts.query).items()}
            told = answer(Asked(self.command, self.headers.get("Host", ""), unquote(parts.path), query, body))
            data = json.dumps(told.body).encode()
            self.send_response(told.status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = do_DELETE = reply  # noqa: N815 - http.server's names

        def log_message(self, *_: object) -> None:
            """The story is told elsewhere."""

    return Handler


def _self_signed() -> tuple[bytes, bytes]:
    """Certificate and key, in PEM, good for loopback until tomorrow."""
    try:
        from cryptography import x509  # noqa: PLC0415 - only the demo needs it
        from cryptography.hazmat.primitives import hashes, serialization  # noqa: PLC0415
        from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415
    except ImportError as error:
        raise MissingExtra("demo", "the demo") from error
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "driftguard demo")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now - _DAY, now + _DAY)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(HOST))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem, pkcs8, bare = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    return certificate.public_bytes(pem), key.private_bytes(pem, pkcs8, bare)
