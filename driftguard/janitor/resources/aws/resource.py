"""What a type of AWS resource is: one file that exports one ``RESOURCE`` with these abilities."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Protocol, runtime_checkable

from driftguard.model import Target, fingerprint

Tags = Mapping[str, str]


class AwsApi(Protocol):
    """The part of ``clients.aws`` that resources speak to. Errors are ours already."""

    @property
    def account(self) -> str: ...
    @property
    def regions(self) -> tuple[str, ...]: ...
    def call(self, service: str, operation: str, *, region: str, **parameters: Any) -> Mapping[str, Any]: ...
    def pages(self, service: str, operation: str, *, region: str, **parameters: Any) -> Iterator[Mapping[str, Any]]: ...


@dataclass(frozen=True, slots=True)
class Arn:
    """``arn:partition:service:region:account:resource``."""

    text: str
    service: str
    region: str
    resource: str

    @classmethod
    def parse(cls, text: str) -> Arn:
        """Raises ``ValueError`` if ``text`` is no ARN."""
        _, _, service, region, _, resource = text.split(":", 5)
        return cls(text, service, region, resource)


class AwsResource(Protocol):
    """One type. ``reads`` and ``writes`` are the IAM actions it needs; ``after`` the kinds that must go before it."""

    kind: ClassVar[str]
    after: ClassVar[tuple[str, ...]]
    reads: ClassVar[tuple[str, ...]]
    writes: ClassVar[tuple[str, ...]]

    def claims(self, arn: Arn) -> bool:
        """Whether ``arn`` is of this type."""

    def name(self, arn: Arn) -> str:
        """The name that ownership is read from."""

    def read(self, api: AwsApi, target: Target) -> Target | None:
        """The target as it is now, with its tags, age and what AWS protects it with; ``None`` if it is gone."""

    def delete(self, api: AwsApi, target: Target) -> str:
        """Delete it, contents first. Returns a note or ""."""


@runtime_checkable
class Listed(Protocol):
    """An ability: the type is listed by its own service, since the tagging API doesn't tell enough of it."""

    def native(self, api: AwsApi, region: str) -> Iterator[Target]:
        """All of the type in ``region``; tags that aren't known yet are ``None``."""


@runtime_checkable
class Aged(Protocol):
    """An ability: the type tells when a resource was created."""

    def created(self, api: AwsApi, targets: Sequence[Target]) -> Mapping[str, datetime]:
        """Creation times by target id, asked only for what no tag gives an end; a missing one stays unknown."""


def region_of(target: Target) -> str:
    """The region at the end of ``aws/123456789012/eu-west-1``."""
    return target.scope.rpartition("/")[2]


def target(api: AwsApi, kind: str, region: str, arn: str, name: str, tags: Tags | None) -> Target:
    """A ``Target`` of this account; ``tags=None`` says that they could not be read."""
    return Target(
        provider="aws",
        scope=f"aws/{api.account}/{region}",
        type=kind,
        id=arn,
        name=name,
        tags=tags,
        fingerprint=fingerprint(tags),
    )


def tag_map(pairs: Sequence[Mapping[str, str]]) -> Tags:
    """``[{"Key": k, "Value": v}]`` as a mapping."""
    return {pair["Key"]: pair["Value"] for pair in pairs}
