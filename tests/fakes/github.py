"""A GitHub on loopback: small, stateful, and strict about what it is asked.

Every request is checked against GitHub's own description (``github_rules``) before it changes anything; one that GitHub
would refuse, or that isn't in the description, is refused here and remembered in ``refused``, which the fixture wants
empty at the end of a test unless the test asked for it.
"""

import json
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from fakes import github_rules
from fakes.github_answers import ANSWERS, NEEDS, Asked, Listing
from fakes.github_rules import Operation

TOKEN = "ghs_" + "a1B2" * 9
BOT = "github-actions[bot]"
APP = "github-actions"
CORE_LIMIT = 1000
Answer = tuple[int, Any, Mapping[str, str]]


@dataclass(frozen=True)
class Request:
    """One request as it came, and what GitHub calls it (empty where it knows no such thing)."""

    operation: str
    method: str
    path: str
    body: Any

    @property
    def is_write(self) -> bool:
        return self.method not in ("GET", "HEAD")


@dataclass
class Pull:
    """A pull request's moving parts; ``push`` moves its head."""

    number: int
    head: str
    base: str
    head_ref: str = "topic"
    base_ref: str = "main"
    head_repo: str | None = None
    state: str = "open"
    author: str = "mallory"

    def push(self, sha: str) -> None:
        self.head = sha


