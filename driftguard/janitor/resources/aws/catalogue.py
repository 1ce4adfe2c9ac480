"""All kinds of AWS resources: those with a file in ``kinds/`` first, then what Cloud Control knows."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cached_property

from driftguard.errors import PermanentError
from driftguard.janitor.resources.aws import cloud_control, kinds
from driftguard.janitor.resources.aws.arn import Arn
from driftguard.janitor.resources.aws.names import in_cloudformation
from driftguard.janitor.resources.aws.resource import AwsResource
from driftguard.registry import discover


@dataclass
class AwsTypes:
    """The kinds by name and by ARN. Cloud Control's table is read when the first ARN needs it."""

    @cached_property
    def by_kind(self) -> dict[str, AwsResource]:
        """Those with a file of their own."""
        return discover(kinds.__name__, "RESOURCE")

    @cached_property
    def long_tail(self) -> Mapping[str, AwsResource]:
        return cloud_control.table()

    @cached_property
    def _native(self) -> Mapping[str, Sequence[AwsResource]]:
        return _by_service(self.by_kind.values())

    @cached_property
    def _tail(self) -> Mapping[str, Sequence[AwsResource]]:
        return _by_service(self.long_tail.values())

    @cached_property
    def also_called(self) -> Mapping[str, Sequence[str]]:
        """What CloudFormation calls those with a file of their own: ``AWS::SQS::Queue``."""
        return in_cloudformation(self.long_tail.values(), functools.partial(_match, self._native))

    def answers(self, resource: AwsResource, patterns: Iterable[str]) -> bool:
        """Whether one of the policy's ``patterns`` means ``resource``, by its kind or by CloudFormation's name."""
        return any(
            fnmatchcase(name, pattern)
            for pattern in patterns
            for name in (resource.kind, *(self.also_called.get(resource.kind, ()) if "::" in pattern else ()))
        )

    def unanswered(self, patterns: Iterable[str]) -> Iterator[str]:
        """Patterns that mean no kind at all."""
        for pattern in patterns:
            if not any(
                self.answers(resource, [pattern])
                for resources in (self.by_kind, self.long_tail if "::" in pattern else {})
                for resource in resources.values()
            ):
                yield pattern

    def of(self, arn: Arn) -> AwsResource | None:
        """The kind of ``arn``; ``None`` if nothing here knows it."""
        return _match(self._native, arn) or _match(self._tail, arn)

    def named(self, kind: str) -> AwsResource:
        """Raises ``PermanentError`` if nothing here knows the ``kind``."""
        found = self.by_kind.get(kind) or self.long_tail.get(kind)
        if found is None:
            raise PermanentError(f"nothing here can delete a {kind}")
        return found


def _by_service(resources: Iterable[AwsResource]) -> Mapping[str, Sequence[AwsResource]]:
    found: dict[str, list[AwsResource]] = {}
    for resource in resources:
        found.setdefault(resource.arn.service, []).append(resource)
    return found


def _match(by_service: Mapping[str, Sequence[AwsResource]], arn: Arn) -> AwsResource | None:
    candidates = by_service.get(arn.service, ())
    return next((resource for resource in candidates if resource.arn.match(arn.text)), None)
