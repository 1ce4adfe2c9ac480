"""Every document of one version, read once, and what a reference in one of them means.

Nothing is ever fetched: a reference that leads out of the version is ``None``, and whoever follows it says so.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Protocol
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

from driftguard.cross_repo import sides
from driftguard.cross_repo.contracts.changes import Unreadable, Version
from driftguard.cross_repo.documents import json_text, yaml_text

JSON_SUFFIXES = (".json", ".avsc", ".avpr")


class Places(Protocol):
    def place(self, pointer: Sequence[str]) -> tuple[int, int]: ...


@dataclass(frozen=True)
class Document:
    """One file: its plain value, and where each part of it stands. ``embeds``: some part may have an ``$id``."""

    path: str
    value: Any
    places: Places
    embeds: bool = True

    def flaw(self, pointer: Sequence[str], message: str) -> Unreadable:
        line, column = self.places.place(pointer)
        return Unreadable(self.path, line, column, message)


@dataclass(frozen=True, eq=False)
class Node:
    """A value at a place. ``also`` holds what it is joined with: all of them apply (as in ``allOf``)."""

    document: Document
    pointer: tuple[str, ...]
    value: Any
    also: tuple[Node, ...] = ()

    def child(self, *tokens: str) -> Node:
        """The value below; ``None`` as value where there is none."""
        value = self.value
        for token in tokens:
            value = _step(value, token)
        return Node(self.document, (*self.pointer, *tokens), value)

    def members(self) -> Iterator[tuple[str, Node]]:
        """The members of a mapping, in order; nothing for anything else."""
        if isinstance(self.value, dict):
            for name in self.value:
                yield name, self.child(name)

    def items(self) -> list[Node]:
        return [self.child(str(index)) for index in range(len(self.value))] if isinstance(self.value, list) else []

    @property
    def line(self) -> int:
        return self.document.places.place(self.pointer)[0]

    @property
    def location(self) -> str:
        """``#/properties/name``, as in JSON references."""
        return "#" + "".join(f"/{escaped(token)}" for token in self.pointer)


def escaped(token: str) -> str:
    return token.replace("~", "~0").replace("/", "~1")


def _step(value: Any, token: str) -> Any:
    if isinstance(value, dict):
        return value.get(token)
    if isinstance(value, list) and token.isascii() and token.isdigit() and int(token) < len(value):
        return value[int(token)]
    return None


def load(path: str, data: bytes) -> Document:
    """JSON, or YAML where the name or the text says so. Raises ``Unreadable``."""
    text = sides.text(path, data)
    named_json = path.lower().endswith(JSON_SUFFIXES)
    if named_json or text.lstrip()[:1] in ("{", "["):
        try:
            return Document(path, json_text.parse(path, text), json_text.JsonPlaces(text), "$id" in text)
        except Unreadable:
            if named_json:
                raise
    value, places = yaml_text.parse(path, text)
    return Document(path, value, places, "$id" in text)


