"""Whether a whole file is made of schemas: what no comparison happens to visit may be broken too."""

from __future__ import annotations

from collections.abc import Iterator

from driftguard.cross_repo.documents.library import Library, Node
from driftguard.cross_repo.schemas.views import REFERENCES, check

_MAPPINGS = ("properties", "patternProperties", "dependentSchemas", "dependencies", "definitions", "$defs")
_LISTS = ("allOf", "anyOf", "oneOf", "prefixItems", "items")
_SCHEMAS = (
    *("additionalProperties", "unevaluatedProperties", "propertyNames", "additionalItems", "unevaluatedItems", "items"),
    *("contains", "not", "if", "then", "else", "contentSchema"),
)


def examine(root: Node, library: Library) -> None:
    """Raises ``Unreadable`` at the first keyword of a wrong shape and the first reference that leads nowhere."""
    stack = [root]
    while stack:
        node = stack.pop()
        if isinstance(node.value, bool):
            continue
        if not isinstance(node.value, dict):
            raise node.document.flaw(node.pointer, "not a schema: neither a mapping nor true or false")
        check(node)
        for name in node.value.keys() & set(REFERENCES):
            library.follow(node, node.value[name])
        stack.extend(_inside(node))


def _inside(node: Node) -> Iterator[Node]:
    for name, value in node.value.items():
        if name in _MAPPINGS:
            yield from (node.child(name, key) for key, one in value.items() if not isinstance(one, list))
        elif name in _LISTS and isinstance(value, list):
            yield from node.child(name).items()
        elif name in _SCHEMAS and isinstance(value, dict):
            yield node.child(name)
