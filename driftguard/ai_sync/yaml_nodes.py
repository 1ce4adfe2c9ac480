"""YAML with places: keys and values as PyYAML composes them."""

from __future__ import annotations

from collections.abc import Iterator

import yaml

from driftguard.policy_file.yaml_depth import too_deep

Node = yaml.nodes.Node


def compose(text: str) -> Node | None:
    """The first document; ``None`` where it is empty or no YAML (a template, say), or too deep to be read."""
    if too_deep(text):
        return None
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        return next(iter(yaml.compose_all(text, Loader=loader)), None)
    except (yaml.YAMLError, ValueError):
        return None


def pairs(node: Node | None) -> Iterator[tuple[Node, Node]]:
    """Keys and values of a mapping with plain keys, those that it merges (``<<: *base``) after its own."""
    told: set[str] = set()
    for key, value in _with_merged(node, set()):
        if str(key.value) not in told:
            told.add(str(key.value))
            yield key, value


def _with_merged(node: Node | None, seen: set[int]) -> Iterator[tuple[Node, Node]]:
    """Each mapping once, however often it is merged."""
    if not isinstance(node, yaml.MappingNode) or id(node) in seen:
        return
    seen.add(id(node))
    plain = [(key, value) for key, value in node.value if isinstance(key, yaml.ScalarNode)]
    yield from ((key, value) for key, value in plain if key.value != "<<")
    for key, value in plain:
        for merged in (items(value) or [value]) if key.value == "<<" else ():
            yield from _with_merged(merged, seen)


def get(node: Node | None, *keys: str) -> Node | None:
    """The node below ``keys``."""
    for wanted in keys:
        node = next((value for key, value in pairs(node) if key.value == wanted), None)
    return node


def items(node: Node | None) -> list[Node]:
    """The members of a sequence; nothing for anything else."""
    return list(node.value) if isinstance(node, yaml.SequenceNode) else []


def scalar(node: Node | None) -> str:
    return str(node.value) if isinstance(node, yaml.ScalarNode) else ""


def start(node: Node) -> int:
    """The character where it begins."""
    return int(node.start_mark.index)
