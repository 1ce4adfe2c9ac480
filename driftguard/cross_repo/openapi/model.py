"""What an API offers, whichever version of the specification says so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from driftguard.cross_repo.openapi.nodes import Node

METHODS = ("get", "head", "post", "put", "patch", "delete", "connect", "options", "trace", "query")


@dataclass(frozen=True, slots=True)
class Part:
    """A parameter or a response header. ``shared`` if it stands at the path, for all of its operations."""

    node: Node
    where: str
    name: str
    required: bool
    schema: Node | None
    media: str = ""
    style: str = ""
    exploded: bool = False
    shared: bool = False

    @property
    def raw(self) -> Mapping[str, Any]:
        return self.node.value if isinstance(self.node.value, dict) else {}


@dataclass(frozen=True, slots=True)
class Media:
    node: Node
    schema: Node | None


@dataclass(frozen=True, slots=True)
class Body:
    node: Node
    required: bool
    content: Mapping[str, Media]


@dataclass(frozen=True, slots=True)
class Response:
    node: Node
    content: Mapping[str, Media]
    headers: Mapping[str, Part]


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one path. ``security`` is its own list, ``None`` where the document's counts."""

    node: Node
    parameters: tuple[Part, ...]
    body: Body | None
    responses: Mapping[str, Response]
    security: Any = None
    callbacks: Mapping[str, Mapping[str, PathItem]] = field(default_factory=dict)

    @property
    def raw(self) -> Mapping[str, Any]:
        return self.node.value if isinstance(self.node.value, dict) else {}


@dataclass(frozen=True, slots=True)
class PathItem:
    node: Node
    operations: Mapping[str, Node]
    """Method -> node; read when both versions have it, since most of them are the same."""


@dataclass(frozen=True, slots=True)
class Api:
    root: Node
    dialect: str
    paths: Mapping[str, PathItem]
    webhooks: Mapping[str, PathItem]
    security: Any
    schemes: Mapping[str, Node]
    schemas: Mapping[str, Node]
    servers: tuple[str, ...]
    base_path: str = ""
