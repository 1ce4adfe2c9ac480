"""Where a schema is used: that decides which rule a difference falls under, and how a report names the place."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from driftguard.cross_repo.openapi.nodes import Node

Side = Literal["request", "response"]


@dataclass(frozen=True, slots=True)
class Site:
    """A body, a parameter or a header. ``root`` and ``inner`` begin the rule ids of the schema itself and below it."""

    side: Side
    root: str
    inner: str
    location: str
    what: str
    media: str = ""
    stability: str = ""
    form: bool = False

    def scope(self, path: str) -> str:
        return self.inner if path else self.root


@dataclass(frozen=True, slots=True)
class Hit:
    """A rule that a difference falls under, at a node of the new version."""

    rule: str
    location: str
    at: Node
    args: dict[str, Any] = field(default_factory=dict)


def request_body(location: str, media: str, stability: str) -> Site:
    where = f"{location}, request body {media}".rstrip()
    return Site("request", "request-body", "request-property", where, "the request body", media, stability)


def response_body(location: str, status: str, media: str, stability: str) -> Site:
    where = f"{location}, response {status} {media}".rstrip()
    return Site("response", "response-body", "response-property", where, f"the response {status}", media, stability)


def parameter(location: str, where: str, name: str, stability: str, *, form: bool) -> Site:
    at = f"{location}, {where} parameter {name}"
    inner = "request-header-property" if where == "header" else "request-parameter-property"
    return Site("request", "request-parameter", inner, at, f"the {where} parameter '{name}'", "", stability, form)


def header(location: str, status: str, name: str, stability: str) -> Site:
    at = f"{location}, response {status}, header {name}"
    return Site("response", "response-header", "response-header-property", at, f"the header '{name}'", "", stability)
