"""Google Cloud through google-auth and its REST APIs: sessions that read or write, bound to the policy's projects.

A reader refuses anything but reads on the wire itself, and asks for a scope that only reads wherever an API takes one.
No request goes to a project that the policy doesn't admit, whatever is asked for. google-auth loads with the first
call; plain REST is used instead of Google's client libraries, which take seconds to import and retry by themselves.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from driftguard.clients import gcp_errors
from driftguard.clients.gcp_operations import finish
from driftguard.clients.gcp_session import google_errors, signed_in
from driftguard.clients.pace import Pace, Quota
from driftguard.errors import PermanentError, ReadOnlyViolation, TransientError
from driftguard.policy import Auth, Gcp, Janitor
from driftguard.retry import Backoff, with_backoff

WIDE = "https://www.googleapis.com/auth/cloud-platform"
NARROW = (
    "https://www.googleapis.com/auth/cloud-platform.read-only",
    "https://www.googleapis.com/auth/compute.readonly",
    "https://www.googleapis.com/auth/run.readonly",
)
READ_ONLY_SERVICES = frozenset(
    {"artifactregistry", "bigquery", "cloudresourcemanager", "compute", "dns", "logging", "run", "storage"}
)
"""What answers to ``NARROW``; every other API, Cloud Asset too, takes nothing less than ``WIDE`` even for a read."""

SEARCHES = "cloudasset"
A_MINUTE = (400, 60.0)
"""Searches that Google allows in so many seconds, https://cloud.google.com/asset-inventory/docs/quota."""

_DOTS = re.compile(r"(^|/)(\.|%2e){1,2}(/|$)", re.IGNORECASE)
_IN_PROJECT = re.compile(r"(?:^|/)projects/([^/:]+)")
_PRODUCTION = re.compile("prod", re.IGNORECASE)
_TIMEOUT = (5, 30)


def reader(janitor: Janitor, environ: Mapping[str, str], auth: Auth = Auth()) -> GcpApi:  # noqa: B008 - frozen
    """Reads only: a write is refused before the wire with ``ReadOnlyViolation``."""
    return GcpApi(_config(janitor), environ, auth, _only_reads, READ_ONLY_SERVICES)


def writer(janitor: Janitor, environ: Mapping[str, str], auth: Auth = Auth()) -> GcpApi:  # noqa: B008 - frozen
    """Reads and writes. Only live wiring asks for one."""
    config = _config(janitor)
    if auth.gcp is not None and config.write_service_account is not None:
        identity = auth.gcp.model_copy(update={"service_account": config.write_service_account})
        auth = auth.model_copy(update={"gcp": identity})
    return GcpApi(config, environ, auth, _anything, frozenset())


def _config(janitor: Janitor) -> Gcp:
    if janitor.clouds.gcp is None:
        raise PermanentError("janitor.clouds.gcp is not in the policy")
    return janitor.clouds.gcp


def _only_reads(verb: str, where: str) -> None:
    if verb not in ("GET", "HEAD"):
        raise ReadOnlyViolation(f"{verb} {where} is no read, and this session only reads")


def _anything(_verb: str, _where: str) -> None:
    """A writer's check."""


