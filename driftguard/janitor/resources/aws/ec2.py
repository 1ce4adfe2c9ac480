"""What the kinds of EC2 have in common: one Describe with ids, ``Tags`` on the item, the name in the ``Name`` tag."""

from __future__ import annotations

import re
from typing import Any

from driftguard.janitor.resources.aws.native import NAME_TAG, ArnPattern, Ask, NativeKind
from driftguard.janitor.resources.aws.together import by_filter


def ec2_kind(sort: str, describe: str, path: str, ids: str, remove: Ask | Any, **more: Any) -> NativeKind:
    """``ec2:volume`` is ``sort`` "volume", read by ``describe`` with its id among ``ids``, and lies at ``path``."""
    ask, item_id = Ask("ec2", describe, {ids: ["{id}"]}, path), ids.removesuffix("s")
    name = re.sub(r"(?<!^)([A-Z])", r"-\1", item_id).lower()  # VolumeId is filtered by volume-id
    return NativeKind(
        kind=f"ec2:{sort}",
        arn=ArnPattern(f"ec2:{{region}}:{{account}}:{sort}/{{id}}"),
        one=ask,
        remove=remove,
        **{"named": NAME_TAG, "together": by_filter(ask, name, item_id), **more},
    )


def delete(operation: str, parameter: str) -> Ask:
    """A deletion by the id alone."""
    return Ask("ec2", operation, {parameter: "{id}"})
