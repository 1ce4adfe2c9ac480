"""Shell: variables asked for by ``${X:-}``, ``${X:?}``, a test or ``${!name}``; options in case and getopts."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from driftguard.ai_sync import grammar
from driftguard.ai_sync.items import Extraction, ItemKind, Known
from driftguard.ai_sync.plain import PlainReader
from driftguard.ai_sync.rules import ENV_LIKE, Found
from driftguard.ai_sync.spelling import Named, flag, switches

_NAME = r"[A-Z][A-Z0-9]*_[A-Za-z0-9_]*|[A-Z]{2,}[a-zA-Z0-9_]*|[A-Z][A-Za-z0-9]*_[A-Za-z0-9_]+"
_ASKED = re.compile(rf"\$\{{(?P<name>{_NAME})(?P<form>:?[-?=+])")
_USED = re.compile(rf"(?:\$\{{?|\s-v\s+)(?P<name>{_NAME})\b")
_GIVEN = re.compile(r"\b(?P<name>[A-Za-z_]\w*)=[\"']?\$\{?(?:OPTARG|[1-9])\b")
_PLAIN = re.compile(rf"\$\{{?(?P<name>{ENV_LIKE})(?:[,^%#/][^}}]*)?\}}?")
_EMPTY = re.compile(r"-z\s+[\"']?$")
_COMMAND = re.compile(r"\$\((?:[^()]|\([^()]*\))*\)|`[^`]*`")
_NEAR = 200
"""Characters from a test to what is done when it holds."""
_ASSIGNED = re.compile(
    r"(?:^|[;&|(){{!]|\b(?:export|local|readonly|declare|typeset|then|do|else|if|elif|while|until)\b(?:\s+-\w+)*)\s*(?P<name>[A-Za-z_]\w*)(?:\[[^\]]*\])?\+?=(?P<value>(?:\"(?:\\.|[^\"\\])*\"|'[^']*'|\$\((?:[^()]|\([^()]*\))*\)|[^\s;])*)",
    re.MULTILINE,
)
_BOUND = re.compile(
    r"\b(?:read(?:\s+-\w+(?:\s+[\"'][^\"']*[\"'])?)*|for|select|getopts\s+\S+|mapfile(?:\s+-\w+)*|readarray(?:\s+-\w+)*|printf\s+-v|local|declare(?:\s+-\w+)*)\s+(?P<name>[A-Za-z_]\w*)"
)
_OPTION = re.compile(r"(?:^|\|)\s*[\"']?(?P<name>--[A-Za-z][\w-]*)[\"']?(?:=?\*)?\s*(?=\||\)|$)")
_GETOPTS = re.compile(r"\bgetopts\s+[\"']?:?(?P<letters>[A-Za-z0-9:]+)")
_GETOPT = re.compile(r"\bgetopt\b[^\n]*?(?:--long(?:options)?|-l)[\s=]+[\"']?(?P<names>[\w,:-]+)")
_INDIRECT = re.compile(r"(?P<name>[A-Za-z_]\w*)\s*\(\)\s*\{(?P<body>.*?)^\}", re.DOTALL | re.MULTILINE)
_LOOP = re.compile(
    r"\bfor\s+(?P<variable>\w+)\s+in\s+(?P<names>[^;\n]+?)\s*[;\n]\s*do\b(?P<body>.*?)\bdone\b", re.DOTALL
)
_ARRAY = re.compile(r"\$\{(?P<name>\w+)\[[@*]\]\}")
_COMPARED = re.compile(
    r"\$\{?(?:[1-9]|\w*(?:arg|opt|flag|param|ARG|OPT)\w*)(?::-)?\}?[\"']?\s*={1,2}\s*[\"']?(?P<name>--[a-z][\w-]*)"
)
_AWK = re.compile(rf"\bENVIRON\[\\?[\"'](?P<name>{ENV_LIKE})\\?[\"']\]")
_SOURCES = re.compile(r"^\s*(?:\.|source)\s+\S", re.MULTILINE)
_SOURCES_INSIDE = re.compile(r"(?:[;&|({]|\bthen|\bdo)\s*(?:\.|source)\s+[\w./$~\"']")
_HINT = re.compile(rb"\$\{?[A-Z!]|\beval\b|=\s*[\"']?--[a-z]|--[a-z][\w-]*[^\n]*\)|getopts?\b|\bfile_env\b")
_SUFFIXES = (".sh", ".bash", ".zsh", ".ksh")
_SHEBANG = re.compile(r"#![^\n]*\b(?:ba|da|a|z|k)?sh\b")


def _find(path: str, text: str) -> Iterator[Found]:  # noqa: ARG001 - one shape for all plain files
    root = grammar.parse(text, "bash")
    functions = [_span(node) for node in grammar.of_kinds(root, ["function_definition"])]
    own = Own(_assigned(text), functions, frozenset(_GIVEN.findall(text)))
    quiet = [node.range() for node in grammar.of_kinds(root, ["comment", "raw_string"])]
    for node in grammar.of_kinds(root, ["expansion"]):
        match = _ASKED.match(node.text())
        start = node.range().start.index
        if match and match["form"] not in ("+", ":+") and not own.has(match["name"], start):
            if match["name"] in own.given and not text[:start].rstrip("\"'").endswith(f"{match['name']}="):
                continue
            yield Found(ItemKind.ENV_VAR, Named(match["name"]), start)
    if not _SOURCES.search(text):
        yield from _tested(root, own)
        yield from () if _SOURCES_INSIDE.search(text) else _expanded(root, own)
    yield from _indirect(text, own.assigned)
    yield from _looped(text, own.assigned)
    for match in _AWK.finditer(text):
        if match["name"] not in own.assigned:
            yield Found(ItemKind.ENV_VAR, Named(match["name"]), match.start("name"))
    yield from _options(root)
    for match in _GETOPT.finditer(text):
        yield from (
            Found(ItemKind.CLI_FLAG, named, match.start()) for named in flag(re.findall(r"[\w-]+", match["names"]))
        )
    for match in _GETOPTS.finditer(text):
        if not any(span.start.index <= match.start() < span.end.index for span in quiet):
            letters = re.findall(r"[A-Za-z0-9]", match["letters"])
            yield from (Found(ItemKind.CLI_FLAG, named, match.start()) for named in flag(letters))


@dataclass(frozen=True)
class Own:
    """The variables that a script sets to something of its own: where it does, and where its functions stand."""

    assigned: Mapping[str, Sequence[int]]
    functions: Sequence[range]
    given: frozenset[str]
    """Those that the script's arguments fill."""

    def has(self, name: str, start: int) -> bool:
        """Whether it is set before ``start``; a function runs when the rest of the script has been read."""
        places = self.assigned.get(name, ())
        inside = [span for span in self.functions if start in span]
        return any(place < start or any(place not in span for span in inside) for place in places)

    def gives_default(self, name: str, start: int) -> bool:
        """Whether it is set right after a test at ``start`` and nowhere before: ``[ -z "$X" ] && X=1``."""
        first = min(self.assigned.get(name, ()), default=-1)
        return name not in self.given and start < first < start + _NEAR and not self.has(name, start)


