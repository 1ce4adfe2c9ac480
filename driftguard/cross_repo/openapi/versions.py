"""Which parts of two versions can differ at all: what is the same text and leads to the same text is passed over."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from driftguard.cross_repo.openapi.nodes import Documents, Node, is_remote, split

Key = tuple[str, str]
"""A reference's target: the file, seen from the root document's folder, and the fragment."""

_ROOT = ""


@dataclass(slots=True)
class References:
    """Every reference of one version, by the value that it stands in."""

    documents: Documents
    root: str
    inside: dict[int, frozenset[Key]] = field(default_factory=dict)
    keep: list[Any] = field(default_factory=list)

    def key_of(self, file: str) -> str:
        """The same for the old and the new version, wherever their root documents lie."""
        return _ROOT if file == self.root else posixpath.relpath(file, posixpath.dirname(self.root) or ".")

    def within(self, node: Node) -> frozenset[Key]:
        """What the node's subtree refers to."""
        known = self.inside.get(id(node.value))
        if known is None:
            known = frozenset(
                (self.key_of(file), fragment)
                for file, fragment in (split(node.file, ref) for ref in refs(node.value) if not is_remote(ref))
            )
            self.inside[id(node.value)] = known
            self.keep.append(node.value)  # an id counts only while its object lives
        return known

    def targets(self) -> dict[Key, Node]:
        """Every target that can be reached from the root document. Raises ``Unreadable`` for one that isn't there."""
        found: dict[Key, Node] = {}
        stack = [Node(self.root, (), self.documents.value(self.root))]
        while stack:
            node = stack.pop()
            for ref in refs(node.value):
                if is_remote(ref):
                    continue
                file, fragment = split(node.file, ref)
                key = (self.key_of(file), fragment)
                if key not in found:
                    found[key] = self._target(node, ref)
                    if file != self.root:  # the root document is walked as a whole
                        stack.append(found[key])
        return found

    def _target(self, node: Node, ref: str) -> Node:
        try:
            return self.documents.resolve(node.file, ref)
        except LookupError as error:
            at = next(at for at, found in ref_nodes(node) if found == ref)
            raise self.documents.unreadable(at, f"the $ref '{ref}' {error.args[0]}") from None


def refs(value: Any) -> Iterator[str]:
    """Every ``$ref`` in a plain value, but not those in examples, which are data."""
    stack = [(value, False)]
    while stack:
        at, names = stack.pop()
        if isinstance(at, dict):
            ref = at.get("$ref")
            if isinstance(ref, str):
                yield ref
            for key, below in at.items():
                if isinstance(below, dict | list) and (names or key not in _DATA):
                    stack.append((below, key in _NAMES and not names))
        elif isinstance(at, list):
            stack.extend((below, False) for below in at if isinstance(below, dict | list))


def ref_nodes(node: Node) -> Iterator[tuple[Node, str]]:
    """Like ``refs``, with the node that each stands in."""
    stack = [(node, False)]
    while stack:
        at, names = stack.pop()
        if isinstance(at.value, dict):
            ref = at.value.get("$ref")
            if isinstance(ref, str):
                yield at, ref
            for key, below in at.value.items():
                if isinstance(below, dict | list) and (names or key not in _DATA):
                    stack.append((Node(at.file, (*at.pointer, key), below), key in _NAMES and not names))
        elif isinstance(at.value, list):
            stack.extend(
                (Node(at.file, (*at.pointer, index), below), False)
                for index, below in enumerate(at.value)
                if isinstance(below, dict | list)
            )


# Keys whose value is data, and those below which every key is a name (a property may be called "example").
_DATA = frozenset(("example", "examples", "default", "enum", "const", "x-examples"))
_NAMES = frozenset(("properties", "patternProperties", "schemas", "definitions", "$defs", "responses", "parameters"))


@dataclass(slots=True)
class Versions:
    """Old and new, and what between them is surely the same."""

    old: References
    new: References
    affected: frozenset[Key] = frozenset()

    def prepare(self) -> None:
        """Find every target whose text changed, and every one that leads there."""
        before, after = self.old.targets(), self.new.targets()
        changed = {key for key in before.keys() & after.keys() if before[key].value != after[key].value}
        changed |= before.keys() ^ after.keys()
        users: dict[Key, set[Key]] = {}
        for references, found in ((self.old, before), (self.new, after)):
            for key, node in found.items():
                for lead in references.within(node):
                    users.setdefault(lead, set()).add(key)
        stack, seen = list(changed), set(changed)
        while stack:
            fresh = users.get(stack.pop(), set()) - seen
            seen |= fresh
            stack.extend(fresh)
        self.affected = frozenset(seen)

    def same(self, old: Node, new: Node) -> bool:
        """Whether nothing below can differ. ``False`` says nothing."""
        if old.value != new.value or self.old.key_of(old.file) != self.new.key_of(new.file):
            return False
        return not self.affected & self.old.within(old) if self.affected else True
