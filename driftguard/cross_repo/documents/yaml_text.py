"""YAML by libyaml: plain values by YAML 1.2's core schema, and the nodes kept for their lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import yaml

from driftguard.cross_repo.contracts.changes import Unreadable
from driftguard.cross_repo.documents import anchors
from driftguard.policy_file.yaml_depth import too_deep
from driftguard.policy_file.yaml_tree import scalar

MOST_VALUES = 5_000_000
"""Once aliases are expanded; a text that grows beyond it is an attack or a mistake."""

MOST_LEVELS = 150


@dataclass(frozen=True)
class YamlPlaces:
    """Where the values of a YAML document stand; each mapping is indexed when first asked about."""

    root: yaml.Node | None
    _members: dict[int, dict[str, tuple[yaml.Node, yaml.Node]]] = field(default_factory=dict)

    def place(self, pointer: Sequence[str]) -> tuple[int, int]:
        """Line and column of the member or item at ``pointer``; of the nearest one above it, if it isn't there."""
        if self.root is None:
            return 1, 1
        shown = value = self.root
        for token in pointer:
            found = self._below(value).get(token)
            if found is None:
                break
            shown, value = found
        return shown.start_mark.line + 1, shown.start_mark.column + 1

    def _below(self, node: yaml.Node) -> dict[str, tuple[yaml.Node, yaml.Node]]:
        """Name (or index) -> the key's node (the item's own) and the value's."""
        if id(node) not in self._members:
            found = {}
            if isinstance(node, yaml.MappingNode):
                found = {str(key.value): (key, value) for key, value in node.value}
            elif isinstance(node, yaml.SequenceNode):
                found = {str(index): (item, item) for index, item in enumerate(node.value)}
            self._members[id(node)] = found
        return self._members[id(node)]


def parse(path: str, text: str) -> tuple[Any, YamlPlaces]:
    """The one document's value and places. Raises ``Unreadable`` with the place of the flaw."""
    deep = too_deep(text)
    if deep:
        raise Unreadable(path, *deep, f"nested deeper than {MOST_LEVELS} levels")
    try:
        nodes = _composed(text)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        raise Unreadable(path, line, column, f"not YAML: {error.problem or error.context}") from None
    except RecursionError:
        raise Unreadable(path, 1, 1, "nested too deeply to be compared") from None
    except (yaml.YAMLError, ValueError) as error:
        raise Unreadable(path, 1, 1, f"not YAML: {str(error).splitlines()[0]}") from None
    if len(nodes) > 1:
        mark = nodes[1].start_mark
        raise Unreadable(path, mark.line + 1, mark.column + 1, "a second document begins here; a contract is one")
    root = nodes[0] if nodes else None
    return (_Builder(path).build(root, 0) if root is not None else None), YamlPlaces(root)


def _composed(text: str) -> list[yaml.Node]:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        return list(yaml.compose_all(text, Loader=loader))
    except yaml.MarkedYAMLError as error:
        if not anchors.repeated(error):
            raise
        return list(yaml.compose_all(text, Loader=anchors.composer(loader)))


@dataclass(frozen=True)
class _Builder:
    """Aliases become the same Python object; ``sizes`` counts what they would expand to."""

    path: str
    built: dict[int, Any] = field(default_factory=dict)
    sizes: dict[int, int] = field(default_factory=dict)
    open: set[int] = field(default_factory=set)

    def build(self, node: yaml.Node, depth: int) -> Any:
        if id(node) in self.built:
            return self.built[id(node)]
        if id(node) in self.open:
            raise self._flaw(node, "an alias that contains itself")
        if depth > MOST_LEVELS:
            raise self._flaw(node, f"nested deeper than {MOST_LEVELS} levels")
        self.open.add(id(node))
        value, size = self._value(node, depth + 1)
        self.open.discard(id(node))
        if size > MOST_VALUES:
            raise self._flaw(node, f"more than {MOST_VALUES:,} values once its aliases are expanded")
        self.built[id(node)], self.sizes[id(node)] = value, size
        return value

    def _value(self, node: yaml.Node, depth: int) -> tuple[Any, int]:
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, depth)
        if isinstance(node, yaml.SequenceNode):
            items = [self.build(item, depth) for item in node.value]
            return items, 1 + sum(self.sizes[id(item)] for item in node.value)
        try:
            return scalar(node), 1
        except ValueError as error:
            raise self._flaw(node, f"not YAML: {error}") from None

    def _mapping(self, node: yaml.MappingNode, depth: int) -> tuple[dict[str, Any], int]:
        own: dict[str, Any] = {}
        merged: dict[str, Any] = {}
        size = 1
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise self._flaw(key, "a key must be a word, not a list or a mapping")
            built = self.build(value, depth)
            size += self.sizes[id(value)]
            if key.value == "<<" and not key.style:
                for source in built if isinstance(built, list) else [built]:
                    merged = dict(source) | merged if isinstance(source, dict) else merged
            elif key.value in own:
                raise self._flaw(key, f"the key '{key.value}' is already there")
            else:
                own[str(key.value)] = built
        return merged | own, size

    def _flaw(self, node: yaml.Node, message: str) -> Unreadable:
        return Unreadable(self.path, node.start_mark.line + 1, node.start_mark.column + 1, message)