def _span(node: grammar.Node) -> range:
    place = node.range()
    return range(place.start.index, place.end.index)


def _assigned(text: str) -> Mapping[str, Sequence[int]]:
    """Where the file sets a name to something of its own. ``X=${X:-1}`` keeps what the caller gave.

    A name that is only ever emptied has its value from outside.
    """
    found: dict[str, list[int]] = defaultdict(list)
    filled: set[str] = set()
    for match in (*_ASSIGNED.finditer(text), *_BOUND.finditer(text)):
        value = match.groupdict().get("value") or ""
        if not re.search(rf"\$\{{?!?{match['name']}\b|_(?:read|get)\w* {match['name']}\b", value):
            found[match["name"]].append(match.start())
            filled |= {match["name"]} if "value" not in match.groupdict() or value.strip("\"'") else set()
    return {name: places for name, places in found.items() if name in filled}


def _tested(root: grammar.Node, own: Own) -> Iterator[Found]:
    for node in grammar.of_kinds(root, ["test_command"]):
        text, at = _COMMAND.sub(lambda found: " " * len(found[0]), node.text()), node.range().start.index
        for match in _USED.finditer(text):
            asks = match["name"] not in own.assigned or (
                _EMPTY.search(text[: match.start()]) is not None and own.gives_default(match["name"], at)
            )
            if asks:
                yield Found(ItemKind.ENV_VAR, Named(match["name"]), at + match.start())


