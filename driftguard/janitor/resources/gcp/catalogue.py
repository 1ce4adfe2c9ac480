"""All kinds of Google Cloud resources, by their own name and by Cloud Asset's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from driftguard.errors import PermanentError
from driftguard.janitor.resources.gcp import kinds
from driftguard.janitor.resources.gcp.projects import WholeProject
from driftguard.janitor.resources.gcp.resource import GcpResource
from driftguard.janitor.resources.gcp.rest import RestKind
from driftguard.policy import Janitor
from driftguard.registry import DuplicateKind, discover


@dataclass
class GcpTypes:
    """The kinds of every file in ``kinds/``, and whole projects."""

    janitor: Janitor

    @cached_property
    def single(self) -> Mapping[str, RestKind]:
        """All but whole projects."""
        return single_kinds()

    @cached_property
    def project(self) -> WholeProject:
        return WholeProject(self.janitor, self.by_asset)

    @cached_property
    def by_asset(self) -> Mapping[str, GcpResource]:
        return {asset: resource for resource in self.single.values() for asset in resource.assets}

    @cached_property
    def by_kind(self) -> Mapping[str, GcpResource]:
        return {**self.single, self.project.kind: self.project}

    def named(self, kind: str) -> GcpResource:
        """Raises ``PermanentError`` if nothing here knows the ``kind``."""
        found = self.by_kind.get(kind)
        if found is None:
            raise PermanentError(f"nothing here can delete a {kind}")
        return found


def single_kinds() -> Mapping[str, RestKind]:
    """Every kind with a row in ``kinds/``, by name. Raises ``DuplicateKind`` where two rows claim one."""
    found: dict[str, RestKind] = {}
    for service in discover(kinds.__name__, "SERVICE").values():
        for resource in service.kinds:
            if resource.kind in found:
                raise DuplicateKind(f"two rows of {kinds.__name__} both have the kind '{resource.kind}'")
            found[resource.kind] = resource
    return found
