"""Which IAM actions the janitor needs on AWS, read from what each type declares; and how far each may reach.

A statement that allows a deletion is limited by our names where a service's ARNs hold names, and by our tag where the
service knows tags. A service that isn't in the table gets the tag condition over all resources: if it doesn't know
tags, AWS then refuses, and nothing is deleted that shouldn't be.
https://docs.aws.amazon.com/service-authorization/latest/reference/
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from driftguard.janitor.resources.aws.inventory import AwsTypes

INVENTORY = ("ec2:DescribeRegions", "tag:GetResources")
"""What ``inventory`` itself asks; ``sts:GetCallerIdentity`` needs no right."""

_BY_NAME: dict[str, tuple[str, ...]] = {
    "dynamodb": ("table/{namespace}*",),
    "ecr": ("repository/{namespace}*",),
    "ecs": ("cluster/{namespace}*", "service/{namespace}*", "task-definition/{namespace}*", "task/{namespace}*"),
    "eks": ("cluster/{namespace}*", "nodegroup/{namespace}*", "fargateprofile/{namespace}*", "addon/{namespace}*"),
    "events": ("rule/{namespace}*",),
    "kinesis": ("stream/{namespace}*",),
    "lambda": ("function:{namespace}*",),
    "logs": ("log-group:{namespace}*", "log-group:/*/{namespace}*"),
    "secretsmanager": ("secret:{namespace}*",),
    "sns": ("{namespace}*",),
    "sqs": ("{namespace}*",),
    "states": ("stateMachine:{namespace}*",),
}
"""Service -> the resource part of its ARNs, where that begins with the name."""

_UNTAGGED: dict[str, tuple[str, ...]] = {
    # S3 asks for a bucket's tags only where each bucket was switched to attribute-based access: the name must do.
    "s3": ("arn:{partition}:s3:::{namespace}*", "arn:{partition}:s3:::{namespace}*/*"),
}
_UNLIMITED = ("cloudformation:DeleteResource", "cloudformation:CancelResourceRequest")
"""Cloud Control acts with the caller's own rights, so that the service's statement below is the limit."""


@dataclass(frozen=True, slots=True)
class Grant:
    """One statement: ``actions`` on ``resources`` (with ``{partition}``, ``{account}``, ``{namespace}``)."""

    sid: str
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    tagged: bool


@dataclass(frozen=True, slots=True)
class Rights:
    """All of it: reads on everything, deletions each with its limits."""

    read: tuple[str, ...]
    delete: tuple[Grant, ...]

    def as_json(self) -> dict[str, Any]:
        return {"read": list(self.read), "delete": [asdict(grant) for grant in self.delete]}


def needed() -> Rights:
    """What the types that have a file today declare as ``reads`` and ``writes``."""
    types = AwsTypes().by_kind.values()
    reads = {*INVENTORY, *(action for found in types for action in found.reads)}
    return Rights(tuple(sorted(reads)), tuple(_grants(action for found in types for action in found.writes)))


def _grants(actions: Iterable[str]) -> list[Grant]:
    by_service: dict[str, set[str]] = {}
    for action in actions:
        by_service.setdefault("cloud-control" if action in _UNLIMITED else action.partition(":")[0], set()).add(action)
    return [_grant(service, tuple(sorted(by_service[service]))) for service in sorted(by_service)]


def _grant(service: str, actions: tuple[str, ...]) -> Grant:
    if service == "cloud-control":
        return Grant(service, actions, ("*",), tagged=False)
    if service in _UNTAGGED:
        return Grant(service, actions, _UNTAGGED[service], tagged=False)
    arns = tuple(f"arn:{{partition}}:{service}:*:{{account}}:{part}" for part in _BY_NAME.get(service, ()))
    return Grant(service, actions, arns or ("*",), tagged=True)
