"""GitHub's REST API through PyGithub, its errors as ours. PyGithub loads when the first request is made.

PyGithub brings connection and authentication; its retries and throttle are off, so that ``driftguard.retry`` alone
waits, as long as GitHub's own headers ask (within the backoff's total).
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property
from typing import Any, TypeVar

from driftguard.errors import (
    AccessDenied,
    DriftGuardError,
    NotFound,
    PermanentError,
    ReadOnlyViolation,
    TransientError,
)
from driftguard.retry import Backoff, with_backoff

T = TypeVar("T")
API = "https://api.github.com"
TIMEOUT = 30
"""Seconds for one request."""

PAGE = 100
MOST_PAGES = 50
RATE_LIMIT = "rate limit"
SECONDARY_WAIT = 60.0
"""Seconds after a secondary limit that names no time, as GitHub's documentation asks."""


class Repeat(Enum):
    """Whether a request whose fate is unknown (a broken connection, a 5xx) may be sent again."""

    SAFE = "safe"
    NEVER = "never"


Turn = Callable[[str], None]
"""Waits until a request of that verb may go out."""


def at_once(_verb: str) -> None:
    """No waiting."""


@dataclass
class ReadApi:
    """``GET`` and nothing else. Paths begin with ``/``; what stands in them was checked by ``repo_path``."""

    token: str = field(repr=False)
    api_url: str = API
    backoff: Backoff = field(default_factory=Backoff)
    turn: Turn = at_once
    auth: Any = field(default=None, repr=False)
    """PyGithub's, where it isn't a token."""

    def get(self, path: str, accept: str = "", **query: Any) -> Any:
        """The JSON of one answer; ``accept`` asks for another form of it. Raises a ``DriftGuardError``."""
        headers = {"Accept": accept} if accept else None
        return self._request("GET", path, Repeat.SAFE, query=query, headers=headers)

    def pages(self, path: str, key: str = "", **query: Any) -> Iterator[Mapping[str, Any]]:
        """Every item of a list, page by page; under ``key`` where the answer is an object.

        Raises ``PermanentError`` rather than leave out what lies beyond ``MOST_PAGES``.
        """
        for number in range(1, MOST_PAGES + 1):
            answer = self.get(path, per_page=PAGE, page=number, **query)
            items = answer.get(key, []) if key else answer
            yield from items
            if len(items) < PAGE:
                return
        raise PermanentError(f"{path}: more than {MOST_PAGES * PAGE:,} items, which is more than is looked at")

    def _request(
        self, verb: str, path: str, repeat: Repeat, *, query: Any = None, body: Any = None, headers: Any = None
    ) -> Any:
        self._permit(verb, path)

        def once() -> Any:
            self.turn(verb)
            asked = self._requester.requestJsonAndCheck
            return asked(verb, path, parameters=query, headers=headers, input=body)[1]

        return with_backoff(lambda: _translated(once, path, repeat), self.backoff)()

    def _permit(self, verb: str, path: str) -> None:
        if verb != "GET":
            raise ReadOnlyViolation(f"{verb} {path}: this session may only read")

    @cached_property
    def _requester(self) -> Any:
        return _connect(self.auth or self.token, self.api_url).requester


class WriteApi(ReadApi):
    """The same with writes. Only live wiring builds one."""

    def send(self, verb: str, path: str, body: Mapping[str, Any], repeat: Repeat = Repeat.NEVER) -> Any:
        """The JSON of the answer. Raises a ``DriftGuardError``."""
        return self._request(verb, path, repeat, body=dict(body))

    def _permit(self, verb: str, path: str) -> None:
        """Everything."""


def _connect(identity: Any, api_url: str) -> Any:
    """PyGithub's ``Github``. It never waits or tries again by itself."""
    from github import Auth, Github  # noqa: PLC0415 - 165 ms that most commands don't need

    return Github(
        auth=Auth.Token(identity) if isinstance(identity, str) else identity,
        base_url=api_url.rstrip("/"),
        timeout=TIMEOUT,
        retry=None,
        seconds_between_requests=None,
        seconds_between_writes=None,
    )


def repo_path(repo: str) -> str:
    """``/repos/owner/name``. Raises ``PermanentError`` for anything that isn't a repository's name."""
    if not re.fullmatch(r"(?!\.+/)[\w.-]+/(?!\.+$)[\w.-]+", repo):
        raise PermanentError(f"'{repo}' is not a repository's name (owner/name)")
    return f"/repos/{repo}"


def _translated(function: Callable[[], T], what: str, repeat: Repeat) -> T:
    """``function()``, with whatever PyGithub and requests raise as one of our errors."""
    import requests  # noqa: PLC0415 - comes with PyGithub
    from github import GithubException  # noqa: PLC0415

    try:
        return function()
    except GithubException as error:
        raise _from_answer(error, what, repeat) from error
    except requests.exceptions.RequestException as error:
        raise _in_doubt(f"{what}: GitHub could not be reached, or broke off: {error}", repeat) from error


def _in_doubt(text: str, repeat: Repeat) -> DriftGuardError:
    if repeat is Repeat.SAFE:
        return TransientError(text)
    return PermanentError(f"{text}; it may have arrived, so it is not sent again")


def _from_answer(error: Any, what: str, repeat: Repeat) -> DriftGuardError:
    headers = {key.lower(): value for key, value in (error.headers or {}).items()}
    data = error.data if isinstance(error.data, dict) else {}
    text = f"{what}: {error.status}: {_message(data)}"
    if error.status in (403, 429) and (wait := _wait(headers, _message(data))) is not None:
        return TransientError(f"{text} ({RATE_LIMIT}; lifts in {wait:.0f} s)", wait)
    if error.status == 404:  # noqa: PLR2004 - HTTP
        return NotFound(f"{text}; is the name right, and does the token (or the App's installation) reach it?")
    if error.status in (401, 403):
        needs = headers.get("x-accepted-github-permissions", "")
        return AccessDenied(f"{text}; the token lacks {f'the permission {needs}' if needs else 'a permission'} for it")
    if error.status >= 500:  # noqa: PLR2004 - HTTP
        return _in_doubt(text, repeat)
    return PermanentError(text)


def _message(data: Mapping[str, Any]) -> str:
    """GitHub's own words and, for a 422, which field it means."""
    details = [
        "{} {}".format(error.get("field", ""), error.get("message") or error.get("code") or "").strip()
        if isinstance(error, Mapping)
        else str(error)
        for error in data.get("errors") or ()
    ]
    return "; ".join(filter(None, (str(data.get("message") or "no message"), *details)))[:500]


def _wait(headers: Mapping[str, str], message: str) -> float | None:
    """Seconds until the limit lifts; ``None`` if it is no limit.

    https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
    """
    if (asked := _number(headers.get("retry-after"))) is not None:
        return asked
    if headers.get("x-ratelimit-remaining") == "0" and (reset := _number(headers.get("x-ratelimit-reset"))) is not None:
        return max(0.0, reset - time.time())
    return SECONDARY_WAIT if "secondary rate limit" in message.lower() else None


def _number(text: str | None) -> float | None:
    return float(text) if text is not None and re.fullmatch(r"\d{1,12}(\.\d+)?", text.strip()) else None
