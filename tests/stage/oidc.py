"""GitHub's token service and three clouds that check its tokens as the real ones do: all on loopback.

The issuer signs whatever ``claims`` says; the checkers verify signature (against its JWKS), issuer, audience, subject
and expiry. ``clock`` is shared, so that a test can move it.
"""

import http.client
import json
import re
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from google.auth._regional_access_boundary_utils import _RegionalAccessBoundaryManager

BEARER = "request-token-of-this-job"
SUBJECT = "repo:acme/shop:environment:production"
ISSUER = "https://token.actions.githubusercontent.com"
Answer = tuple[int, str, str]
"""Status, content type, body."""
Respond = Callable[[BaseHTTPRequestHandler, bytes], Answer]


class Refused(Exception):
    """A checker's reason."""


def new_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@dataclass
class Clock:
    """Real time plus what the test adds."""

    ahead: timedelta = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead


@dataclass
class Issuer:
    """``claims`` override what GitHub would say; ``forge`` changes the finished token."""

    clock: Clock
    key: rsa.RSAPrivateKey = field(default_factory=new_key)
    signing: rsa.RSAPrivateKey | None = None
    claims: dict[str, Any] = field(default_factory=dict)
    lifetime: timedelta = timedelta(minutes=5)
    forge: Callable[[str], str] = lambda token: token
    url: str = ""
    issued: int = 0

    @property
    def environ(self) -> dict[str, str]:
        """What Actions sets in a job with ``id-token: write``."""
        return {
            "ACTIONS_ID_TOKEN_REQUEST_URL": f"{self.url}/token?api-version=2.0",
            "ACTIONS_ID_TOKEN_REQUEST_TOKEN": BEARER,
            "GITHUB_ACTIONS": "true",
            "GITHUB_REPOSITORY": "acme/shop",
            "GITHUB_RUN_ID": "4711",
        }

    def answer(self, asked: BaseHTTPRequestHandler, _body: bytes) -> Answer:
        if asked.headers.get("Authorization") != f"Bearer {BEARER}":
            return 401, "text/plain", "bad request token"
        audience = parse_qs(urlsplit(asked.path).query)["audience"][0]
        self.issued += 1
        return 200, "application/json", json.dumps({"count": 1, "value": self.forge(self.token(audience))})

    def token(self, audience: str) -> str:
        now = self.clock.now()
        said = {"iss": ISSUER, "aud": audience, "sub": SUBJECT, "iat": now, "exp": now + self.lifetime}
        return jwt.encode(said | self.claims, self.signing or self.key, algorithm="RS256", headers={"kid": "1"})

    def check(self, token: str, audience: str) -> None:
        """What every cloud does with a token. Raises ``Refused``."""
        jwks = jwt.PyJWK.from_json(jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key()), algorithm="RS256")
        try:
            said = jwt.decode(
                token,
                jwks.key,
                algorithms=["RS256"],
                audience=audience,
                issuer=ISSUER,
                options={"verify_exp": False, "verify_iat": False},  # by our clock, below
            )
        except jwt.InvalidTokenError as error:
            raise Refused(f"{type(error).__name__}: {error}") from error
        if said["exp"] < self.clock.now().timestamp():
            raise Refused("ExpiredToken: the token has expired")
        if said["sub"] != SUBJECT:
            raise Refused(f"the subject {said['sub']} is not trusted")


@dataclass
class CheckingSts:
    """AWS: signs in whoever shows a good token, and sends everything on to ``upstream``."""

    issuer: Issuer
    upstream: str
    roles: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)

    def answer(self, asked: BaseHTTPRequestHandler, body: bytes) -> Answer:
        form = {name: values[0] for name, values in parse_qs(body.decode("latin-1")).items()}
        if form.get("Action") != "AssumeRoleWithWebIdentity":
            return relay(self.upstream, asked, body)
        try:
            self.issuer.check(form["WebIdentityToken"], "sts.amazonaws.com")
        except Refused as error:
            code = "ExpiredTokenException" if "Expired" in str(error) else "InvalidIdentityToken"
            return (
                400,
                "text/xml",
                f"<ErrorResponse><Error><Code>{code}</Code><Message>{error}</Message></Error></ErrorResponse>",
            )
        self.roles.append(form["RoleArn"])
        self.names.append(form["RoleSessionName"])
        status, kind, text = relay(self.upstream, asked, body)
        ends = self.issuer.clock.now() + timedelta(seconds=int(form["DurationSeconds"]))
        return status, kind, re.sub(r"<Expiration>.*?<", f"<Expiration>{ends:%Y-%m-%dT%H:%M:%SZ}<", text)


