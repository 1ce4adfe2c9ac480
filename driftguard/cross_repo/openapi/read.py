"""A document's root -> ``Api``, for OpenAPI 3.0 and 3.1; ``read2`` does the same for Swagger 2.0."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from driftguard.cross_repo.contracts.changes import Unreadable
from driftguard.cross_repo.openapi.model import METHODS, Api, Body, Media, Operation, Part, PathItem, Response
from driftguard.cross_repo.openapi.nodes import Documents, Node, reference

_FORM = {"query": "form", "cookie": "form", "path": "simple", "header": "simple"}


class Reader(Protocol):
    """One version of the specification."""

    def api(self) -> Api: ...

    def operation(self, item: PathItem, node: Node) -> Operation:
        """Raises ``Unreadable`` where something stands in the wrong place."""


def dialect(value: Any) -> str | None:
    """``2.0``, ``3.0``, ``3.1``; ``None`` if the value is no OpenAPI document at all."""
    if not isinstance(value, dict):
        return None
    if "swagger" in value:
        return "2.0" if str(value["swagger"]).startswith("2") else str(value["swagger"])
    if "openapi" not in value:
        return None
    version = str(value["openapi"])
    return "3.1" if version.startswith(("3.1", "3.2")) else "3.0" if version.startswith("3") else version


@dataclass(slots=True)
class Reader3:
    """OpenAPI 3: https://spec.openapis.org/oas/v3.1.0."""

    documents: Documents
    root: Node
    dialect: str

    def api(self) -> Api:
        at = self.root
        components = self.documents.child(at, "components") or Node(at.file, (*at.pointer, "components"), None)
        servers = self.documents.sequence(self.documents.child(at, "servers"))
        return Api(
            at,
            self.dialect,
            paths(self.documents, self.documents.child(at, "paths")),
            paths(self.documents, self.documents.child(at, "webhooks")),
            at.value.get("security"),
            self.documents.mapping(self.documents.child(components, "securitySchemes")),
            self.documents.mapping(self.documents.child(components, "schemas")),
            tuple(_url(node) for node in servers),
        )

    def operation(self, item: PathItem, node: Node) -> Operation:
        self.documents.mapping(node)
        body = self.documents.child(node, "requestBody")
        responses = self.documents.mapping(self.documents.child(node, "responses"))
        callbacks = self.documents.mapping(self.documents.child(node, "callbacks"))
        return Operation(
            node,
            parameters(self.documents, item.node, node, self.part),
            None if body is None or body.value is None else self._body(self.documents.follow(body)),
            {
                status: self._response(self.documents.follow(at))
                for status, at in responses.items()
                if status[:2] != "x-"
            },
            (node.value or {}).get("security"),
            {
                name: paths(self.documents, self.documents.follow(at))
                for name, at in callbacks.items()
                if name[:2] != "x-"
            },
        )

    def _body(self, node: Node) -> Body:
        self.documents.mapping(node)
        return Body(node, (node.value or {}).get("required") is True, self._content(node))

    def _response(self, node: Node) -> Response:
        headers = self.documents.mapping(self.documents.child(node, "headers"))
        found = {name: self.part(self.documents.follow(at), False, name) for name, at in headers.items()}
        self.documents.mapping(node)
        return Response(node, self._content(node), found)

    def _content(self, node: Node) -> dict[str, Media]:
        found = self.documents.mapping(self.documents.child(node, "content"))
        return {name: Media(at, self._schema(at)) for name, at in found.items()}

    def _schema(self, node: Node) -> Node | None:
        self.documents.mapping(node)
        return self.documents.child(node, "schema")

    def part(self, node: Node, shared: bool, header: str = "") -> Part:  # noqa: FBT001 - where it stands, not a mode
        raw = self.documents.mapping(node) and node.value
        raw = raw if isinstance(raw, dict) else {}
        where = "header" if header else str(raw.get("in", "query"))
        style = str(raw.get("style") or _FORM.get(where, "form"))
        exploded = raw.get("explode") if isinstance(raw.get("explode"), bool) else style == "form"
        schema, media = self.documents.child(node, "schema"), ""
        if schema is None:
            content = self._content(node)
            media, schema = next(((name, at.schema) for name, at in content.items()), ("", None))
        required = raw.get("required") is True or where == "path"
        return Part(
            node, where, header or str(raw.get("name", "")), required, schema, media, style, exploded is True, shared
        )


def _url(node: Node) -> str:
    return str(node.value.get("url", "")) if isinstance(node.value, dict) else ""


def paths(documents: Documents, node: Node | None) -> dict[str, PathItem]:
    """Path (or webhook, or callback expression) -> its operations, with a path item's ``$ref`` followed."""
    found: dict[str, PathItem] = {}
    for path, at in documents.mapping(node).items():
        if path.startswith("x-"):
            continue
        item = documents.follow(at)
        if reference(item) is not None:
            found[path] = PathItem(item, {})
            continue
        below = documents.mapping(item)
        found[path] = PathItem(
            item, {method: below[method] for method in METHODS if below.get(method) and below[method].value is not None}
        )
    return found


class MakePart(Protocol):
    def __call__(self, node: Node, shared: bool, header: str = "", /) -> Part: ...  # noqa: FBT001 - see Reader3.part


def parameters(documents: Documents, item: Node, node: Node, make: MakePart) -> tuple[Part, ...]:
    """The operation's parameters and those of its path that it doesn't override."""
    found: dict[tuple[str, str], Part] = {}
    for holder in (item, node):
        for at in documents.sequence(documents.child(holder, "parameters")):
            target = documents.follow(at)
            if reference(target) is None:
                part = make(target, holder is item)
                found[part.where, part.name] = part
    return tuple(found.values())


def header_only(parts: Mapping[str, Part]) -> Mapping[str, Part]:
    """Headers by their name in lower case, as HTTP reads them."""
    return {name.lower(): part for name, part in parts.items()}


def require_document(path: str, value: Any) -> str:
    """The dialect. Raises ``Unreadable`` for what is no OpenAPI document."""
    found = dialect(value)
    if found is None:
        raise Unreadable(path, 1, 1, "not an OpenAPI document: neither 'openapi' nor 'swagger' stands at its top")
    if found not in ("2.0", "3.0", "3.1"):
        raise Unreadable(path, 1, 1, f"OpenAPI {found} is none of 2.0, 3.0, 3.1")
    return found
