"""What a kind of AWS resource is to the inventory: one file in ``kinds/`` that exports one ``RESOURCE``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol, runtime_checkable

from driftguard.janitor.resources.aws.answers import Tags
from driftguard.janitor.resources.aws.arn import ArnPattern
from driftguard.model import Target, fingerprint
from driftguard.ports import Look

GLOBAL = "global"
"""The place of what has no region."""

GLOBAL_ENDPOINT = "us-east-1"
"""Where services without regions answer."""


class AwsApi(Protocol):
    """The part of ``clients.aws`` that resources speak to. Errors are ours already."""

    @property
    def account(self) -> str: ...
    @property
    def regions(self) -> tuple[str, ...]: ...
    def call(self, service: str, operation: str, /, *, region: str, **parameters: Any) -> Mapping[str, Any]: ...
    def pages(
        self, service: str, operation: str, /, *, region: str, **parameters: Any
    ) -> Iterator[Mapping[str, Any]]: ...
    def pause(self, seconds: float) -> None: ...


class AwsResource(Protocol):
    """One kind. ``reads`` and ``writes`` are the IAM actions it needs; ``after`` the kinds that must go before it."""

    @property
    def kind(self) -> str: ...
    @property
    def arn(self) -> ArnPattern: ...
    @property
    def after(self) -> tuple[str, ...]: ...
    @property
    def reads(self) -> tuple[str, ...]: ...
    @property
    def writes(self) -> tuple[str, ...]: ...
    @property
    def listed(self) -> bool:
        """Whether its own service lists it, since the tagging API doesn't return it or tells too little."""

    @property
    def is_global(self) -> bool:
        """Whether it has no region."""

    @property
    def takes_others(self) -> bool:
        """Whether what a target of it holds are things of their own, which its deletion changes."""

    def name(self, arn: str, tags: Tags | None) -> str:
        """The name that ownership is read from; empty if there is none."""

    def native(self, api: AwsApi, region: str) -> Iterator[Target]:
        """All of the kind in ``region``, if ``listed``; tags that aren't known yet are ``None``."""

    def read(self, api: AwsApi, target: Target) -> Target | None:
        """The target as it is now, with its tags, age and what AWS protects it with; ``None`` if it is gone."""

    def delete(self, api: AwsApi, target: Target) -> str:
        """Delete it, contents first. Returns a note or ""."""


@runtime_checkable
class LooksTogether(Protocol):
    """What a kind may be able to besides: ``ports.ReadsTogether`` for targets of its own in one place."""

    def at_once(self) -> int: ...
    def read_together(self, api: AwsApi, targets: Sequence[Target]) -> Mapping[str, Look]: ...
    def confirm_together(self, api: AwsApi, targets: Sequence[Target]) -> Mapping[str, Look]: ...


def region_of(target: Target) -> str:
    """The region to ask: the end of ``aws/123456789012/eu-west-1``, or where services without regions answer."""
    place = target.scope.rpartition("/")[2]
    return GLOBAL_ENDPOINT if place == GLOBAL else place


def mark(tags: Tags | None) -> str:
    """``Target.fingerprint``, over what people tag: not every API tells the tags that AWS itself sets."""
    return fingerprint(None if tags is None else {key: value for key, value in tags.items() if key[:4] != "aws:"})


def target(api: AwsApi, kind: str, place: str, arn: str, name: str, tags: Tags | None) -> Target:
    """A ``Target`` of this account; ``place`` is a region or ``GLOBAL``; ``tags=None``: they could not be read."""
    return Target(
        provider="aws",
        scope=f"aws/{api.account}/{place}",
        type=kind,
        id=arn,
        name=name,
        tags=tags,
        fingerprint=mark(tags),
    )
