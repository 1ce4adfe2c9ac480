"""GitHub through PyGithub, its errors as ours. PyGithub loads when the first call is made."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar

from driftguard.errors import AccessDenied, DriftGuardError, NotFound, PermanentError, TransientError
from driftguard.retry import Backoff, with_backoff

T = TypeVar("T")
TIMEOUT = 30
"""Seconds for one request."""


def dispatcher(token: str, environ: Mapping[str, str]) -> GitHubDispatcher:
    """A ``ports.Dispatcher`` that acts as ``token``."""
    return GitHubDispatcher(token, environ.get("GITHUB_API_URL") or "https://api.github.com")


@dataclass
class GitHubDispatcher:
    """Asks other repositories. A request whose fate is unknown is never sent twice: a dispatch isn't idempotent."""

    token: str = field(repr=False)
    api_url: str
    backoff: Backoff = field(default_factory=Backoff)

    def dispatch(self, repo: str, event_type: str, payload: Mapping[str, Any]) -> None:
        sent = with_backoff(lambda: _translated(lambda: self._send(repo, event_type, payload), repo), self.backoff)
        if not sent():
            raise PermanentError(f"{repo}: GitHub refused the dispatch '{event_type}' (422): is its payload too large?")

    def _send(self, repo: str, event_type: str, payload: Mapping[str, Any]) -> bool:
        repository = self._github.get_repo(repo, lazy=True)
        return bool(repository.create_repository_dispatch(event_type, dict(payload)))

    @cached_property
    def _github(self) -> Any:
        from github import Auth, Github  # noqa: PLC0415 - 165 ms that most commands don't need

        return Github(
            auth=Auth.Token(self.token),
            base_url=self.api_url,
            timeout=TIMEOUT,
            retry=None,  # ours are the only retries, or they would multiply
            seconds_between_requests=None,
            seconds_between_writes=1.0,
        )


def _translated(function: Callable[[], T], repo: str) -> T:
    import requests  # noqa: PLC0415 - comes with PyGithub
    from github import GithubException  # noqa: PLC0415

    try:
        return function()
    except GithubException as error:
        raise _from_answer(error, repo) from error
    except requests.exceptions.ConnectionError as error:
        raise PermanentError(f"{repo}: GitHub could not be reached, or broke off: {error}") from error
    except requests.exceptions.RequestException as error:
        raise PermanentError(f"{repo}: {error}; it may have arrived, so it is not sent again") from error


def _from_answer(error: Any, repo: str) -> DriftGuardError:
    headers = {key.lower(): value for key, value in (error.headers or {}).items()}
    data = error.data if isinstance(error.data, dict) else {}
    text = f"{repo}: {error.status}: {data.get('message') or 'no message'}"
    if error.status in (403, 429) and (wait := _wait(headers)) is not None:
        return TransientError(f"{text} (rate limit)", wait)
    if error.status == 404:  # noqa: PLR2004 - HTTP
        return NotFound(f"{text}; is the name right, and does the token (or the App's installation) reach it?")
    if error.status in (401, 403):
        return AccessDenied(f"{text}; the token needs contents: write on {repo}")
    if error.status >= 500:  # noqa: PLR2004 - HTTP
        return PermanentError(f"{text}; it may have arrived, so it is not sent again")
    return PermanentError(text)


def _wait(headers: Mapping[str, str]) -> float | None:
    """Seconds until the limit lifts, https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api."""
    if "retry-after" in headers:
        return float(headers["retry-after"])
    if headers.get("x-ratelimit-remaining") == "0" and "x-ratelimit-reset" in headers:
        return max(0.0, float(headers["x-ratelimit-reset"]) - time.time())
    return None