@dataclass
class CheckingEntra:
    """Azure's token endpoint: an assertion for an access token."""

    issuer: Issuer
    given: int = 0

    def answer(self, asked: BaseHTTPRequestHandler, body: bytes) -> Answer:
        if asked.path.endswith("openid-configuration"):
            base = f"https://{asked.headers['Host']}/{asked.path.split('/')[1]}"
            said = {
                "issuer": f"{base}/v2.0",
                "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
                "token_endpoint": f"{base}/oauth2/v2.0/token",
            }
            return 200, "application/json", json.dumps(said)
        form = {name: values[0] for name, values in parse_qs(body.decode()).items()}
        try:
            self.issuer.check(form["client_assertion"], "api://AzureADTokenExchange")
        except Refused as error:
            said = {"error": "invalid_client", "error_description": f"AADSTS700213: {error}"}
            return 401, "application/json", json.dumps(said)
        self.given += 1
        token = {"token_type": "Bearer", "expires_in": 3600, "access_token": f"azure-{self.given}"}
        return 200, "application/json", json.dumps(token)


def stay_on_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    """Google's library asks a fixed host in the background where a token may be used; a test has no such host."""
    monkeypatch.setattr(_RegionalAccessBoundaryManager, "maybe_start_refresh", lambda *_: None)


@dataclass
class CheckingGoogleSts:
    """Google's token exchange, RFC 8693."""

    issuer: Issuer
    provider: str
    given: int = 0
    url: str = ""

    def answer(self, _asked: BaseHTTPRequestHandler, body: bytes) -> Answer:
        form = {name: values[0] for name, values in parse_qs(body.decode()).items()}
        try:
            self.issuer.check(form["subject_token"], f"https:{form['audience']}")
        except Refused as error:
            said = {"error": "invalid_grant", "error_description": str(error)}
            return 400, "application/json", json.dumps(said)
        if form["audience"] != f"//iam.googleapis.com/{self.provider}":
            return 404, "application/json", json.dumps({"error": "invalid_target"})
        self.given += 1
        token = {"access_token": f"google-{self.given}", "expires_in": 3600, "token_type": "Bearer"}
        token["issued_token_type"] = "urn:ietf:params:oauth:token-type:access_token"
        return 200, "application/json", json.dumps(token)


def relay(upstream: str, asked: BaseHTTPRequestHandler, body: bytes) -> Answer:
    target = urlsplit(upstream)
    connection = http.client.HTTPConnection(target.hostname or "", target.port, timeout=30)
    try:
        connection.request(asked.command, asked.path, body, dict(asked.headers))
        answer = connection.getresponse()
        return answer.status, answer.getheader("Content-Type", "text/plain"), answer.read().decode()
    finally:
        connection.close()


@contextmanager
def serving(
    answer: Callable[[BaseHTTPRequestHandler, bytes], Answer], tls: ssl.SSLContext | None = None
) -> Iterator[str]:
    """The URL of a server on loopback that answers so."""

    class Front(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def either(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            status, kind, text = answer(self, body)
            data = text.encode()
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = do_PUT = do_HEAD = do_DELETE = either  # noqa: N815 - http.server's names

        def log_message(self, *_: object) -> None:
            """Silence."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Front)
    server.daemon_threads = True
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        scheme = "https" if tls else "http"
        yield f"{scheme}://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def self_signed(directory: Path) -> tuple[ssl.SSLContext, Path]:
    """A server's TLS context for 127.0.0.1, and the file with the certificate to trust.

    Its name is its own: of two with one name in a bundle, only the first is looked at.
    """
    key, now, serial = new_key(), datetime.now(UTC), x509.random_serial_number()
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"loopback {serial}")])
    san = x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(serial)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(san, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    chain, secret = directory / "loopback.pem", directory / "loopback.key"
    chain.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    secret.write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain, secret)
    return context, chain


def _tampered(token: str) -> str:
    """The same signature over another subject."""
    head, _, signature = token.split(".")
    said = jwt.decode(token, options={"verify_signature": False}) | {"sub": "repo:evil/fork:environment:production"}
    body = jwt.utils.base64url_encode(json.dumps(said).encode()).decode()
    return f"{head}.{body}.{signature}"


def _unsigned(token: str) -> str:
    said = jwt.decode(token, options={"verify_signature": False})
    return jwt.encode(said, "", algorithm="none")


BAD_TOKENS: Mapping[str, Callable[[Issuer], None]] = {
    "wrong subject": lambda issuer: issuer.claims.update(sub="repo:acme/shop:ref:refs/heads/topic"),
    "another repository's subject": lambda issuer: issuer.claims.update(sub="repo:evil/shop:environment:production"),
    "wrong audience": lambda issuer: issuer.claims.update(aud="https://github.com/acme"),
    "wrong issuer": lambda issuer: issuer.claims.update(iss="https://token.example.com"),
    "expired": lambda issuer: setattr(issuer, "lifetime", timedelta(minutes=-1)),
    "tampered": lambda issuer: setattr(issuer, "forge", _tampered),
    "unsigned": lambda issuer: setattr(issuer, "forge", _unsigned),
    "another's key": lambda issuer: setattr(issuer, "signing", new_key()),
}
