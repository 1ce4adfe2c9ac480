"""Asking AWS: one request as a declaration, and the API as one resource sees it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from driftguard.janitor.resources.aws import iam
from driftguard.janitor.resources.aws.answers import Item, fill, items
from driftguard.janitor.resources.aws.resource import AwsApi


@dataclass(frozen=True)
class Ask:
    """One request: ``parameters`` are filled in with the ARN's fields; what is asked for lies at ``path``."""

    service: str
    operation: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    path: str = ""

    @property
    def action(self) -> str:
        return iam.action(self.service, self.operation)


@dataclass(frozen=True)
class At:
    """One resource, and the API to ask about it. ``at["id"]`` is a field of its ARN; ``arn`` and ``account`` too."""

    api: AwsApi
    region: str
    fields: Mapping[str, str]

    def __getitem__(self, name: str) -> str:
        return self.fields[name]

    def call(self, service: str, operation: str, /, **parameters: Any) -> Mapping[str, Any]:
        return self.api.call(service, operation, region=self.region, **parameters)

    def pages(self, service: str, operation: str, /, **parameters: Any) -> Iterator[Mapping[str, Any]]:
        return self.api.pages(service, operation, region=self.region, **parameters)

    def every(self, service: str, operation: str, path: str, /, **parameters: Any) -> Iterator[Item]:
        """Every item on every page."""
        for page in self.pages(service, operation, **parameters):
            yield from items(page, path)

    def ask(self, ask: Ask) -> Iterator[Item]:
        return items(self.call(ask.service, ask.operation, **fill(ask.parameters, self.fields)), ask.path)
