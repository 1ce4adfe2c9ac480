"""What a file in ``kinds/`` exports: one Google service, with its kinds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from driftguard.janitor.resources.gcp.names import Form
from driftguard.janitor.resources.gcp.rest import RestKind


@dataclass(frozen=True)
class Service:
    """``kind`` is the file's own name, so that two files can't claim one."""

    kind: str
    kinds: tuple[RestKind, ...]


def plain_kind(service: str, version: str, sort: str, name: str, **more: Any) -> RestKind:
    """``pubsub:topic`` is ``sort`` "topic" of ``service``, of the asset type ``Topic``, named by one form.

    ``name`` is the full name below the host: ``projects/{project}/topics/{name}``.
    """
    asset = "".join(part.capitalize() for part in sort.split("-"))
    form = Form(f"//{service}.googleapis.com/{name}")
    given = {"assets": (f"{service}.googleapis.com/{asset}",), "forms": (form,), **more}
    return RestKind(kind=f"{service}:{sort}", service=service, version=version, **given)
