"""One operation in both versions, and operations that went."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from driftguard.cross_repo.openapi import bodies, lifecycle, parameters, security
from driftguard.cross_repo.openapi.context import Context, Place
from driftguard.cross_repo.openapi.model import Operation, PathItem
from driftguard.cross_repo.openapi.nodes import Node
from driftguard.cross_repo.openapi.sites import Hit, response_body

_LIFE = {"reactivated": "endpoint-reactivated", "deprecated": "endpoint-deprecated",
         "deprecated-with-sunset": "endpoint-deprecated-with-sunset", "sunset-invalid": "api-deprecated-sunset-parse",
         "deprecated-sunset-missing": "api-deprecated-sunset-missing",
         "sunset-date-too-small": "api-sunset-date-too-small", "sunset-deleted": "sunset-deleted",
         "sunset-date-changed-too-small": "api-sunset-date-changed-too-small"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Pair:
    """An operation's two versions, as nodes, and the path items that they stand in."""

    location: str
    old_item: PathItem
    new_item: PathItem
    old: Node
    new: Node
    renamed: Mapping[str, str]


def hits(context: Context, pair: Pair, *, checks_security: bool = True) -> Iterator[Hit]:
    """Everything that changed for who calls the operation."""
    before = context.old.reader.operation(pair.old_item, pair.old)
    after = context.new.reader.operation(pair.new_item, pair.new)
    level, was = lifecycle.stability(after.raw), lifecycle.stability(before.raw)
    if before.raw.get(lifecycle.STABILITY) != after.raw.get(lifecycle.STABILITY):
        yield from _stability(pair, was, level, after)
    if level is not None and not lifecycle.promised(level):
        return
    place = Place(pair.location, level or "")
    yield from _life(context, place, before, after)
    yield from _words(place, before, after)
    yield from parameters.hits(context, place, before, after, pair.renamed)
    yield from bodies.request(context, place, before, after)
    yield from bodies.responses(context, place, before, after)
    if checks_security:
        at = Node(after.node.file, (*after.node.pointer, "security"), None)
        yield from security.requirements("api-security", place.location, at, before.security, after.security)
        yield from security.tightened(context, place.location, at, (before.security, after.security))
    yield from _callbacks(context, place, before, after)


def _stability(pair: Pair, old: str | None, new: str | None, after: Operation) -> Iterator[Hit]:
    at = Node(after.node.file, (*after.node.pointer, lifecycle.STABILITY), None)
    if old is None or new is None:
        yield Hit("api-invalid-stability-level", pair.location, at, {"new": after.raw.get(lifecycle.STABILITY)})
    elif lifecycle.rank(old) != lifecycle.rank(new) and lifecycle.promised(old):
        moved = "increased" if lifecycle.rank(new) > lifecycle.rank(old) else "decreased"
        yield Hit(f"api-stability-{moved}", pair.location, at, {"old": old or "stable", "new": new or "stable"})


def _life(context: Context, place: Place, old: Operation, new: Operation) -> Iterator[Hit]:
    word = lifecycle.deprecation(context.calendar, old.raw, new.raw, place.stability)
    rule = _LIFE.get(word or "")
    if word is None:
        word = lifecycle.sunset_change(context.calendar, old.raw, new.raw, place.stability)
        rule = "api-path-sunset-parse" if word == "sunset-invalid" else _LIFE.get(word or "")
    if rule is not None:
        dates = {"old": old.raw.get(lifecycle.SUNSET), "new": new.raw.get(lifecycle.SUNSET)}
        at = Node(new.node.file, (*new.node.pointer, "deprecated"), None)
        yield Hit(rule, place.location, at, dates)


def _words(place: Place, old: Operation, new: Operation) -> Iterator[Hit]:
    before, after = old.raw.get("operationId") or "", new.raw.get("operationId") or ""
    if before != after:
        rule = "api-operation-id-removed" if before else "api-operation-id-added"
        at = Node(new.node.file, (*new.node.pointer, "operationId"), None)
        yield Hit(rule, place.location, at, {"old": before, "new": after})
    left, right = _tags(old), _tags(new)
    at = Node(new.node.file, (*new.node.pointer, "tags"), None)
    for tag in left:
        if tag not in right:
            yield Hit("api-tag-removed", place.location, at, {"old": tag})
    for tag in right:
        if tag not in left:
            yield Hit("api-tag-added", place.location, at, {"new": tag})


def _tags(operation: Operation) -> list[str]:
    tags = operation.raw.get("tags")
    return list(dict.fromkeys(map(str, tags))) if isinstance(tags, list) else []


def removed(context: Context, location: str, old: Node, at: Node, *, with_path: bool) -> Iterator[Hit]:
    """What the removal of an operation is, by what was said before it; drafts and alphas may go."""
    raw = old.value if isinstance(old.value, dict) else {}
    level = lifecycle.stability(raw)
    if level is None:
        yield Hit("api-invalid-stability-level", location, at, {"new": raw.get(lifecycle.STABILITY)})
        return
    word = lifecycle.removal(context.calendar, raw) if lifecycle.promised(level) else None
    if word == "sunset-invalid":
        yield Hit("api-path-sunset-parse", location, at, {"old": raw.get(lifecycle.SUNSET)})
    elif word is not None:
        rule = f"api-{'path-' if with_path else ''}removed-{word}"
        yield Hit(rule, location, at, {"old": raw.get(lifecycle.SUNSET)})


def _callbacks(context: Context, place: Place, old: Operation, new: Operation) -> Iterator[Hit]:
    """The API calls its consumers there: what it sends is what they get, so that the sides change places."""
    at = Node(new.node.file, (*new.node.pointer, "callbacks"), None)
    for name in old.callbacks:
        if name not in new.callbacks:
            yield Hit("callback-removed", place.location, at, {"old": name})
    for name, items in new.callbacks.items():
        if name not in old.callbacks:
            yield Hit("callback-added", place.location, at, {"new": name})
            continue
        for url, item in items.items():
            before = old.callbacks[name].get(url)
            if before is not None:
                yield from sent(context, f"{place.location}, callback {name}", before, item)


def sent(context: Context, location: str, old: PathItem, new: PathItem) -> Iterator[Hit]:
    """Operations that the API calls at its consumers: the request body is read as a response is."""
    for method, node in new.operations.items():
        if method not in old.operations or context.versions.same(old.operations[method], node):
            continue
        before = context.old.reader.operation(old, old.operations[method])
        after = context.new.reader.operation(new, node)
        if before.body is None or after.body is None:
            continue
        for name, media in after.body.content.items():
            left = before.body.content.get(name)
            if left is not None and left.schema is not None and media.schema is not None:
                site = response_body(f"{location} {method.upper()}", "", name, "")
                site = replace(site, location=f"{location}, payload {name}", what="the payload")
                yield from context.walk(site, left.schema, media.schema)
