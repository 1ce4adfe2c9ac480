"""YAML text -> plain values, with the place of every key and value.

Scalars resolve by YAML 1.2's core schema, so that ``on`` is a key and ``12:30`` a string. Duplicate keys are defects;
anchors, aliases and merge keys work; what they expand to is bounded.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import yaml

from driftguard.policy_file.yaml_depth import too_deep

MAX_DEPTH = 40
MAX_VALUES = 100_000

_NULL = re.compile(r"~|null|Null|NULL|")
_BOOL = re.compile(r"true|True|TRUE|false|False|FALSE")
_INT = re.compile(r"[-+]?[0-9]{1,18}")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]{1,3})?")
_CORE_TAGS = frozenset(f"tag:yaml.org,2002:{name}" for name in "map seq str int float bool null merge value timestamp binary set".split())  # fmt: skip  # noqa: SIM905, E501 - one word a tag
_MERGE = "<<"


class Place(NamedTuple):
    """Line and column, from 1; ``layer`` is which of several files, the topmost parent first."""

    line: int
    col: int
    layer: int = 0


_BEGINNING = Place(1, 1)


@dataclass(frozen=True, slots=True)
class Flaw:
    """Something wrong at a place, before anybody knows what the file is for."""

    place: Place
    path: str
    message: str


class Unusable(Exception):
    """The text can't be read any further."""

    def __init__(self, flaw: Flaw) -> None:
        super().__init__(flaw.message)
        self.flaw = flaw


@dataclass(slots=True)
class Tree:
    """A document: its plain value, the place of each path's value and key, and the flaws found on the way."""

    value: Any = None
    values: dict[str, Place] = field(default_factory=dict)
    keys: dict[str, Place] = field(default_factory=dict)
    flaws: list[Flaw] = field(default_factory=list)
    count: int = 0


