"""A GitHub App's way into other repositories: tokens that last an hour, for named repositories and one permission.

https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/generating-an-installation-access-token-for-a-github-app
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from driftguard.clients.github_api import API, Turn, WriteApi, at_once, repo_path
from driftguard.errors import AccessDenied, NotFound, PermanentError, UsageError

RENEWED = timedelta(minutes=5)
"""A token is renewed so long before its end."""

MOST = 500
"""Repositories of one token."""


@dataclass(frozen=True, slots=True)
class AppKey:
    """Who the App is; ``key`` is its private key. ``where`` says which line of the policy names it."""

    id: int | str
    key: str = field(repr=False)
    variable: str
    where: str

    def auth(self) -> Any:
        """PyGithub's ``AppAuth``, proven to sign. Raises ``UsageError`` where the key is none."""
        from github import Auth  # noqa: PLC0415 - 165 ms that most commands don't need

        try:
            auth = Auth.AppAuth(self.id, self.key.replace("\\n", "\n"))
            auth.create_jwt()
        except Exception as error:
            what = f"the environment variable {self.variable} holds no private key (PEM) of an App"
            raise UsageError(f"{self.where}: cross_repo.app.key_env: {what}") from error
        return auth


@dataclass(frozen=True, slots=True)
class _Token:
    api: WriteApi
    reach: frozenset[str]
    until: datetime


@dataclass
class AppSessions:
    """Sessions for single repositories. ``consumers`` are those that a token is asked for together, owner by owner."""

    app: AppKey
    consumers: Sequence[str]
    environ: Mapping[str, str]
    turn: Turn = at_once
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    _tokens: dict[tuple[str, str], _Token] = field(default_factory=dict, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)
    _api: WriteApi | None = field(default=None, repr=False)

    def reach(self, repo: str, permission: str) -> WriteApi:
        """A session for ``repo`` with ``contents:write``, say. Raises ``PermanentError`` that says what is missing."""
        with self._lock:
            known = self._tokens.get((repo.lower(), permission))
            if known is None or known.until - self.clock() < RENEWED:
                known = self._minted(repo, permission)
            return known.api

    def _minted(self, repo: str, permission: str) -> _Token:
        installation = self._installation(repo)
        together = self._together(repo)
        try:
            token = self._token(installation, together, permission)
        except NotInstalledEverywhere:
            token = self._token(installation, [one for one in together if self._installed(one)], permission)
        for name in token.reach:
            self._tokens[name, permission] = token
        return token

    def _together(self, repo: str) -> list[str]:
        """The consumers with the same owner, and ``repo`` itself."""
        owner = repo.partition("/")[0].lower()
        same = sorted({name.lower() for name in self.consumers if name.lower().startswith(f"{owner}/")})
        if repo.lower() not in same:
            return [repo.lower()]
        at = same.index(repo.lower()) // MOST * MOST
        return same[at : at + MOST]

    def _installation(self, repo: str) -> int:
        try:
            found = self._as_app.get(f"{repo_path(repo)}/installation")
        except NotFound as error:
            raise PermanentError(self._not_installed(repo)) from error
        except AccessDenied as error:
            said = f"GitHub doesn't take the key in {self.app.variable} for the App {self.app.id}"
            raise PermanentError(f"{self.app.where}: cross_repo.app: {said}: {error}") from error
        return _number(found, "id")

    def _installed(self, repo: str) -> bool:
        try:
            self._as_app.get(f"{repo_path(repo)}/installation")
        except NotFound:
            return False
        return True

    def _token(self, installation: int, repos: Sequence[str], permission: str) -> _Token:
        name, _, right = permission.partition(":")
        body = {"repositories": [repo.partition("/")[2] for repo in repos], "permissions": {name: right}}
        try:
            found = self._as_app.send("POST", f"/app/installations/{installation:d}/access_tokens", body)
        except (AccessDenied, NotFound) as error:
            raise PermanentError(f"the App {self.app.id} gets no token for {repos[0]}: {error}") from error
        except PermanentError as error:
            raise self._refused(error, repos, permission) from error
        text, until = found.get("token"), found.get("expires_at")
        if not isinstance(text, str) or not isinstance(until, str):
            raise PermanentError("GitHub's answer has no installation token")
        api = WriteApi(text, self._url, turn=self.turn)
        return _Token(api, frozenset(repos), datetime.fromisoformat(until))

    def _refused(self, error: PermanentError, repos: Sequence[str], permission: str) -> PermanentError:
        if "permission" in str(error).lower():
            wanted = permission.replace(":", ": ")
            advice = f"give the App {self.app.id} '{wanted}', and accept that in its installation"
            return PermanentError(f"{repos[0]}: {error}; {advice}")
        return NotInstalledEverywhere(str(error)) if len(repos) > 1 else PermanentError(self._not_installed(repos[0]))

    def _not_installed(self, repo: str) -> str:
        return f"the App {self.app.id} is not installed at {repo}: install it there, or take {repo} out of the policy"

    @property
    def _as_app(self) -> WriteApi:
        if self._api is None:
            self._api = WriteApi("", self._url, turn=self.turn, auth=self.app.auth())
        return self._api

    @property
    def _url(self) -> str:
        return self.environ.get("GITHUB_API_URL") or API


class NotInstalledEverywhere(PermanentError):
    """At least one of the repositories of a token is not the installation's."""


def _number(found: Any, key: str) -> int:
    value = found.get(key) if isinstance(found, Mapping) else None
    if not isinstance(value, int):
        raise PermanentError(f"GitHub's answer has no number at {key}")
    return value
