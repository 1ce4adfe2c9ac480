"""Swagger 2.0 -> ``Api``: body and form parameters become a request body, the rest of them get a schema.

https://spec.openapis.org/oas/v2.0
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from driftguard.cross_repo.openapi.model import Api, Body, Media, Operation, Part, PathItem, Response
from driftguard.cross_repo.openapi.nodes import Documents, Node
from driftguard.cross_repo.openapi.read import parameters, paths

_NOT_SCHEMA = frozenset(("name", "in", "required", "description", "collectionFormat", "allowEmptyValue", "x-example"))
_FLOWS = {"accessCode": "authorizationCode", "application": "clientCredentials"}
_JSON = "application/json"


@dataclass(slots=True)
class Reader2:
    documents: Documents
    root: Node
    dialect: str = "2.0"

    def api(self) -> Api:
        at, raw = self.root, self.root.value
        schemes = self.documents.mapping(self.documents.child(at, "securityDefinitions"))
        base = str(raw.get("basePath") or "").rstrip("/")
        words = [word for word in raw.get("schemes") or [] if isinstance(word, str)] or [""]
        host = str(raw.get("host") or "")
        return Api(
            at,
            self.dialect,
            paths(self.documents, self.documents.child(at, "paths")),
            {},
            raw.get("security"),
            {name: node._replace(value=_scheme(node.value)) for name, node in schemes.items()},
            self.documents.mapping(self.documents.child(at, "definitions")),
            tuple(f"{word}://{host}" if word else host for word in words) if host else (),
            base,
        )

    def operation(self, item: PathItem, node: Node) -> Operation:
        self.documents.mapping(node)
        parts = parameters(self.documents, item.node, node, self.part)
        responses = self.documents.mapping(self.documents.child(node, "responses"))
        return Operation(
            node,
            tuple(part for part in parts if part.where not in ("body", "formData")),
            self._body(node, parts),
            {
                status: self._response(self.documents.follow(at), self._media(node, "produces"))
                for status, at in responses.items()
                if not status.startswith("x-")
            },
            (node.value or {}).get("security"),
        )

    def _media(self, node: Node, key: str) -> list[str]:
        own = node.value.get(key) if isinstance(node.value, dict) else None
        words = own if isinstance(own, list) else self.root.value.get(key)
        return [word for word in words or [] if isinstance(word, str)] or [_JSON]

    def _body(self, node: Node, parts: tuple[Part, ...]) -> Body | None:
        body = next((part for part in parts if part.where == "body"), None)
        if body is not None:
            media = {name: Media(body.node, body.schema) for name in self._media(node, "consumes")}
            return Body(body.node, body.required, media)
        form = [part for part in parts if part.where == "formData"]
        if not form:
            return None
        schema: dict[str, Any] = {
            "type": "object",
            "properties": {part.name: part.schema for part in form},
            "required": [part.name for part in form if part.required],
        }
        names = [name for name in self._media(node, "consumes") if "form" in name]
        names = names or ["application/x-www-form-urlencoded"]
        made = Node(node.file, (*node.pointer, "parameters"), schema)
        return Body(made, bool(schema["required"]), {name: Media(made, made) for name in names})

    def _response(self, node: Node, produces: list[str]) -> Response:
        headers = self.documents.mapping(self.documents.child(node, "headers"))
        schema = self.documents.child(node, "schema")
        content = {} if schema is None else {name: Media(node, schema) for name in produces}
        return Response(node, content, {name: self.part(at, False, name) for name, at in headers.items()})

    def part(self, node: Node, shared: bool, header: str = "") -> Part:  # noqa: FBT001 - where it stands, not a mode
        self.documents.mapping(node)
        raw = node.value or {}
        where = "header" if header else str(raw.get("in", "query"))
        if where == "body":
            schema = self.documents.child(node, "schema")
        else:
            kept = {key: value for key, value in raw.items() if key not in _NOT_SCHEMA}
            schema = Node(node.file, node.pointer, kept)
        style = str(raw.get("collectionFormat") or "csv")
        required = raw.get("required") is True or where == "path"
        return Part(
            node, where, header or str(raw.get("name", "")), required, schema, "", style, style == "multi", shared
        )


def _scheme(value: Any) -> Any:
    """A security definition as OpenAPI 3 writes it."""
    if not isinstance(value, dict):
        return value
    if value.get("type") == "basic":
        return {**value, "type": "http", "scheme": "basic"}
    if value.get("type") != "oauth2":
        return value
    flow = str(value.get("flow", ""))
    kept = {key: value[key] for key in ("authorizationUrl", "tokenUrl", "scopes") if key in value}
    return {"type": "oauth2", "flows": {_FLOWS.get(flow, flow): kept}}
