"""Properties that came, went, became required or optional, or changed who may send them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from driftguard.cross_repo.openapi.compositions import wrapped_properties
from driftguard.cross_repo.openapi.nodes import Node
from driftguard.cross_repo.openapi.rules import RULES
from driftguard.cross_repo.openapi.schemas import Schema
from driftguard.cross_repo.openapi.sites import Hit

if TYPE_CHECKING:
    from driftguard.cross_repo.openapi.walk import Walk


def hits(walk: Walk, old: Schema, new: Schema, path: str, *, hidden: bool) -> Iterator[Hit]:
    """Everything about the properties of one pair, and then each of them."""
    before, after = walk.old.named(old, "properties"), walk.new.named(new, "properties")
    moved = wrapped_properties(walk.same(), old, new)
    if not hidden:
        for name, node in before.items():
            if name not in after and name not in moved:
                yield from _removed(walk, old, new, node, _join(path, name))
        for name, node in after.items():
            if name not in before:
                yield from _added(walk, new, node, _join(path, name), name)
    for name, node in after.items():
        if name in before and not walk.versions.same(before[name], node):
            if not hidden:
                yield from _modes(walk, old, before[name], node, _join(path, name), name)
            yield from walk.nodes(before[name], node, _join(path, name), hidden=hidden)


def _join(path: str, name: str) -> str:
    return f"{path}/{name}" if path else name


def _removed(walk: Walk, old: Schema, new: Schema, node: Node, path: str) -> Iterator[Hit]:
    view = walk.old.view(node)
    at = Node(new.node.file, (*new.node.pointer, "properties"), None)
    name = str(path.rsplit("/", 1)[-1])
    if walk.site.root == "request-parameter":
        yield walk.hit("request-parameter-property-removed", at, path)
    elif walk.site.side == "request":
        if not view.flag("readOnly"):
            yield walk.hit("request-property-removed", at, path)
    elif walk.site.root == "response-body":
        kind = "required" if name in old.words("required") else "optional"
        hidden = "-write-only" if view.flag("writeOnly") else ""
        yield walk.hit(f"response-{kind}{hidden}-property-removed", at, path)


def _added(walk: Walk, new: Schema, node: Node, path: str, name: str) -> Iterator[Hit]:
    view = walk.new.view(node)
    required = name in new.words("required")
    if walk.site.side == "request":
        if not view.flag("readOnly"):
            yield walk.hit(_added_to_request(walk, required, "default" in view.raw), node, path)
    elif walk.site.root == "response-body":
        hidden = "-write-only" if view.flag("writeOnly") else ""
        yield walk.hit(f"response-{'required' if required else 'optional'}{hidden}-property-added", node, path)


def _added_to_request(walk: Walk, required: bool, defaulted: bool) -> str:  # noqa: FBT001 - two facts, no modes
    if walk.site.inner == "request-header-property":
        return "new-required-request-header-property" if required else "new-optional-request-parameter-property"
    if walk.site.root == "request-parameter":
        return f"new-{'required' if required else 'optional'}-request-parameter-property"
    if not required:
        return "new-optional-request-property"
    return "new-required-request-property-with-default" if defaulted else "new-required-request-property"


def required(walk: Walk, old: Schema, new: Schema, path: str) -> Iterator[Hit]:
    """Properties that became required or optional; both schemas flat, since a member may require another's."""
    before, after = set(old.words("required")), set(new.words("required"))
    if before == after:
        return
    known_before, known_after = walk.old.named(old, "properties"), walk.new.named(new, "properties")
    at = Node(new.node.file, (*new.node.pointer, "required"), None)
    for name in [*new.words("required"), *old.words("required")]:
        if (name in before) == (name in after) or (name in known_before) != (name in known_after):
            continue
        if name not in known_after:
            if name in after and walk.site.root == "request-body":
                yield walk.hit("request-property-required-undeclared", at, _join(path, name))
            continue
        view = walk.new.view(known_after[name])
        word = _turned(walk, "required" if name in after else "optional", view)
        if word in RULES:
            yield walk.hit(word, at, _join(path, name))


def _turned(walk: Walk, how: str, view: Schema) -> str:
    if walk.site.side == "request":
        if view.flag("readOnly"):
            return ""
        ended = "-with-default" if how == "required" and "default" in view.raw else ""
        if walk.site.root == "request-parameter":
            return f"{walk.site.inner}-became-{how}"
        return f"request-property-became-{how}{ended}"
    if walk.site.root != "response-body":
        return ""
    return f"response-{'write-only-' if view.flag('writeOnly') else ''}property-became-{how}"


def _modes(walk: Walk, old: Schema, before: Node, after: Node, path: str, name: str) -> Iterator[Hit]:
    """Became readOnly, writeOnly, or stopped being so."""
    left, right = walk.old.view(before), walk.new.view(after)
    kind = "required" if name in old.words("required") else "optional"
    for flag, word in (("writeOnly", "write-only"), ("readOnly", "read-only")):
        if left.flag(flag) != right.flag(flag):
            turn = word if right.flag(flag) else f"not-{word}"
            rule = f"{walk.site.side}-{kind}-property-became-{turn}"
            if rule in RULES and walk.site.root.endswith("body"):
                yield walk.hit(rule, after, path)