@dataclass
class Repo:
    """What one repository holds."""

    name: str
    pulls: dict[int, Pull] = field(default_factory=dict)
    permissions: dict[str, str] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    refs: dict[str, str] = field(default_factory=dict)
    at: dict[str, dict[str, bytes]] = field(default_factory=dict)
    """The files of single commits, where they aren't ``files``."""
    workflows: set[str] = field(default_factory=set)
    installation: int | None = None
    comments: dict[int, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    reviews: dict[int, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    checks: list[dict[str, Any]] = field(default_factory=list)
    statuses: list[dict[str, Any]] = field(default_factory=list)
    dispatches: list[dict[str, Any]] = field(default_factory=list)
    runs: list[dict[str, Any]] = field(default_factory=list)


@dataclass
class Failure:
    """An answer to be given instead of the real one, ``times`` times, to requests that ``fits``."""

    fits: Callable[[Request], bool]
    status: int
    body: Mapping[str, Any]
    headers: Mapping[str, str]
    times: int
    arrives: bool


@dataclass
class FakeGitHub:
    """The server's state, and hands to arrange it and look at it.

    ``scopes`` is what tokens may write, but for those whose own rights stand in ``scoped``.
    """

    url: str = ""
    login: str = BOT
    app: str = APP
    scopes: frozenset[str] = frozenset({"checks", "contents", "issues", "pull_requests", "statuses", "actions"})
    scoped: dict[str, frozenset[str]] = field(default_factory=dict)
    repos: dict[str, Repo] = field(default_factory=dict)
    asked: list[Request] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    tokens: dict[str, frozenset[str]] = field(default_factory=lambda: {TOKEN: frozenset()})
    app_may: frozenset[str] = frozenset({"contents", "actions", "checks"})
    now: datetime | None = None
    remaining: int = CORE_LIMIT
    _last: int = 1000
    _lock: threading.RLock = field(default_factory=threading.RLock)

    @property
    def environ(self) -> dict[str, str]:
        """What a job is told of this GitHub."""
        return {"GITHUB_API_URL": self.url, "GITHUB_TOKEN": TOKEN, "NO_PROXY": "*"}

    @property
    def writes(self) -> list[Request]:
        return [request for request in self.asked if request.is_write]

    def repo(self, name: str = "acme/shop") -> Repo:
        return self.repos.setdefault(name.lower(), Repo(name))

    def pull(self, number: int, head: str, base: str, **more: Any) -> Pull:
        pull = Pull(number, head, base, **more)
        self.repo().pulls[number] = pull
        return pull

    def comment(self, number: int, author: str, body: str, at: datetime | None = None) -> dict[str, Any]:
        """Somebody writes a comment on the website: nothing is checked, and the payload of its event comes back."""
        with self._lock:
            item = self.new_comment(author, body, at)
            self.repo().comments[number].append(item)
        return {
            "action": "created",
            "comment": item,
            "issue": {"number": number, "pull_request": {"url": f"{self.url}/pulls/{number}"}},
            "repository": {"full_name": self.repo().name},
            "sender": {"login": author},
        }

    def said(self, number: int, author: str = BOT) -> list[str]:
        """The comments of one author on one pull request, oldest first."""
        return [c["body"] for c in self.repo().comments[number] if c["user"]["login"] == author]

    def check(self, sha: str, name: str = "DriftGuard") -> dict[str, Any]:
        """The check run of that name that counts on ``sha``: the newest."""
        return [check for check in self.repo().checks if (check["head_sha"], check["name"]) == (sha, name)][-1]

    def fail(
        self,
        operation: str,
        status: int,
        message: str = "",
        *,
        headers: Mapping[str, str] | None = None,
        times: int = 1,
        arrives: bool = False,
    ) -> None:
        """Answer the next ``times`` requests of that operation so; with ``arrives``, after they have taken effect."""
        body = {"message": message or f"scripted {status}"}
        self.failures.append(Failure(lambda r: r.operation == operation, status, body, headers or {}, times, arrives))

    def answer(self, method: str, target: str, headers: Mapping[str, str], raw: bytes) -> Answer:
        """One request, from the wire to the wire."""
        split = urlsplit(target)
        with self._lock:
            asked = github_rules.operation(method, split.path)
            body = json.loads(raw) if raw else None
            request = Request(asked.id if asked else "", method, split.path, body)
            self.asked.append(request)
            self.remaining -= 1
            failure = next((f for f in self.failures if f.times and f.fits(request)), None)
            if failure is not None:
                failure.times -= 1
                if not failure.arrives:
                    return failure.status, failure.body, failure.headers
            real = self._checked(asked, request, parse_qs(split.query, keep_blank_values=True), headers)
            return (failure.status, failure.body, failure.headers) if failure else real

    def _checked(
        self, asked: Operation | None, request: Request, query: Mapping[str, list[str]], headers: Mapping[str, str]
    ) -> Answer:
        if asked is None:
            self.refused.append(f"{request.method} {request.path}: GitHub has no such operation")
            return _message(404, "Not Found")
        defects = github_rules.defects(asked, query, request.body)
        if defects:
            self.refused += [f"{asked.id}: {defect}" for defect in defects]
            errors = [{"message": defect, "code": "custom"} for defect in defects]
            return 422, {"message": "Validation Failed", "errors": errors}, {}
        token = headers.get("authorization", "").partition(" ")[2]
        reach = self._reach(asked, token)
        if reach is None:
            return _message(401, "Bad credentials")
        if (need := NEEDS.get(asked.id)) and need not in self.scoped.get(token, self.scopes):
            permission = {"X-Accepted-GitHub-Permissions": f"{need}=write"}
            return _message(403, "Resource not accessible by integration", permission)
        name = f"{asked.path.get('owner')}/{asked.path.get('repo')}".lower()
        repo = self.repos.get(name)
        if "owner" in asked.path and (repo is None or (reach and name not in reach)):
            return _message(404, "Not Found")
        found = Asked(self, repo or Repo(""), asked.path, _flat(query), request.body)
        status, answer = ANSWERS[asked.id](found)
        assert status in asked.described["answers"] or status >= 400, f"{asked.id} never answers {status}"
        return self._paged(request, answer, found.query) if isinstance(answer, Listing) else (status, answer, {})

    def _reach(self, asked: Operation, token: str) -> frozenset[str] | None:
        """The repositories that a token reaches (empty: all); ``None`` if it is no token of ours."""
        if asked.id.startswith("apps/"):
            return frozenset() if token.count(".") == 2 else None
        return self.tokens.get(token)

    def _paged(self, request: Request, listing: Listing, query: Mapping[str, str]) -> Answer:
        body, more = listing.page(query)
        following = urlencode({**query, "page": int(query.get("page", 1)) + 1})
        return 200, body, {"Link": f'<{self.url}{request.path}?{following}>; rel="next"'} if more else {}

    def rate_headers(self) -> dict[str, str]:
        return {
            "X-RateLimit-Limit": str(CORE_LIMIT),
            "X-RateLimit-Remaining": str(self.remaining),
            "X-RateLimit-Used": str(CORE_LIMIT - self.remaining),
            "X-RateLimit-Reset": str(int(time.time()) + 600),
            "X-RateLimit-Resource": "core",
        }

    def new_id(self) -> int:
        self._last += 1
        return self._last

    def stamp(self) -> str:
        return (self.now or datetime.now(UTC)).strftime("%Y-%m-%dT%H:%M:%SZ")

    def new_comment(self, author: str, body: str, at: datetime | None = None) -> dict[str, Any]:
        when = at.strftime("%Y-%m-%dT%H:%M:%SZ") if at else self.stamp()
        kind = "Bot" if author.endswith("[bot]") else "User"
        return {
            "id": self.new_id(),
            "body": body,
            "user": {"login": author, "type": kind},
            "created_at": when,
            "updated_at": when,
        }


def _message(status: int, text: str, headers: Mapping[str, str] | None = None) -> Answer:
    return status, {"message": text, "documentation_url": "https://docs.github.com/rest"}, headers or {}


def _flat(query: Mapping[str, list[str]]) -> dict[str, str]:
    return {key: values[0] for key, values in query.items()}


@contextmanager
def serving(hub: FakeGitHub) -> Iterator[FakeGitHub]:
    """``hub`` on a free port of 127.0.0.1."""

    class Wire(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def relay(self) -> None:
            raw = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            status, body, extra = hub.answer(self.command, self.path, headers, raw)
            data = b"" if body is None else json.dumps(body).encode()
            self.send_response(status)
            for name, value in {**hub.rate_headers(), **extra}.items():
                self.send_header(name, value)
            self.send_header("Content-Type", "application/json; charset=utf-8")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            with suppress(BrokenPipeError, ConnectionResetError):
                self.wfile.write(data)

        do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = relay  # noqa: N815 - http.server's names

        def log_message(self, *_: object) -> None:
            """Silence."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Wire)
    server.daemon_threads = True
    hub.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
