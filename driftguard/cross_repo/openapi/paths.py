"""Paths, webhooks, servers and what stands at the top of a document."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from driftguard.cross_repo.openapi import operations, security
from driftguard.cross_repo.openapi.context import Context
from driftguard.cross_repo.openapi.model import PathItem
from driftguard.cross_repo.openapi.nodes import Node
from driftguard.cross_repo.openapi.operations import Pair
from driftguard.cross_repo.openapi.parameters import names
from driftguard.cross_repo.openapi.sites import Hit

_TEMPLATE = re.compile(r"\{[^{}]*\}")


def shape(path: str) -> str:
    """The path without the names of its parameters."""
    return _TEMPLATE.sub("{}", path)


def hits(context: Context) -> Iterator[Hit]:
    """Everything that changed, in the order of the new document."""
    old, new = _based(context)
    at = Node(context.new.api.root.file, (*context.new.api.root.pointer, "paths"), None)
    twins = _twins(old, new)
    for path, item in old.items():
        if path not in twins:
            for method, node in item.operations.items():
                yield from operations.removed(context, f"{method.upper()} {path}", node, at, with_path=True)
    back = {twin: path for path, twin in twins.items()}
    for path, item in new.items():
        if path in back:
            yield from _item(context, back[path], path, old[back[path]], item)
        else:
            for method, node in item.operations.items():
                yield Hit("endpoint-added", f"{method.upper()} {path}", node)
    yield from _webhooks(context)
    yield from _top(context)


def _based(context: Context) -> tuple[Mapping[str, PathItem], Mapping[str, PathItem]]:
    """Paths with their base path before them, where that changed (Swagger 2.0): what counts is the whole."""
    old, new = context.old.api, context.new.api
    if old.base_path == new.base_path or old.dialect != "2.0" or new.dialect != "2.0":
        return old.paths, new.paths
    left = {old.base_path + path: item for path, item in old.paths.items()}
    right = {new.base_path + path: item for path, item in new.paths.items()}
    if {shape(path) for path in left} & {shape(path) for path in right}:
        return left, right
    return old.paths, new.paths


def _twins(old: Mapping[str, PathItem], new: Mapping[str, PathItem]) -> dict[str, str]:
    """Old path -> the same path in the new version, whatever its parameters are called."""
    twins = {path: path for path in old if path in new}
    free: dict[str, list[str]] = {}
    for path in new:
        if path not in old:
            free.setdefault(shape(path), []).append(path)
    for path in old:
        if path not in twins and free.get(shape(path)):
            twins[path] = free[shape(path)].pop(0)
    return twins


def _item(context: Context, before: str, path: str, old: PathItem, new: PathItem) -> Iterator[Hit]:
    renamed = dict(zip(names(before), names(path), strict=True))
    shared = _shared(context, old, new)
    for method, node in old.operations.items():
        if method not in new.operations:
            yield from operations.removed(context, f"{method.upper()} {path}", node, new.node, with_path=False)
    for method, node in new.operations.items():
        location = f"{method.upper()} {path}"
        was = old.operations.get(method)
        if was is None:
            yield Hit("endpoint-added", location, node)
        elif not (shared and before == path and _same_security(context) and context.versions.same(was, node)):
            yield from operations.hits(context, Pair(location, old, new, was, node, renamed))


def _shared(context: Context, old: PathItem, new: PathItem) -> bool:
    """Whether the parameters that stand at the path are the same."""
    left = Node(old.node.file, (*old.node.pointer, "parameters"), (old.node.value or {}).get("parameters"))
    right = Node(new.node.file, (*new.node.pointer, "parameters"), (new.node.value or {}).get("parameters"))
    return context.versions.same(left, right)


def _same_security(context: Context) -> bool:
    """Whether nothing at the top of the document changes what an operation means."""
    old, new = context.old.api, context.new.api
    top = ("consumes", "produces") if old.dialect == "2.0" else ()
    return (
        old.dialect == new.dialect
        and old.security == new.security
        and {name: node.value for name, node in old.schemes.items()}
        == {name: node.value for name, node in new.schemes.items()}
        and all(old.root.value.get(key) == new.root.value.get(key) for key in top)
    )


def _webhooks(context: Context) -> Iterator[Hit]:
    """As oasdiff does, a webhook is read as a request; and since the API sends it, as what its consumers get."""
    old, new = context.old.api.webhooks, context.new.api.webhooks
    for name in old:
        if name not in new:
            yield Hit("webhook-removed", f"webhook {name}", context.new.api.root)
    for name, item in new.items():
        if name not in old:
            yield Hit("webhook-added", f"webhook {name}", item.node)
            continue
        yield from operations.sent(context, f"webhook {name}", old[name], item)
        for method, node in item.operations.items():
            was = old[name].operations.get(method)
            if was is not None and not context.versions.same(was, node):
                pair = Pair(f"webhook {name} {method.upper()}", old[name], item, was, node, {})
                yield from operations.hits(context, pair, checks_security=False)


def _top(context: Context) -> Iterator[Hit]:
    old, new = context.old.api, context.new.api
    at = Node(new.root.file, (*new.root.pointer, "security"), None)
    yield from security.requirements("api-global-security", "security", at, old.security, new.security)
    yield from security.schemes(context)
    for name in old.schemas:
        if name not in new.schemas:
            yield Hit("api-schema-removed", f"schema {name}", new.root, {"old": name})
    yield from _servers(context)


def _servers(context: Context) -> Iterator[Hit]:
    old, new = context.old.api, context.new.api
    at = Node(new.root.file, (*new.root.pointer, "servers"), None)
    if old.base_path != new.base_path and _based(context)[0] is old.paths and "2.0" == old.dialect == new.dialect:
        at_base = Node(new.root.file, (*new.root.pointer, "basePath"), None)
        yield Hit(
            "api-base-path-changed", "servers", at_base, {"old": old.base_path or "/", "new": new.base_path or "/"}
        )
    if old.dialect != new.dialect and "2.0" in (old.dialect, new.dialect):
        return
    for url in dict.fromkeys(old.servers):
        if url not in new.servers:
            yield Hit("api-server-removed", "servers", at, {"old": url})
    for url in dict.fromkeys(new.servers):
        if url not in old.servers:
            yield Hit("api-server-added", "servers", at, {"new": url})
