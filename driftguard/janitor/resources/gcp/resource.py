"""What a kind of Google Cloud resource is to the inventory, and the API that it speaks to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Protocol

from driftguard.janitor.resources.gcp.answers import Item
from driftguard.model import Target


class GcpApi(Protocol):
    """The part of ``clients.gcp`` that resources speak to. Errors are ours already; paths are quoted."""

    def project(self, number: str) -> Item:
        """A project that the policy admits. Raises ``PermanentError`` for any other."""

    def projects_in(self, container: str) -> Iterator[Item]: ...
    def call(self, verb: str, service: str, path: str, /, *, project: str, **parameters: Any) -> Mapping[str, Any]: ...
    def pages(self, service: str, path: str, /, *, project: str, **parameters: Any) -> Iterator[Mapping[str, Any]]: ...
    def delete(self, service: str, path: str, /, *, project: str, patience: float, **parameters: Any) -> None:
        """Delete, and wait for the end of it. Raises ``StillInUse`` when ``patience`` (in seconds) ends first."""


class GcpResource(Protocol):
    """One kind. ``assets`` are its types in Cloud Asset; ``after`` the kinds that must go before it."""

    @property
    def kind(self) -> str: ...
    @property
    def assets(self) -> tuple[str, ...]: ...
    @property
    def after(self) -> tuple[str, ...]: ...
    @property
    def labelled(self) -> bool:
        """Whether it has labels, so that a search for our label finds it."""

    @property
    def guarded(self) -> bool:
        """Whether Google protects some of its kind, which only a native look tells."""

    def found(self, api: GcpApi, number: str, row: Item) -> Target | None:
        """What a row of a search is; ``None`` if its name is none of this kind's. May tell less than ``read``."""

    def read(self, api: GcpApi, target: Target) -> Target | None:
        """The target as it is now, with its tags, age and what Google protects it with; ``None`` if it is gone.

        It holds what its deletion takes along and has labels of its own. Raises if any of that can't be known.
        """

    def delete(self, api: GcpApi, target: Target) -> str:
        """Delete it, contents first, and wait for the end of that. Returns a note or ""."""


def number_of(target: Target) -> str:
    """The number of the target's project, out of ``gcp/123456789012/europe-west1``."""
    return target.scope.split("/")[1]