@dataclass
class GcpApi:
    """Requests by verb, service and path; every answer a plain mapping. Safe to share between threads."""

    config: Gcp
    environ: Mapping[str, str]
    auth: Auth
    check: Callable[[str, str], None]
    narrow: frozenset[str]
    backoff: Backoff = field(default_factory=Backoff)
    _sessions: dict[bool, Any] = field(default_factory=dict)
    _paces: dict[tuple[str, str], Pace] = field(default_factory=dict)
    _projects: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def project(self, number: str) -> Mapping[str, Any]:
        """The project as Google tells it. Raises ``PermanentError`` if the policy doesn't admit it."""
        with self._lock:
            if number not in self._projects:
                self._projects[number] = self._admitted(number)
            return self._projects[number]

    def _admitted(self, number: str) -> Mapping[str, Any]:
        listed = number in self.config.projects
        if not (listed or self.config.ephemeral) or not re.fullmatch(r"[1-9][0-9]*", number):
            raise PermanentError(f"project {number} is not in janitor.clouds.gcp.projects")
        project = self._send("GET", "cloudresourcemanager", f"v3/projects/{number}")
        if project.get("name") != f"projects/{number}":
            raise PermanentError(f"Google answered with {project.get('name')} when asked for projects/{number}")
        if not listed and project.get("parent") not in self.config.ephemeral:
            raise PermanentError(f"project {number} lies in {project.get('parent')}, which the policy doesn't list")
        self._refuse_production(number, project)
        return project

    def _refuse_production(self, number: str, project: Mapping[str, Any]) -> None:
        names = (str(project.get(key, "")) for key in ("projectId", "displayName"))
        looks = next(filter(_PRODUCTION.search, names), "")
        if looks and number not in self.config.confirm_production:
            cure = f"to work there all the same, name {number} under janitor.clouds.gcp.confirm_production"
            raise PermanentError(f"project {number} is called '{looks}', which looks like production; {cure}")

    def call(self, verb: str, service: str, path: str, /, *, project: str, **parameters: Any) -> Mapping[str, Any]:
        """One request, tried again while that helps. ``path`` is quoted; ``body=`` goes as JSON, the rest as query.

        ``project`` is the number of an admitted project, and any project that ``path`` names must be that one.
        """
        admitted = self.project(project)
        named = set(_IN_PROJECT.findall(path))
        if not named <= {project, admitted.get("projectId")} or _DOTS.search(path):
            raise PermanentError(f"{service}/{path} is not of project {project} ({admitted.get('projectId')})")
        return self._send(verb, service, path, **parameters)

    def pages(self, service: str, path: str, /, *, project: str, **parameters: Any) -> Iterator[Mapping[str, Any]]:
        """Every page of a listing, each tried again by itself."""
        yield from self._pages(lambda **asked: self.call("GET", service, path, project=project, **parameters, **asked))

    def delete(self, service: str, path: str, /, *, project: str, patience: float, **parameters: Any) -> None:
        """Delete what lies at ``path``, and wait for the operation that this begins, ``patience`` seconds at most.

        Raises ``StillInUse`` where that wasn't enough, and whatever the operation says went wrong.
        """

        def ask(where: str) -> Mapping[str, Any]:
            return self.call("GET", service, where, project=project)

        answer = self.call("DELETE", service, path, project=project, **parameters)
        finish(answer, path, ask, self.pause, patience)

    def projects_in(self, container: str) -> Iterator[Mapping[str, Any]]:
        """The projects directly below one of the policy's ``ephemeral`` containers."""
        if container not in self.config.ephemeral:
            raise PermanentError(f"{container} is not in janitor.clouds.gcp.ephemeral")

        def listing(**asked: Any) -> Mapping[str, Any]:
            return self._send("GET", "cloudresourcemanager", "v3/projects", parent=container, pageSize=300, **asked)

        for page in self._pages(listing):
            yield from page.get("projects") or ()

    def _pages(self, ask: Callable[..., Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
        page = ask()
        seen: set[str] = set()
        yield page
        while token := page.get("nextPageToken"):
            if token in seen:
                raise TransientError("Google's listing turns in a circle")
            seen.add(token)
            page = ask(pageToken=token)
            yield page

    def pause(self, seconds: float) -> None:
        """Wait for Google to get on with something."""
        self.backoff.sleep(seconds)

    def _send(self, verb: str, service: str, path: str, /, body: Any = None, **query: Any) -> Mapping[str, Any]:
        self.check(verb, f"{service}/{path}")
        url = f"{self.config.endpoint.replace('{service}', service)}/{path}"
        paced = self._pace(service, path).paced(lambda: self._once(verb, service, url, body=body, query=query))
        answer: Mapping[str, Any] = with_backoff(paced, self.backoff)()
        return answer

    def _once(self, verb: str, service: str, url: str, *, body: Any, query: Mapping[str, Any]) -> Mapping[str, Any]:
        what = f"{verb} {url}"
        session = self._session(service)
        with google_errors(what):
            answer = session.request(
                verb, url, params=query or None, json=body, timeout=_TIMEOUT, allow_redirects=False
            )
        empty = verb == "DELETE" and not answer.content.strip()
        try:
            found = {} if empty else answer.json()
        except ValueError:
            found = None
        if answer.status_code >= 300:  # noqa: PLR2004 - HTTP
            raise gcp_errors.of_answer(answer.status_code, found, answer.headers).error(what)
        if not isinstance(found, Mapping):
            raise TransientError(f"{what}: an answer that isn't Google's")
        return found

    def _pace(self, service: str, path: str) -> Pace:
        """One for each service and project, which is what Google counts by; searches count by whoever asks."""
        searching = service == SEARCHES
        whose = "" if searching else next(iter(_IN_PROJECT.findall(path)), "")
        with self._lock:
            if (service, whose) not in self._paces:
                sleep = self.backoff.sleep
                self._paces[service, whose] = Pace(sleep, quota=Quota(*A_MINUTE) if searching else None)
            return self._paces[service, whose]

    def _session(self, service: str) -> Any:
        narrow = service in self.narrow
        with self._lock:
            if narrow not in self._sessions:
                scopes = NARROW if narrow else (WIDE,)
                with google_errors("signing in to Google Cloud"):
                    self._sessions[narrow] = signed_in(self.auth.gcp, self.environ, scopes, self.check)
            return self._sessions[narrow]
