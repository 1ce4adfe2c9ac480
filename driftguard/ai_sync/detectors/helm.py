"""Helm: the values of a chart. A value with a comment of its own is documented where ``helm show values`` shows it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import takewhile

import yaml

from driftguard.ai_sync import yaml_nodes
from driftguard.ai_sync.items import ItemKind
from driftguard.ai_sync.plain import PlainReader
from driftguard.ai_sync.rules import Found
from driftguard.ai_sync.spelling import Named

_EMPTY = re.compile(r":\s*(?:\{\}|\[\]|\"\"|''|~|null)?\s*$")

_TITLE = 3


def _find(path: str, text: str) -> Iterator[Found]:  # noqa: ARG001
    lines = text.split("\n")
    yield from _leaves(yaml_nodes.compose(text), "", lines)


def _leaves(node: yaml_nodes.Node | None, prefix: str, lines: list[str]) -> Iterator[Found]:
    """A comment explains the value below it, or all of a group."""
    for key, value in yaml_nodes.pairs(node):
        name, line = f"{prefix}{key.value}", key.start_mark.line
        is_group = isinstance(value, yaml.MappingNode) and value.value
        told = _is_explained(line, lines) and not (is_group and _is_title(line, lines))
        if is_group:
            inside = _leaves(value, f"{name}.", lines)
            yield from (replace(found, is_told=found.is_told or told) for found in inside)
        else:
            parent = name.rpartition(".")[0]
            yield Found(ItemKind.HELM_VALUE, Named(name, (parent,) if parent else ()), yaml_nodes.start(key), told)


def _is_explained(line: int, lines: list[str]) -> bool:
    above = lines[line - 1] if line else ""
    told = above.lstrip().startswith("#") and _depth(above) <= _depth(lines[line])
    return told or " #" in lines[line] or _is_followed(line, lines)


def _is_title(line: int, lines: list[str]) -> bool:
    """A heading of one to three words says nothing of what stands below it: ``# Vault UI``."""
    above = list(takewhile(lambda text: text.lstrip().startswith("#"), reversed(lines[:line])))
    return len(re.findall(r"\w[\w.-]*", " ".join(above))) <= _TITLE


def _depth(line: str) -> int:
    return len(line) - len(line.lstrip())


def _is_followed(line: int, lines: list[str]) -> bool:
    """An empty value with its example below, deeper or apart from what comes next."""
    if not _EMPTY.search(lines[line]):
        return False
    below = list(takewhile(lambda text: text.lstrip().startswith("#"), lines[line + 1 :]))
    if not below:
        return False
    rest = lines[line + 1 + len(below) :]
    return _depth(below[0]) > _depth(lines[line]) or not rest or not rest[0].strip()


DETECTOR = PlainReader("helm", ("*/values.yaml", "*/values.yml"), re.compile(rb":"), _find)