def read(text: str) -> Tree:
    """Raises ``Unusable`` where the text is no YAML, or too deep or too large once its aliases are expanded."""
    deep = too_deep(text)
    if deep:
        raise Unusable(Flaw(Place(*deep), "file", f"nested deeper than {MAX_DEPTH} levels"))
    try:
        nodes = list(yaml.compose_all(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = Place(mark.line + 1, mark.column + 1) if mark else _BEGINNING
        raise Unusable(Flaw(place, "file", _syntax(error, text, place))) from None
    except RecursionError:
        raise Unusable(Flaw(_BEGINNING, "file", f"nested deeper than {MAX_DEPTH} levels")) from None
    except (yaml.YAMLError, ValueError) as error:
        raise Unusable(Flaw(_BEGINNING, "file", f"not YAML: {str(error).splitlines()[0]}")) from None
    if len(nodes) > 1:
        raise Unusable(Flaw(_place(nodes[1]), "file", "a second document begins here; a policy is one document"))
    tree = Tree()
    if nodes:
        tree.value = _Builder(tree).build(nodes[0], "", ())
    return tree


def _syntax(error: yaml.MarkedYAMLError, text: str, place: Place) -> str:
    lines = text.splitlines()
    line = lines[place[0] - 1] if place[0] <= len(lines) else ""
    if "\t" in line[: place[1]] or line.lstrip(" ").startswith("\t"):
        return "a tab; indent with spaces"
    context = f" {error.context}" if error.context and error.problem and "expected" in error.problem else ""
    return f"not YAML: {error.problem or error.context}{context}"


def _place(node: yaml.Node) -> Place:
    return Place(node.start_mark.line + 1, node.start_mark.column + 1)


@dataclass(frozen=True, slots=True)
class _Builder:
    tree: Tree

    def build(self, node: yaml.Node, path: str, above: tuple[int, ...]) -> Any:
        """The plain value of ``node``; ``above`` holds the ids of the nodes it lies in."""
        self._count(node, path, above)
        self.tree.values.setdefault(path, _place(node))
        if node.tag not in _CORE_TAGS:
            self.tree.flaws.append(Flaw(_place(node), path or "file", f"the tag {node.tag} means nothing here"))
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path, (*above, id(node)))
        if isinstance(node, yaml.SequenceNode):
            inside = (*above, id(node))
            return [self.build(item, f"{path}[{index}]", inside) for index, item in enumerate(node.value)]
        return scalar(node)

    def _count(self, node: yaml.Node, path: str, above: tuple[int, ...]) -> None:
        self.tree.count += 1
        if id(node) in above:
            raise Unusable(Flaw(_place(node), path or "file", "an alias that contains itself"))
        if len(above) > MAX_DEPTH:
            raise Unusable(Flaw(_place(node), "file", f"nested deeper than {MAX_DEPTH} levels"))
        if self.tree.count > MAX_VALUES:
            message = f"more than {MAX_VALUES:,} values once its aliases are expanded"
            raise Unusable(Flaw(_place(node), "file", message))

    def _mapping(self, node: yaml.MappingNode, path: str, above: tuple[int, ...]) -> dict[str, Any]:
        built: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = self._key(key_node, path)
            if key == _MERGE and not key_node.style:
                continue
            where = f"{path}.{key}" if path else key
            if key in built:
                first = self.tree.keys[where][0]
                self.tree.flaws.append(Flaw(_place(key_node), where, f"the key is already there, in line {first}"))
                continue
            self.tree.keys[where] = _place(key_node)
            built[key] = self.build(value_node, where, above)
        for merged in self._merged(node):
            for key, value in self._from_elsewhere(merged, path, above).items():
                built.setdefault(key, value)
        return built

    def _key(self, node: yaml.Node, path: str) -> str:
        if isinstance(node, yaml.ScalarNode):
            return str(node.value)
        self.tree.flaws.append(Flaw(_place(node), path or "file", "a key must be a word, not a list or a mapping"))
        return f"?{self.tree.count}"

    def _merged(self, node: yaml.MappingNode) -> Iterator[yaml.MappingNode]:
        for key_node, value_node in node.value:
            if key_node.value != _MERGE or key_node.style:
                continue
            for source in value_node.value if isinstance(value_node, yaml.SequenceNode) else [value_node]:
                if isinstance(source, yaml.MappingNode):
                    yield source
                else:
                    self.tree.flaws.append(Flaw(_place(source), _MERGE, "<<: takes a mapping or a list of mappings"))

    def _from_elsewhere(self, node: yaml.MappingNode, path: str, above: tuple[int, ...]) -> dict[str, Any]:
        """A merged mapping's entries; a key that stands here already keeps its place."""
        self._count(node, path, above)
        aside = Tree(count=self.tree.count)
        built = _Builder(aside)._mapping(node, path, (*above, id(node)))  # noqa: SLF001 - the same class
        self.tree.count = aside.count
        self.tree.flaws.extend(flaw for flaw in aside.flaws if flaw not in self.tree.flaws)
        for place, found in ((self.tree.values, aside.values), (self.tree.keys, aside.keys)):
            for where, at in found.items():
                place.setdefault(where, at)
        return built


def scalar(node: yaml.Node) -> Any:
    """YAML 1.2 core schema, https://yaml.org/spec/1.2.2/#103-core-schema; quoted is always a string."""
    text = str(node.value)
    if getattr(node, "style", None) or (node.tag.endswith(":str") and _explicit(node)):
        return text
    if _NULL.fullmatch(text):
        return None
    if _BOOL.fullmatch(text):
        return text.lower() == "true"
    if _INT.fullmatch(text):
        return int(text)
    return float(text) if _FLOAT.fullmatch(text) else text


def _explicit(node: yaml.Node) -> bool:
    """Whether ``!!str`` stands before a plain scalar that would resolve to something else."""
    implicit = yaml.SafeLoader.yaml_implicit_resolvers.get(str(node.value)[:1], [])
    return any(pattern.match(str(node.value)) for _, pattern in implicit)