def _expanded(root: grammar.Node, own: Own) -> Iterator[Found]:
    """A plain ``$X`` that the script never sets; whether anything else does is asked of the whole repository."""
    for node in grammar.of_kinds(root, ["simple_expansion", "expansion"]):
        match = _PLAIN.fullmatch(node.text())
        if match and match["name"] not in own.assigned:
            yield Found(ItemKind.ENV_VAR, Named(match["name"]), node.range().start.index)


def _indirect(text: str, own: Mapping[str, Sequence[int]]) -> Iterator[Found]:
    """``file_env 'X'`` where ``file_env`` looks at ``${!1}``."""
    functions = {match["name"] for match in _INDIRECT.finditer(text) if re.search(r"\$\{!\w", match["body"])}
    for name in functions | {"file_env"}:
        for match in re.finditer(
            rf"^[ \t]*(?:if\s+)?{name}[ \t]+[\"']?(?P<name>[A-Z][A-Z0-9_]+)\b", text, re.MULTILINE
        ):
            if match["name"] not in own:
                yield Found(ItemKind.ENV_VAR, Named(match["name"]), match.start("name"))


def _looped(text: str, own: Mapping[str, Sequence[int]]) -> Iterator[Found]:
    """``for name in A_X B_X; do [ -n "${!name}" ]``, the names in an array, too."""
    for loop in _LOOP.finditer(text):
        variable = re.escape(loop["variable"])
        if not re.search(
            rf"\$\{{!{variable}\b|\beval\b[^\n]*\$\{{?{variable}\b|\bprintenv\s+[\"']?\$\{{?{variable}\b", loop["body"]
        ):
            continue
        array = _ARRAY.search(loop["names"])
        listed = re.search(rf"\b{array['name']}=\((?P<names>[^)]*)\)", text) if array else loop
        for match in re.finditer(rf"(?<![\w$/-]){ENV_LIKE}(?![\w/-])", listed["names"] if listed else ""):
            if match[0] not in own:
                yield Found(ItemKind.ENV_VAR, Named(match[0]), (listed or loop).start("names") + match.start())


def _options(root: grammar.Node) -> Iterator[Found]:
    for node in grammar.of_kinds(root, ["case_item"]):
        head = node.text().partition(")")[0] + ")"
        names = [match["name"] for match in _OPTION.finditer(head)]
        yield from (Found(ItemKind.CLI_FLAG, named, node.range().start.index) for named in switches(names))
    for node in grammar.of_kinds(root, ["test_command"]):
        for match in _COMPARED.finditer(node.text()):
            yield Found(ItemKind.CLI_FLAG, Named(match["name"]), node.range().start.index + match.start("name"))


@dataclass(frozen=True)
class ShellReader(PlainReader):
    """Scripts by their suffix, or without one by their first line."""

    def claims(self, path: str) -> bool:
        return super().claims(path) or "." not in PurePosixPath(path).name

    def extract(self, path: str, source: str, known: Known) -> Extraction:
        if PurePosixPath(path).suffix in _SUFFIXES or _SHEBANG.match(source):
            return super().extract(path, source, known)
        return Extraction()


DETECTOR = ShellReader(
    "shell",
    ("*.sh", "*.bash", "*.zsh", "*.ksh", "*entrypoint*", "*/bin/*", "*/sbin/*", "*/scripts/*", "*/run"),
    _HINT,
    _find,
)
