"""Pointer -> line and column, for many pointers in one pass, and only when somebody asks.

A pointer is the tuple of keys and indexes from the document's root. One that leads nowhere gives the place of its
nearest ancestor, since a made-up node (a merged ``allOf``) has no place of its own.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

import yaml

from driftguard.cross_repo.openapi.text import _no_collection, compose

Pointer = tuple[str | int, ...]
Place = tuple[int, int]

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]')


def places(path: str, text: str, pointers: Iterable[Pointer]) -> dict[Pointer, Place]:
    """The place of each pointer's key (or item), from 1."""
    wanted = sorted(set(pointers), key=len)
    if _is_json(text):
        return _in_json(text, wanted)
    with _no_collection():
        root = compose(path, text)
        return {pointer: _in_yaml(root, pointer) for pointer in wanted}


def _is_json(text: str) -> bool:
    """JSON may hold tabs that YAML refuses, whatever its file is called."""
    if text.lstrip()[:1] not in ("{", "["):
        return False
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _in_yaml(root: yaml.Node | None, pointer: Pointer) -> Place:
    node, place = root, (1, 1)
    for step in pointer:
        key, child = _step(node, step)
        if child is None:
            break
        node = child
        mark = (key or child).start_mark
        place = (mark.line + 1, mark.column + 1)
    return place


def _step(node: yaml.Node | None, step: str | int) -> tuple[yaml.Node | None, yaml.Node | None]:
    if isinstance(node, yaml.MappingNode):
        word = str(step)
        return next(((key, value) for key, value in node.value if key.value == word), (None, None))
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        return None, node.value[step]
    return None, None


def _trie(pointers: Iterable[Pointer]) -> dict[Any, Any]:
    root: dict[Any, Any] = {}
    for pointer in pointers:
        level = root
        for step in pointer:
            level = level.setdefault(str(step), {})
    return root


def _in_json(text: str, pointers: list[Pointer]) -> dict[Pointer, Place]:
    found: dict[tuple[str, ...], int] = {}
    _scan(text, _trie(pointers), found)
    lines = _lines(text, set(found.values()))
    given: dict[Pointer, Place] = {}
    for pointer in pointers:
        steps = tuple(str(step) for step in pointer)
        while steps and steps not in found:
            steps = steps[:-1]
        given[pointer] = lines[found[steps]] if steps else (1, 1)
    return given


def _lines(text: str, offsets: set[int]) -> dict[int, Place]:
    placed: dict[int, Place] = {}
    line, last = 1, 0
    for offset in sorted(offsets):
        line += text.count("\n", last, offset)
        last = offset
        placed[offset] = (line, offset - (text.rfind("\n", 0, offset) + 1) + 1)
    return placed


def _scan(text: str, trie: dict[Any, Any], found: dict[tuple[str, ...], int]) -> None:
    """Walk the tokens once; a branch that nobody asked about is only counted through to its end."""
    tokens = _TOKEN.finditer(text)
    first = next(tokens, None)
    if first is not None and first[0] in "{[":
        _container(tokens, first[0], trie, (), found)


def _container(
    tokens: Iterator[re.Match[str]],
    opening: str,
    trie: dict[Any, Any],
    above: tuple[str, ...],
    found: dict[tuple[str, ...], int],
) -> None:
    index, key, expects_key, value_seen = 0, "0", opening == "{", False
    for token in tokens:
        word = token[0]
        if word in "}]":
            return
        if word == ",":
            index, expects_key, value_seen = index + 1, opening == "{", False
            key = str(index) if opening == "[" else key
        elif word == ":":
            expects_key = False
        elif expects_key and word[0] == '"':
            key = _unquoted(word)
            if key in trie:
                found.setdefault((*above, key), token.start())
        elif word in "{[":
            if opening == "[" and key in trie and not value_seen:
                found.setdefault((*above, key), token.start())
            value_seen = True
            below = trie.get(key)
            if below:
                _container(tokens, word, below, (*above, key), found)
            else:
                _skip(tokens)


def _unquoted(word: str) -> str:
    if "\\" not in word:
        return word[1:-1]
    return str(json.loads(word, strict=False))


def _skip(tokens: Iterator[re.Match[str]]) -> None:
    depth = 1
    for token in tokens:
        word = token[0]
        if word in "{[":
            depth += 1
        elif word in "}]":
            depth -= 1
            if not depth:
                return
