"""Which api-version to speak to a type with: the newest that its provider lists, or that an answer names."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from driftguard.errors import PermanentError
from driftguard.janitor.resources.azure.ids import GROUP, ResourceId
from driftguard.janitor.resources.azure.resource import AzureApi

T = TypeVar("T")

GROUPS = "2021-04-01"
"""Of the resource manager's own requests: groups, providers and listings of resources."""

_SUPPORTED = re.compile(r"supported api-versions are '([^']+)'", re.IGNORECASE)
_STABLE = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass
class Versions:
    """Remembers what each type was last spoken to with. Safe to share between threads."""

    api: AzureApi
    _listed: dict[str, Mapping[str, str]] = field(default_factory=dict)
    _known: dict[str, str] = field(default_factory=dict)
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def speaking(self, identity: ResourceId, call: Callable[[str], T]) -> T:
        """``call`` with the type's version; once more with another where the answer names those that there are."""
        version = self.of(identity)
        try:
            return call(version)
        except PermanentError as error:
            named = _SUPPORTED.search(str(error))
            better = newest(re.split(r"[,\s]+", named[1])) if named else ""
            if better in ("", version):
                raise
            self._known[identity.kind] = better
            return call(better)

    def of(self, identity: ResourceId) -> str:
        """Raises ``PermanentError`` if the provider doesn't list the type."""
        if identity.kind == GROUP:
            return GROUPS
        if identity.kind not in self._known:
            provider, _, rest = identity.type.partition("/")
            found = self._of_provider(identity.subscription, provider).get(rest)
            if not found:
                raise PermanentError(f"{provider} lists no api-version of {identity.type}, so it can't be looked at")
            self._known[identity.kind] = found
        return self._known[identity.kind]

    def _of_provider(self, subscription: str, provider: str) -> Mapping[str, str]:
        with self._lock:
            if provider not in self._listed:
                listed = self.api.get(f"/subscriptions/{subscription}/providers/{provider}", GROUPS)
                self._listed[provider] = {
                    str(each["resourceType"]).lower(): newest(each.get("apiVersions", ()))
                    for each in listed.get("resourceTypes", ())
                }
            return self._listed[provider]


def newest(versions: Iterable[str]) -> str:
    """The newest one; a preview only where there is nothing else. Empty if there is none."""
    every = sorted(version for version in versions if version)
    stable = [version for version in every if _STABLE.fullmatch(version)]
    return (stable or every or [""])[-1]
