"""Azure through its SDKs: sessions that read or write, bound to the policy's subscriptions, and errors as ours.

A reader refuses anything but GET, HEAD and the Resource Graph's query before the wire. Neither readers nor writers
ask anything of a subscription that the policy doesn't list, or that looks like production and isn't named twice.
"""

from __future__ import annotations

import functools
import re
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import quote

from driftguard.clients.azure_errors import from_answer
from driftguard.clients.azure_operations import follow
from driftguard.clients.azure_session import Session, anything, only_reads
from driftguard.clients.pace import Pace
from driftguard.errors import (
    AccessDenied,
    DriftGuardError,
    MissingExtra,
    NotFound,
    PermanentError,
    TransientError,
)
from driftguard.policy import Auth, Azure, Janitor
from driftguard.retry import Backoff, with_backoff

PAGE = 1000
"""Rows in one answer of the Resource Graph, its most."""

_SUBSCRIPTIONS = (
    "resourcecontainers | where type =~ 'microsoft.resources/subscriptions'"
    " | project id, name, subscriptionId, tenantId | order by id asc"
)
_PRODUCTION = re.compile("prod", re.IGNORECASE)


def reader(janitor: Janitor, environ: Mapping[str, str], auth: Auth = Auth()) -> AzureApi:  # noqa: B008 - frozen
    """Reads only: a write is refused before the wire with ``ReadOnlyViolation``."""
    config = _config(janitor)
    return AzureApi(config, Session(config, auth.azure, environ, only_reads))


def writer(janitor: Janitor, environ: Mapping[str, str], auth: Auth = Auth()) -> AzureApi:  # noqa: B008 - frozen
    """Reads and writes. Only live wiring asks for one."""
    config, identity = _config(janitor), auth.azure
    if identity is not None and config.write_client is not None:
        identity = identity.model_copy(update={"client": config.write_client})
    return AzureApi(config, Session(config, identity, environ, anything))


def _config(janitor: Janitor) -> Azure:
    if janitor.clouds.azure is None:
        raise PermanentError("janitor.clouds.azure is not in the policy")
    return janitor.clouds.azure


@dataclass
class AzureApi:
    """Requests by path and api-version; every answer a plain mapping. Safe to share between threads."""

    config: Azure
    session: Session
    backoff: Backoff = field(default_factory=Backoff)
    _paces: dict[str, Pace] = field(default_factory=dict)
    _lock: threading.RLock = field(default_factory=threading.RLock)

    @cached_property
    def subscriptions(self) -> Mapping[str, Mapping[str, Any]]:
        """The policy's subscriptions that the credentials see: id -> name and tenant.

        Raises ``PermanentError`` if one looks like production and the policy doesn't name it twice.
        """
        rows = [row for page in self._pages(_SUBSCRIPTIONS) for row in page]
        found = {str(row["subscriptionId"]).lower(): row for row in rows}
        for identity, row in found.items():
            if _PRODUCTION.search(str(row.get("name"))) and identity not in self.config.confirm_production:
                raise PermanentError(
                    f"subscription {identity} is called '{row.get('name')}', which looks like production; "
                    "to work there all the same, name it under janitor.clouds.azure.confirm_production"
                )
        return {identity: row for identity, row in found.items() if identity in self.config.subscriptions}

    def rows(self, query: str) -> Iterator[Sequence[Mapping[str, Any]]]:
        """The Resource Graph's answer over all of the policy's subscriptions, page by page.

        Raises ``PermanentError`` where it says that it left something out.
        """
        self._admit()
        yield from self._pages(query)

    def get(self, path: str, version: str, /, **asked: str) -> Mapping[str, Any]:
        """One resource, or one page of a listing."""
        self._admit()
        found: Mapping[str, Any] = self._send("GET", path, {"api-version": version, **asked})[2]
        return found

    def listed(self, path: str, version: str, /, **asked: str) -> Iterator[Mapping[str, Any]]:
        """Every item on every page of a listing."""
        page = self.get(path, version, **asked)
        yield from _items(page, path)
        seen: set[str] = set()
        while link := str(page.get("nextLink") or ""):
            _once(link, seen, path)
            _status, _headers, page = self._send("GET", link, {})
            yield from _items(page, path)

    def locks(self, subscription: str) -> Sequence[str]:
        """The ids of all locks in ``subscription``: its own, and those of groups and resources."""
        self._admit()

        def ask() -> Sequence[str]:
            operations = self.session.locks(subscription).management_locks
            return [_lock_id(lock.id) for lock in operations.list_at_subscription_level()]

        found: Sequence[str] = self._tried(ask, f"the locks of {subscription}", subscription)
        return found

    def delete(self, identity: str, version: str, /, **asked: str) -> None:
        """Delete a resource and wait until that has ended.

        Raises ``NotFound`` if it wasn't there, and ``StillInUse`` if it takes longer than ``PATIENCE``.
        """
        self._admit()
        resources = self.session.manager(_subscription(identity)).resources

        def begin() -> Any:
            ended = resources.begin_delete_by_id(
                quote(identity, safe="/()"),
                api_version=version,
                params=dict(asked),
                polling=False,
                cls=lambda answer, _body, _headers: answer.http_response,
            )
            return ended.result()

        answer = self._tried(begin, f"DELETE {identity}", _pool(identity))
        if answer.status_code == 204:  # noqa: PLR2004 - HTTP: nothing was there
            raise NotFound(f"{identity} is gone")
        if answer.status_code == 202:  # noqa: PLR2004 - HTTP: accepted
            self._wait(identity, version, answer.headers)

    def write(self, method: str, path: str, version: str) -> None:
        """Any other request that changes something, waited for."""
        self._admit()
        status, headers, _body = self._send(method, path, {"api-version": version})
        if status == 202:  # noqa: PLR2004 - HTTP: accepted
            self._wait(path, version, headers)

    def _wait(self, identity: str, version: str, headers: Mapping[str, str]) -> None:
        follow(identity, version, headers, functools.partial(self._send, "GET"), self.backoff.sleep)

    def _admit(self) -> None:
        """Raises if nothing may be done with these credentials at all."""
        with self._lock:
            _ = self.subscriptions

    def _pages(self, query: str) -> Iterator[Sequence[Mapping[str, Any]]]:
        options: dict[str, Any] = {"resultFormat": "objectArray", "$top": PAGE}
        seen: set[str] = set()
        rows = 0
        while True:
            asked = {"query": query, "subscriptions": list(self.config.subscriptions), "options": dict(options)}
            ask = functools.partial(self._ask_graph, asked)
            answer = self._tried(ask, "the Resource Graph", "graph")
            rows += len(answer.data)
            yield answer.data
            options["$skipToken"] = answer.skip_token
            if not answer.skip_token:
                break
            _once(answer.skip_token, seen, "the Resource Graph")
        cut = str(answer.result_truncated).rpartition(".")[2].lower() == "true"
        if cut or rows < (answer.total_records or 0):
            raise PermanentError("the Resource Graph cut its answer short, so something was not seen")

    def _ask_graph(self, asked: Mapping[str, Any]) -> Any:
        return self.session.graph().resources(asked)

    def _send(self, method: str, path: str, asked: Mapping[str, str]) -> tuple[int, Mapping[str, str], Any]:
        """Status, headers and JSON of one request, tried again while that helps."""
        what = f"{method} {path.partition('?')[0]}"

        def send() -> tuple[int, Mapping[str, str], Any]:
            from azure.core.rest import HttpRequest  # noqa: PLC0415 - see azure_session

            absolute = path.startswith("https://")
            url = path if absolute else self.config.endpoint + quote(path, safe="/()")
            answer = self.session.manager(self.config.subscriptions[0]).send_request(
                HttpRequest(method, url, params=dict(asked))
            )
            body = answer.json() if answer.content else {}
            if answer.status_code >= 300:  # noqa: PLR2004 - HTTP
                raise from_answer(answer.status_code, answer.headers, body, what)
            if not isinstance(body, Mapping):
                raise TransientError(f"{what}: an answer that isn't Azure's")
            return answer.status_code, answer.headers, body

        found: tuple[int, Mapping[str, str], Any] = self._tried(send, what, _pool(path))
        return found

    def _tried(self, function: Callable[[], Any], what: str, pool: str) -> Any:
        with self._lock:
            pace = self._paces.setdefault(pool, Pace(self.backoff.sleep))
        return with_backoff(pace.paced(_translated(function, what)), self.backoff)()


