"""All types of Azure resource that have a line of their own in ``kinds/``; every other goes by its id alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from driftguard.janitor.resources.azure import kinds
from driftguard.janitor.resources.azure.ids import kind_of
from driftguard.janitor.resources.azure.resource import AzureType
from driftguard.registry import DuplicateKind, discover


@dataclass
class AzureTypes:
    """The types by kind. Raises ``DuplicateKind`` if two files claim one."""

    @cached_property
    def by_kind(self) -> Mapping[str, AzureType]:
        found: dict[str, AzureType] = {}
        for provider in discover(kinds.__name__, "PROVIDER").values():
            for each in provider.types:
                if each.kind in found:
                    raise DuplicateKind(f"{provider.kind} claims {each.name}, which another file has already")
                found[each.kind] = each
        return found

    def named(self, kind: str) -> AzureType:
        """The type of ``kind``, or one that nothing special is known of."""
        return self.by_kind.get(kind) or AzureType(name=kind.replace(":", "/"), what="")

    @cached_property
    def order(self) -> Mapping[str, Sequence[str]]:
        """Kind -> the kinds that go before it."""
        return {kind: tuple(map(kind_of, each.after)) for kind, each in self.by_kind.items()}
