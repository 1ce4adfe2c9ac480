"""Azure's SDK clients, with one pipeline that guards what is asked: of whom, in which subscription, and how.

The SDK's own retries are left out, as ours would multiply with them, and so is its habit of registering resource
providers on the way, which is a write. The SDKs load with the first session.
"""

from __future__ import annotations

import importlib
import logging
import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

from driftguard.clients import oidc
from driftguard.errors import MissingExtra, PermanentError, ReadOnlyViolation
from driftguard.policy import Azure, AzureIdentity

GRAPH = "/providers/Microsoft.ResourceGraph/resources"
"""The one path to which a POST only reads."""

READS = ("GET", "HEAD")

AUTHORITY = "AZURE_AUTHORITY_HOST"
_ASTRAY = re.compile(r"(^|/)\.{1,2}(/|$)|//|\\")
_SUBSCRIPTION = re.compile(r"^/subscriptions/([^/]+)", re.IGNORECASE)

Check = Callable[[str, str], None]
"""Is given a request's method and path, and raises if it mustn't be sent."""


def only_reads(method: str, path: str) -> None:
    if method not in READS and (method, path) != ("POST", GRAPH):
        raise ReadOnlyViolation(f"{method} {path} is no read, and this session only reads")


def anything(_method: str, _path: str) -> None:
    """A writer's check."""


@dataclass(frozen=True)
class Guard:
    """What every request must pass right before it is signed and sent."""

    config: Azure
    check: Check

    def admit(self, method: str, url: str) -> None:
        """Raises ``ReadOnlyViolation``, or ``PermanentError`` for another host or a subscription that isn't listed."""
        parts = urlsplit(url)
        if _origin(parts) != _origin(urlsplit(self.config.endpoint)):
            raise PermanentError(f"{parts.netloc} is not {self.config.endpoint}, so nothing is sent there")
        path = unquote(parts.path)
        if _ASTRAY.search(path):
            raise PermanentError(f"'{path}' leads elsewhere, so it isn't asked for")
        found = _SUBSCRIPTION.match(path)
        if found and found[1].lower() not in self.config.subscriptions:
            listed = ", ".join(self.config.subscriptions)
            raise PermanentError(f"subscription {found[1]} is not in janitor.clouds.azure.subscriptions: {listed}")
        if found is None and method not in READS and (method, path) != ("POST", GRAPH):
            raise PermanentError(f"{method} {path} is in no subscription, so it isn't sent")
        self.check(method, path)


def _origin(parts: SplitResult) -> tuple[str, str]:
    """Some providers write the port that https has anyway: ``https://management.azure.com:443/...``."""
    netloc = parts.netloc.lower()
    return parts.scheme.lower(), netloc.removesuffix(":443") if parts.scheme.lower() == "https" else netloc


def credential(identity: AzureIdentity | None, environ: Mapping[str, str]) -> Any:
    """GitHub's token where the job and the policy have it, else whatever Azure's default chain finds.

    Where ``AZURE_AUTHORITY_HOST`` names an authority, it is taken at its word: private clouds are in no directory.
    """
    options = {"retry_total": 0, "disable_instance_discovery": bool(environ.get(AUTHORITY))}
    found = oidc.azure_credential(identity, environ, **options)
    if found is not None:
        return found
    from azure.identity import DefaultAzureCredential  # noqa: PLC0415 - 200 ms that most commands don't need

    return DefaultAzureCredential(exclude_interactive_browser_credential=True, **options)


@dataclass
class Session:
    """One SDK client a subscription and API, built when first asked for. Safe to share between threads.

    Each of its methods raises ``MissingExtra`` where the SDKs aren't installed.
    """

    config: Azure
    identity: AzureIdentity | None
    environ: Mapping[str, str]
    check: Check
    _built: dict[tuple[str, str], Any] = field(default_factory=dict)
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def manager(self, subscription: str) -> Any:
        """``ResourceManagementClient``."""
        return self._client("azure.mgmt.resource.resources", "ResourceManagementClient", subscription)

    def locks(self, subscription: str) -> Any:
        """``ManagementLockClient``."""
        return self._client("azure.mgmt.resource.locks", "ManagementLockClient", subscription)

    def graph(self) -> Any:
        """``ResourceGraphClient``."""
        return self._client("azure.mgmt.resourcegraph", "ResourceGraphClient")

    def _client(self, module: str, name: str, *subscription: str) -> Any:
        key = (name, "".join(subscription))
        with self._lock:
            if key not in self._built:
                build = getattr(_loaded(module), name)
                self._built[key] = build(self._credential, *subscription, **self._options)
            return self._built[key]

    @cached_property
    def _credential(self) -> Any:
        _loaded("azure.identity")
        log = logging.getLogger("azure")
        if not log.handlers:
            log.addHandler(logging.NullHandler())  # what it would print on stderr stands in our error
        return credential(self.identity, self.environ)

    @cached_property
    def _options(self) -> Mapping[str, Any]:
        policies, transport = _loaded("azure.core.pipeline.policies"), _loaded("azure.core.pipeline.transport")
        signing = _loaded("azure.mgmt.core.policies").ARMChallengeAuthenticationPolicy
        return {
            "base_url": self.config.endpoint,
            "transport": transport.RequestsTransport(
                session=_pooled(), session_owner=False, connection_timeout=5, read_timeout=30
            ),
            "policies": [
                policies.RequestIdPolicy(),
                policies.HeadersPolicy(),
                policies.UserAgentPolicy("driftguard"),
                policies.ContentDecodePolicy(),
                _guarding(Guard(self.config, self.check)),
                signing(self._credential, f"{self.config.endpoint}/.default"),
            ],
        }


def _loaded(module: str) -> Any:
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise MissingExtra("azure", "the janitor on Azure") from error


def _pooled() -> Any:
    """Connections for as many threads as there may be, and no retries of its own."""
    import requests  # noqa: PLC0415 - see credential
    from requests.adapters import HTTPAdapter  # noqa: PLC0415

    session = requests.Session()
    session.mount("https://", HTTPAdapter(pool_maxsize=64, max_retries=0))
    return session


def _guarding(guard: Guard) -> Any:
    from azure.core.pipeline.policies import SansIOHTTPPolicy  # noqa: PLC0415 - see credential

    class Guarding(SansIOHTTPPolicy):  # type: ignore[type-arg]  # of whatever request comes
        def on_request(self, request: Any) -> None:
            guard.admit(request.http_request.method, request.http_request.url)

    return Guarding()
