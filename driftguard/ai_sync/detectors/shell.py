"""Shell: variables asked for by ``${X:-}``, ``${X:?}`` or a test, functions over ``${!name}``, options in case and getopts."""

from __future__ import annotations

import re
from collections.abc import Iterator

from driftguard.ai_sync import grammar
from driftguard.ai_sync.items import ItemKind
from driftguard.ai_sync.plain import PlainReader
from driftguard.ai_sync.rules import Found
from driftguard.ai_sync.spelling import Named, flag, switches

_NAME = r"[A-Z][A-Z0-9]*_[A-Za-z0-9_]*|[A-Z]{2,}[a-zA-Z0-9_]*|[A-Z][A-Za-z0-9]*_[A-Za-z0-9_]+"
_ASKED = re.compile(rf"\$\{{(?P<name>{_NAME})(?P<form>:?[-?=+])")
_USED = re.compile(rf"\$\{{?(?P<name>{_NAME})\b")
_TEST = re.compile(rf"^\[\[?\s.*|^test\s.*", re.DOTALL)
_ASSIGNED = re.compile(
    r"(?:^|[;&|({{]|\b(?:export|local|readonly|declare|typeset|then|do|else)\b(?:\s+-\w+)*)\s*(?P<name>[A-Za-z_]\w*)(?:\[[^\]]*\])?\+?=(?P<value>(?:\"(?:\\.|[^\"\\])*\"|'[^']*'|\$\((?:[^()]|\([^()]*\))*\)|[^\s;])*)",
    re.MULTILINE,
)
_BOUND = re.compile(
    r"\b(?:read(?:\s+-\w+(?:\s+[\"'][^\"']*[\"'])?)*|for|select|getopts\s+\S+|mapfile(?:\s+-\w+)*|readarray(?:\s+-\w+)*|printf\s+-v|local|declare(?:\s+-\w+)*)\s+(?P<name>[A-Za-z_]\w*)"
)
_OPTION = re.compile(r"(?:^|\|)\s*[\"']?(?P<name>--[A-Za-z][\w-]*)[\"']?(?:=?\*)?\s*(?=\||\)|$)")
_GETOPTS = re.compile(r"\bgetopts\s+[\"']?:?(?P<letters>[A-Za-z0-9:]+)")
_GETOPT = re.compile(r"\bgetopt\b[^\n]*?(?:--long(?:options)?|-l)[\s=]+[\"']?(?P<names>[\w,:-]+)")
_INDIRECT = re.compile(r"(?P<name>[A-Za-z_]\w*)\s*\(\)\s*\{(?P<body>.*?)^\}", re.DOTALL | re.MULTILINE)
_SOURCES = re.compile(r"^\s*(?:\.|source)\s+\S", re.MULTILINE)
_HINT = re.compile(rb"\$\{?[A-Z]|--[a-z][\w-]*[^\n]*\)|getopts?\b")


def _find(path: str, text: str) -> Iterator[Found]:  # noqa: ARG001 - one shape for all plain files
    root = grammar.parse(text, "bash")
    own = _assigned(text)
    quiet = [node.range() for node in grammar.of_kinds(root, ["comment", "raw_string"])]
    for node in grammar.of_kinds(root, ["expansion"]):
        match = _ASKED.match(node.text())
        if match and match["form"] not in ("+", ":+") and match["name"] not in own:
            yield Found(ItemKind.ENV_VAR, Named(match["name"]), node.range().start.index)
    if not _SOURCES.search(text):
        yield from _tested(root, own)
    yield from _indirect(text, own)
    yield from _options(root)
    for match in _GETOPT.finditer(text):
        yield from (Found(ItemKind.CLI_FLAG, named, match.start()) for named in flag(re.findall(r"[\w-]+", match["names"])))
    for match in _GETOPTS.finditer(text):
        if not any(span.start.index <= match.start() < span.end.index for span in quiet):
            letters = re.findall(r"[A-Za-z0-9]", match["letters"])
            yield from (Found(ItemKind.CLI_FLAG, named, match.start()) for named in flag(letters))


def _assigned(text: str) -> set[str]:
    """Names that the file sets to something of its own. ``X=${X:-1}`` keeps what the caller gave."""
    found = {
        match["name"]
        for match in _ASSIGNED.finditer(text)
        if not re.search(rf"\$\{{?!?{match['name']}\b|_(?:read|get)\w* {match['name']}\b", match["value"])
    }
    return found | {match["name"] for match in _BOUND.finditer(text)}


def _tested(root: grammar.Node, own: set[str]) -> Iterator[Found]:
    for node in grammar.of_kinds(root, ["test_command"]):
        for match in _USED.finditer(node.text()):
            if match["name"] not in own:
                yield Found(ItemKind.ENV_VAR, Named(match["name"]), node.range().start.index + match.start())


def _indirect(text: str, own: set[str]) -> Iterator[Found]:
    """``file_env 'X'`` where ``file_env`` looks at ``${!1}``."""
    functions = {match["name"] for match in _INDIRECT.finditer(text) if re.search(r"\$\{!\w", match["body"])}
    for name in functions | {"file_env"}:
        for match in re.finditer(rf"^[ \t]*(?:if\s+)?{name}[ \t]+[\"']?(?P<name>[A-Z][A-Z0-9_]+)\b", text, re.MULTILINE):
            if match["name"] not in own:
                yield Found(ItemKind.ENV_VAR, Named(match["name"]), match.start("name"))


def _options(root: grammar.Node) -> Iterator[Found]:
    for node in grammar.of_kinds(root, ["case_item"]):
        head = node.text().partition(")")[0] + ")"
        names = [match["name"] for match in _OPTION.finditer(head)]
        yield from (Found(ItemKind.CLI_FLAG, named, node.range().start.index) for named in switches(names))


DETECTOR = PlainReader(
    "shell",
    ("*.sh", "*.bash", "*.zsh", "*.ksh", "*entrypoint*", "*/rootfs/*/run", "*/services.d/*/run", "*/bin/*", "*/sbin/*"),
    _HINT,
    _find,
)
