"""A value in a document and where it stands, so that a reference is followed from there and a change has a line."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from urllib.parse import unquote

from driftguard.cross_repo.contracts.changes import Unreadable, Version
from driftguard.cross_repo.openapi.places import Place, Pointer, places
from driftguard.cross_repo.openapi.text import decode, parse

MAX_HOPS = 50


class Node(NamedTuple):
    """``value`` is plain JSON; a made-up one (a merged ``allOf``) may hold nodes of other files as its children."""

    file: str
    pointer: Pointer
    value: Any


@dataclass(slots=True)
class Documents:
    """The files of one version, each read and parsed once."""

    version: Version
    values: dict[str, Any] = field(default_factory=dict)

    def value(self, path: str) -> Any:
        """The file's plain value. Raises ``Unreadable``; ``KeyError`` where the version has no such file."""
        if path not in self.values:
            data = self.version.read(path)
            if data is None:
                raise KeyError(path)
            self.values[path] = parse(path, data)
        return self.values[path]

    def places(self, path: str, pointers: Sequence[Pointer]) -> Mapping[Pointer, Place]:
        """Where ``pointers`` stand in the file; all of them in one pass."""
        data = self.version.read(path)
        return places(path, decode(path, data), pointers) if data is not None else {}

    def unreadable(self, node: Node, message: str) -> Unreadable:
        """An error at the node's place."""
        line, column = self.places(node.file, [node.pointer]).get(node.pointer, (1, 1))
        return Unreadable(node.file, line, column, message)

    def child(self, node: Node, *steps: str | int) -> Node | None:
        """The node below, or ``None`` where there is none."""
        for step in steps:
            below = _below(node, step)
            if below is None:
                return None
            node = below
        return node

    def mapping(self, node: Node | None) -> dict[str, Node]:
        """Key -> child. Empty for a missing or null node. Raises ``Unreadable`` for anything but a mapping."""
        if node is None or node.value is None:
            return {}
        if not isinstance(node.value, dict):
            raise self.unreadable(node, f"a mapping belongs here, not {_kind(node.value)}")
        return {key: _child(node, key, value) for key, value in node.value.items()}

    def sequence(self, node: Node | None) -> list[Node]:
        """The items. Empty for a missing or null node. Raises ``Unreadable`` for anything but a list."""
        if node is None or node.value is None:
            return []
        if not isinstance(node.value, list):
            raise self.unreadable(node, f"a list belongs here, not {_kind(node.value)}")
        return [_child(node, index, value) for index, value in enumerate(node.value)]

    def follow(self, node: Node) -> Node:
        """The node that ``$ref``, followed to its end, leads to; one that leaves for the network stays as it is.

        Raises ``Unreadable`` for a reference that leads nowhere or in a circle.
        """
        at = node
        for _ in range(MAX_HOPS):
            ref = reference(at)
            if ref is None or is_remote(ref):
                return at
            at = self.target(at, ref)
        raise self.unreadable(node, f"the $ref '{reference(node)}' leads in a circle")

    def target(self, node: Node, ref: str) -> Node:
        """One hop. Raises ``Unreadable`` at ``node`` where there is nothing."""
        try:
            return self.resolve(node.file, ref)
        except LookupError as error:
            raise self.unreadable(node, f"the $ref '{ref}' {error.args[0]}") from None

    def resolve(self, file: str, ref: str) -> Node:
        """What ``ref`` means in ``file``. Raises ``LookupError`` that says what is missing."""
        path, fragment = split(file, ref)
        try:
            found = Node(path, (), self.value(path))
        except KeyError:
            raise LookupError(f"names a file that isn't there: {path}") from None
        if fragment and not fragment.startswith("/"):
            return self._anchor(found, fragment)
        for step in steps(fragment):
            below = _below(found, step)
            if below is None:
                raise LookupError("leads nowhere")
            found = below
        return found

    @staticmethod
    def _anchor(root: Node, name: str) -> Node:
        stack = [root]
        while stack:
            at = stack.pop()
            if isinstance(at.value, dict):
                if at.value.get("$anchor") == name:
                    return at
                stack.extend(_child(at, key, value) for key, value in at.value.items())
            elif isinstance(at.value, list):
                stack.extend(_child(at, index, value) for index, value in enumerate(at.value))
        raise LookupError("leads nowhere")


def _child(node: Node, step: str | int, value: Any) -> Node:
    return value if isinstance(value, Node) else Node(node.file, (*node.pointer, step), value)


def _below(node: Node, step: str | int) -> Node | None:
    value = node.value
    if isinstance(value, dict) and step in value:
        return _child(node, step, value[step])
    if isinstance(value, list) and str(step).isdecimal() and int(step) < len(value):
        return _child(node, int(step), value[int(step)])
    return None


def _kind(value: object) -> str:
    names = {list: "a list", dict: "a mapping", str: "a text", bool: "a boolean"}
    return names.get(type(value), "a number")


def reference(node: Node) -> str | None:
    """The node's ``$ref``, if it is one."""
    ref = node.value.get("$ref") if isinstance(node.value, dict) else None
    return ref if isinstance(ref, str) else None


def is_remote(ref: str) -> bool:
    return "://" in ref.split("#", 1)[0] or ref.startswith("//")


def split(file: str, ref: str) -> tuple[str, str]:
    """The path, relative to the referring file's folder, and the fragment."""
    name, _, fragment = ref.partition("#")
    path = posixpath.normpath(posixpath.join(posixpath.dirname(file), unquote(name))) if name else file
    return path, fragment


def steps(fragment: str) -> list[str]:
    """JSON pointer, https://www.rfc-editor.org/rfc/rfc6901, as it stands in a URI fragment."""
    words = unquote(fragment).split("/")[1:] if fragment else []
    return [word.replace("~1", "/").replace("~0", "~") for word in words]
