"""Request bodies, responses, their media types and headers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from driftguard.cross_repo.openapi.context import Context, Place
from driftguard.cross_repo.openapi.media import contains, equivalent, options
from driftguard.cross_repo.openapi.model import Body, Media, Operation, Response
from driftguard.cross_repo.openapi.nodes import Node
from driftguard.cross_repo.openapi.read import header_only
from driftguard.cross_repo.openapi.sites import Hit, Site, header, request_body, response_body
from driftguard.cross_repo.openapi.types import is_json

_SUCCESS = range(200, 300)


def request(context: Context, place: Place, old: Operation, new: Operation) -> Iterator[Hit]:
    """What changed in the request body."""
    before, after = old.body, new.body
    at = f"{place.location}, request body"
    if before is None or after is None:
        if after is not None:
            yield Hit(f"request-body-added-{'required' if after.required else 'optional'}", at, after.node)
        elif before is not None:
            yield Hit("request-body-removed", at, new.node)
        return
    if before.required != after.required:
        yield Hit(
            f"request-body-became-{'required' if after.required else 'optional'}",
            at,
            after.node,
            {"what": "the request body"},
        )
    pairs, removed, added = _matched(before.content, after.content)
    for name in removed:
        yield Hit("request-body-media-type-removed", at, _content(after), {"old": name})
    for name in added:
        yield Hit("request-body-media-type-added", at, after.content[name].node, {"new": name})
    for one, two in pairs:
        site = request_body(place.location, two, place.stability)
        yield from _media(context, site, before.content[one], after.content[two])


def _content(holder: Body | Response) -> Node:
    return Node(holder.node.file, (*holder.node.pointer, "content"), None)


def _matched(old: Mapping[str, Media], new: Mapping[str, Media]) -> tuple[list[tuple[str, str]], list[str], list[str]]:
    """Pairs of media types, those that went, those that came. JSON and a JSON dialect are a pair."""
    pairs = [(name, name) for name in old if name in new]
    left = [name for name in old if name not in new]
    right = [name for name in new if name not in old]
    for name in list(right):
        other = next((gone for gone in left if equivalent(gone, name)), None)
        if other is not None:
            pairs.append((other, name))
            left.remove(other)
            right.remove(name)
    return pairs, left, right


def _media(context: Context, site: Site, old: Media, new: Media) -> Iterator[Hit]:
    if old.schema is None or new.schema is None:
        if old.schema is not new.schema:
            turn = "added" if old.schema is None else "removed"
            yield Hit(f"{site.side}-body-media-type-schema-{turn}", site.location, new.node, {"what": site.what})
        return
    yield from context.walk(site, old.schema, new.schema)


def responses(context: Context, place: Place, old: Operation, new: Operation) -> Iterator[Hit]:
    """What changed in the responses; a code that a range takes over is still there."""
    left, right = dict(old.responses), dict(new.responses)
    at = Node(new.node.file, (*new.node.pointer, "responses"), None)
    for status in [status for status in left if status not in right]:
        wide = f"{status[:1]}XX"
        if wide in right and wide not in left:
            yield from _response(context, place, wide, left.pop(status), right[wide])
        elif (rule := _status_rule(status, "removed")) is not None:
            yield Hit(rule, f"{place.location}, response {status}", at, {"old": status})
    for status, response in right.items():
        if status in left:
            yield from _response(context, place, status, left[status], response)
        elif (rule := _status_rule(status, "added")) is not None:
            yield Hit(rule, f"{place.location}, response {status}", response.node, {"new": status})


def _status_rule(status: str, turn: str) -> str | None:
    """Nothing is said about ``default``: it promises nothing in particular."""
    digits = status.upper().replace("X", "0")
    if not digits.isdecimal():
        return None
    return f"response-{'success' if int(digits) in _SUCCESS else 'non-success'}-status-{turn}"


def _response(context: Context, place: Place, status: str, old: Response, new: Response) -> Iterator[Hit]:
    at = f"{place.location}, response {status}"
    pairs, removed, added = _matched(old.content, new.content)
    for name in removed:
        yield Hit("response-media-type-removed", at, _content(new), {"old": name, "status": status})
    for name in added:
        yield Hit("response-media-type-added", at, new.content[name].node, {"new": name, "status": status})
    for one, two in pairs:
        if one != two:
            yield Hit(_renamed(one, two), at, new.content[two].node, {"old": one, "new": two, "status": status})
        site = response_body(place.location, status, two if is_json(two) else one, place.stability)
        yield from _media(context, site, old.content[one], new.content[two])
    yield from _headers(context, place, status, old, new)


def _renamed(old: str, new: str) -> str:
    if options(old) != options(new):
        return "response-media-type-name-changed"
    return f"response-media-type-name-{'specialized' if contains(old, new) else 'generalized'}"


def _headers(context: Context, place: Place, status: str, old: Response, new: Response) -> Iterator[Hit]:
    before, after = header_only(old.headers), header_only(new.headers)
    at = Node(new.node.file, (*new.node.pointer, "headers"), None)
    for name, part in before.items():
        site = header(place.location, status, part.name, place.stability)
        if name not in after:
            kind = "required" if part.required else "optional"
            yield Hit(f"{kind}-response-header-removed", site.location, at, {"what": site.what})
            continue
        other = after[name]
        if part.required and not other.required:
            yield Hit("response-header-became-optional", site.location, other.node, {"what": site.what})
        if part.schema is not None and other.schema is not None:
            yield from context.walk(site, part.schema, other.schema)
    for name, part in after.items():
        if name not in before:
            site = header(place.location, status, part.name, place.stability)
            yield Hit("response-header-added", site.location, part.node, {"what": site.what})


Compare = Callable[[Context, Place, Operation, Operation], Iterator[Hit]]
