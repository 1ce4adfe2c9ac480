"""What the kinds of EC2 have in common: one Describe with ids, ``Tags`` on the item, the name in the ``Name`` tag."""

from __future__ import annotations

from typing import Any

from driftguard.janitor.resources.aws.native import NAME_TAG, ArnPattern, Ask, NativeKind


def ec2_kind(sort: str, describe: str, path: str, ids: str, remove: Ask | Any, **more: Any) -> NativeKind:
    """``ec2:volume`` is ``sort`` "volume", read by ``describe`` with its id among ``ids``, and lies at ``path``."""
    return NativeKind(
        kind=f"ec2:{sort}",
        arn=ArnPattern(f"ec2:{{region}}:{{account}}:{sort}/{{id}}"),
        one=Ask("ec2", describe, {ids: ["{id}"]}, path),
        remove=remove,
        **{"named": NAME_TAG, **more},
    )


def delete(operation: str, parameter: str) -> Ask:
    """A deletion by the id alone."""
    return Ask("ec2", operation, {parameter: "{id}"})