@dataclass(frozen=True)
class Library:
    """The documents of one version."""

    version: Version
    _documents: dict[str, Document | None] = field(default_factory=dict)

    def document(self, path: str) -> Document:
        """One of the version's own paths."""
        found = self._open(path)
        if found is None:
            return load(path, sides.listed(self.version, path))
        return found

    def root(self, path: str) -> Node:
        document = self.document(path)
        return Node(document, (), document.value)

    def _open(self, path: str) -> Document | None:
        if path not in self._documents:
            data = self.version.read(path)
            self._documents[path] = load(path, data) if data is not None else None
        return self._documents[path]

    def follow(self, node: Node, reference: str) -> Node | None:
        """What ``reference``, written at ``node``, leads to; ``None`` if that is elsewhere on the network.

        Raises ``Unreadable`` where it should be here and isn't.
        """
        try:
            address, fragment = urldefrag(reference)
            document = self._addressed(node, address)
            here = urlsplit(address).scheme in ("", "file")
        except ValueError:
            raise node.document.flaw(node.pointer, f"$ref '{reference}' is no address") from None
        if document is None:
            if here:
                raise node.document.flaw(node.pointer, f"$ref '{reference}' leads to a file that isn't there")
            return None
        found = _inside(document, unquote(fragment))
        if found is None:
            raise node.document.flaw(node.pointer, f"$ref '{reference}' leads to nothing")
        return found

    def _addressed(self, node: Node, address: str) -> Node | None:
        """The resource that an address without a fragment means."""
        document = node.document
        if not address:
            embeds = document.path in self._embedding
            return self._resource(node) if embeds else Node(document, (), document.value)
        if not urlsplit(address).scheme:
            local = posixpath.normpath(posixpath.join(posixpath.dirname(document.path), unquote(address)))
            if not local.startswith(("../", "/")) and local != ".." and "\0" not in local:
                found = self._open(local)
                if found is not None:
                    return Node(found, (), found.value)
        return self._identified.get(urljoin(self._base(node), address))

    def _resource(self, node: Node) -> Node:
        """The embedded resource that a node lies in: the nearest value above it with an ``$id``."""
        found = Node(node.document, (), node.document.value)
        probe = found
        for token in node.pointer:
            probe = probe.child(token)
            if isinstance(probe.value, dict) and _identity(probe.value):
                found = probe
        return found

    def _base(self, node: Node) -> str:
        base = ""
        probe = Node(node.document, (), node.document.value)
        for token in ("", *node.pointer):
            probe = probe.child(token) if token or probe.pointer else probe
            base = urljoin(base, _identity(probe.value)) if isinstance(probe.value, dict) else base
        return base

    @cached_property
    def _embedding(self) -> frozenset[str]:
        """The files that hold more than one resource: ``#`` may mean less than the file there."""
        return frozenset(node.document.path for node in self._identified.values() if node.pointer)

    @cached_property
    def _identified(self) -> dict[str, Node]:
        """Absolute ``$id`` -> where it is declared, over the version's own paths."""
        found: dict[str, Node] = {}
        for path in self.version.paths:
            document = self._open(path)
            if document is not None:
                for node, base in _identities(document):
                    found.setdefault(base, node)
        return found


def _identity(value: dict[str, Any]) -> str:
    """``$id`` (``id`` in draft 4) without its fragment."""
    named = value.get("$id", value.get("id") if "$schema" in value else None)
    return named.partition("#")[0] if isinstance(named, str) else ""


def _identities(document: Document) -> Iterator[tuple[Node, str]]:
    stack: list[tuple[tuple[str, ...], Any, str]] = [((), document.value, "")]
    while stack:
        pointer, value, base = stack.pop()
        if isinstance(value, dict) and (own := _identity(value)):
            try:
                base = urljoin(base, own)
            except ValueError:
                raise document.flaw(pointer, f"'{own}' is no address") from None
            yield Node(document, pointer, value), base
        if document.embeds:
            stack.extend(((*pointer, token), below, base) for token, below in _below(value))


def _below(value: Any) -> Iterator[tuple[str, Any]]:
    """The containers directly inside ``value``."""
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for token, below in entries:
        if isinstance(below, (dict, list)):
            yield str(token), below


def _inside(resource: Node, fragment: str) -> Node | None:
    """A JSON pointer or an anchor inside a resource."""
    if not fragment:
        return resource
    if not fragment.startswith("/"):
        return _anchored(resource, fragment)
    found = resource
    for token in fragment[1:].split("/"):
        name = token.replace("~1", "/").replace("~0", "~")
        if _step(found.value, name) is None and not (isinstance(found.value, dict) and name in found.value):
            return None
        found = found.child(name)
    return found


def _anchored(resource: Node, name: str) -> Node | None:
    stack = [resource]
    while stack:
        node = stack.pop()
        if isinstance(node.value, dict):
            anchors = (node.value.get("$anchor"), node.value.get("$dynamicAnchor"))
            plain = (node.value.get("$id"), node.value.get("id"))
            if name in anchors or f"#{name}" in plain:
                return node
        stack.extend(Node(node.document, (*node.pointer, token), below) for token, below in _below(node.value))
    return None
