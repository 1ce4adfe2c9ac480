"""Bytes -> plain values, for JSON and YAML, in seconds for 10 MB and without running anything.

YAML scalars resolve by YAML 1.2's core schema, so that ``on`` and ``2024-01-01`` are strings; keys are always strings
(a response code may stand there as a number). Duplicate keys, aliases of an alias of an alias, and nesting that no
description needs are refused.
"""

from __future__ import annotations

import gc
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import yaml

from driftguard.cross_repo.contracts.changes import Unreadable
from driftguard.cross_repo.documents import anchors

MAX_DEPTH = 200
MAX_EXPANDED = 20_000_000

_NULL = frozenset(("", "~", "null", "Null", "NULL"))
_BOOL = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INT = re.compile(r"[-+]?[0-9]{1,4000}")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]{1,4})?")
_NUMERIC = frozenset("-+.0123456789")
# What would recurse too deep inside libyaml before anybody counts: inline sequences, deep indentation, open brackets.
_INLINE = re.compile(r"^(?:[^\S\n]*[-?:][^\S\n]+){200}", re.MULTILINE)
_INDENT = re.compile(rf"^ {{{MAX_DEPTH * 8}}}", re.MULTILINE)
_BRACKETS = re.compile(r"[\[{][^\S\n]*(?:[\[{]\s*){200}")


def parse(path: str, data: bytes) -> Any:
    """The document's plain value. Raises ``Unreadable`` with the line and column where it can't be read."""
    text = decode(path, data)
    with _no_collection():
        if text.lstrip()[:1] in ("{", "["):
            return _json(path, text)
        return _yaml(path, text)


def decode(path: str, data: bytes) -> str:
    """UTF-8 without its byte order mark. Raises ``Unreadable`` at the first byte that isn't."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start]
        line = before.count(b"\n") + 1
        column = error.start - (before.rfind(b"\n") + 1) + 1
        raise Unreadable(path, line, column, "not UTF-8 text") from None


@contextmanager
def _no_collection() -> Iterator[None]:
    """A million small objects in a row make the cyclic collector three quarters of the time: it waits."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def _json(path: str, text: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        if path.endswith(".json"):
            raise Unreadable(path, error.lineno, error.colno, f"not JSON: {error.msg}") from None
    except (RecursionError, ValueError):
        raise Unreadable(path, 1, 1, f"nested deeper than {MAX_DEPTH} levels, or a number without end") from None
    return _yaml(path, text)  # YAML in braces


class Composer(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """libyaml's nodes without PyYAML's scalar rules: a tag only says whether a scalar stood there plain."""

    def descend_resolver(self, *_: object) -> None:
        """No paths are resolved."""

    def ascend_resolver(self) -> None:
        """See ``descend_resolver``."""

    def resolve(self, kind: type, value: object, implicit: Any) -> str:  # noqa: ARG002 - PyYAML's hook
        return "plain" if kind is yaml.ScalarNode and implicit[0] else "quoted"


def compose(path: str, text: str) -> yaml.Node | None:
    """The root node, for values or for places. Raises ``Unreadable``."""
    _refuse_depth(path, text)
    try:
        return _composed(text)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        raise Unreadable(path, line, column, f"not YAML: {error.problem or error.context}") from None
    except (yaml.YAMLError, ValueError) as error:
        raise Unreadable(path, 1, 1, f"not YAML: {str(error).splitlines()[0]}") from None
    except RecursionError:
        raise Unreadable(path, 1, 1, f"nested deeper than {MAX_DEPTH} levels") from None


def _composed(text: str) -> yaml.Node | None:
    try:
        node: yaml.Node | None = Composer(text).get_single_node()
    except yaml.MarkedYAMLError as error:
        if not anchors.repeated(error):
            raise
        node = anchors.composer(Composer)(text).get_single_node()
    return node


def _refuse_depth(path: str, text: str) -> None:
    for pattern in (_INLINE, _INDENT, _BRACKETS):
        if found := pattern.search(text):
            line = text.count("\n", 0, found.start()) + 1
            raise Unreadable(path, line, 1, f"nested deeper than {MAX_DEPTH} levels")


def _yaml(path: str, text: str) -> Any:
    node = compose(path, text)
    return None if node is None else _Values(path).build(node, 0)[0]


class _Values:
    """Nodes -> values. An alias gives the same object again; what all of them expand to is bounded."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.done: dict[int, tuple[Any, int]] = {}
        self.open: set[int] = set()

    def build(self, node: yaml.Node, depth: int) -> tuple[Any, int]:
        """The value and the number of values that it expands to."""
        if isinstance(node, yaml.ScalarNode):
            return scalar(node), 1
        key = id(node)
        if key in self.done:
            return self.done[key]
        if key in self.open:
            raise self._error(node, "an alias that contains itself")
        if depth > MAX_DEPTH:
            raise self._error(node, f"nested deeper than {MAX_DEPTH} levels")
        self.open.add(key)
        built = self._mapping(node, depth) if isinstance(node, yaml.MappingNode) else self._sequence(node, depth)
        self.open.discard(key)
        if built[1] > MAX_EXPANDED:
            raise self._error(node, f"more than {MAX_EXPANDED:,} values once its aliases are expanded")
        self.done[key] = built
        return built

    def _sequence(self, node: yaml.Node, depth: int) -> tuple[list[Any], int]:
        parts = [self.build(item, depth + 1) for item in node.value]
        return [value for value, _ in parts], 1 + sum(size for _, size in parts)

    def _mapping(self, node: yaml.Node, depth: int) -> tuple[dict[str, Any], int]:
        built: dict[str, Any] = {}
        total, merged = 1, []
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                raise self._error(key_node, "a key must be a word, not a list or a mapping")
            key = key_node.value
            value, size = self.build(value_node, depth + 1)
            total += size
            if key == "<<" and key_node.tag == "plain":
                merged.append((value_node, value))
            elif key in built:
                raise self._error(key_node, f"the key '{key}' is already there")
            else:
                built[key] = value
        for value_node, value in merged:
            self._merge(built, value_node, value)
        return built, total

    def _merge(self, built: dict[str, Any], node: yaml.Node, value: Any) -> None:
        for source in value if isinstance(value, list) else [value]:
            if not isinstance(source, dict):
                raise self._error(node, "<<: takes a mapping or a list of mappings")
            for key, entry in source.items():
                built.setdefault(key, entry)

    def _error(self, node: yaml.Node, message: str) -> Unreadable:
        return Unreadable(self.path, node.start_mark.line + 1, node.start_mark.column + 1, message)


def scalar(node: yaml.ScalarNode) -> Any:
    """YAML 1.2 core schema, https://yaml.org/spec/1.2.2/#103-core-schema; quoted is always a string."""
    text: str = node.value
    if node.tag != "plain":
        return text
    if text[:1] in _NUMERIC:
        if _INT.fullmatch(text):
            return int(text)
        return float(text) if _FLOAT.fullmatch(text) else text
    if text in _NULL:
        return None
    return _BOOL.get(text, text)