def _items(page: Mapping[str, Any], path: str) -> Sequence[Mapping[str, Any]]:
    """The items on a page of a listing. One without any word of them isn't an empty one."""
    items = page.get("value")
    if not isinstance(items, list):
        raise PermanentError(f"{path}: an answer that is no listing, so what is there isn't known")
    return items


def _once(token: str, seen: set[str], what: str) -> None:
    """Raises for a page that was asked for before."""
    if token in seen:
        raise PermanentError(f"{what}: the listing turns in a circle")
    seen.add(token)


def _lock_id(found: object) -> str:
    """Raises for a lock that doesn't say where it is: it may be on anything."""
    if not isinstance(found, str) or "/locks/" not in found.lower():
        raise PermanentError(f"a lock has the id '{found}', so what it is on isn't known")
    return found


def _subscription(identity: str) -> str:
    return identity.split("/")[2]


def _pool(path: str) -> str:
    """What shares a limit: one subscription's part of one provider."""
    parts = path.partition("?")[0].lower().split("/")
    provider = parts[parts.index("providers") + 1 : parts.index("providers") + 2] if "providers" in parts else []
    return "/".join(parts[:3] + provider)


def _translated(function: Callable[[], Any], what: str) -> Callable[[], Any]:
    def translated() -> Any:
        try:
            from azure.core import exceptions  # noqa: PLC0415 - see azure_session
        except ImportError as error:
            raise MissingExtra("azure", "the janitor on Azure") from error
        try:
            return function()
        except exceptions.HttpResponseError as error:
            raise _refused(error, what) from error
        except (exceptions.ServiceRequestError, exceptions.ServiceResponseError) as error:
            raise TransientError(f"{what}: {_without_addresses(error)}") from error
        except exceptions.AzureError as error:
            raise PermanentError(f"{what}: {error}") from error
        except ValueError as error:
            raise TransientError(f"{what}: the answer is no JSON") from error

    return translated


def _without_addresses(error: Exception) -> str:
    """An operation's address carries its signature."""
    return re.sub(r"\?[^\s'\")]+", "?…", str(error))


def _refused(error: Any, what: str) -> DriftGuardError:
    """What the SDK raised for an answer; without one, signing in didn't work."""
    answer = error.response
    if answer is None or type(error).__name__ in ("ClientAuthenticationError", "CredentialUnavailableError"):
        text = " ".join(str(error).split()).partition(" Visit http")[0][:300]
        return AccessDenied(f"{what}: signing in to Azure failed: {text}; sign in, or give the job auth.azure by OIDC")
    try:
        body = answer.json()
    except ValueError:
        body = {}
    return from_answer(answer.status_code, answer.headers, body, what)
