"""One parsed file as its family's tables look at it: calls, functions, constants, and what is no code."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from driftguard.ai_sync import grammar
from driftguard.ai_sync.expressions import last, literal
from driftguard.ai_sync.grammar import Node
from driftguard.ai_sync.necessary import Words, may_match, words_of
from driftguard.ai_sync.rules import Family
from driftguard.ai_sync.syntax import split, tight

_RECEIVERS = re.compile(r"^(?:&?(?:mut )?self|cls|this)$")
_GENERIC = re.compile(r"(?:::)?<[\w\s,.:<>?\[\]|&']*>$")
_TYPED = re.compile(r"\[[\w,.*\[\]]*\]$")

_BINDS = re.compile(r"[=:][ \t]*>?[ \t]*[A-Za-z@&]{0,2}[\"'`]")
_BINDS_LOOSELY = re.compile(r"(?:[=:,(]|\w[ \t])[ \t]*>?[ \t]*[A-Za-z@&]{0,2}[\"'`]")
"""C's ``#define A "x"``, PHP's ``define("A", "x")`` and Elixir's ``@a "x"`` bind without a sign for it."""
_LONGEST = 240
"""Characters of a callee that count, from its end: a chain of a hundred calls repeats itself in each of them."""


@dataclass(frozen=True, slots=True)
class Function:
    name: str
    parameters: tuple[str, ...]
    start: int
    end: int
    text: str


@dataclass(frozen=True)
class Made:
    """A call in the file. ``callee`` is the text before the parenthesis, without spaces and type arguments."""

    callee: str
    node: Node
    start: int
    listed: Node

    @cached_property
    def arguments(self) -> tuple[str, ...]:
        named = (child for child in self.listed.children() if child.is_named())
        return tuple(child.text() for child in named if "comment" not in child.kind())


@dataclass
class ParsedFile:
    """Parsed when a node is first asked for. Offsets count characters of ``text``."""

    family: Family
    language: str
    path: str
    text: str
    imported: Mapping[str, str] = field(default_factory=dict)
    """Constants that other files bind."""
    _around: dict[int, Function | None] = field(default_factory=dict)

    @cached_property
    def root(self) -> Node:
        return grammar.parse(self.text, self.language)

    def nodes(self, wanted: Mapping[str, Words]) -> Mapping[str, list[Node]]:
        """The nodes of each kind that hold one of its words, in one walk."""
        found: dict[str, list[Node]] = {}
        for node in self._holding({kind: words for kind, words in wanted.items() if may_match(words, self.text)}):
            found.setdefault(node.kind(), []).append(node)
        return found

    def calls(self, words: Words, found: Mapping[str, list[Node]] | None = None) -> list[Made]:
        """The calls that hold one of ``words``; of the nodes in ``found`` where these are at hand."""
        nodes = self.nodes(dict.fromkeys(self.family.call_nodes, words)) if found is None else found
        made = (self._made(node) for kind in self.family.call_nodes for node in nodes.get(kind, ()))
        return [call for call in made if call]

    @cached_property
    def _spans(self) -> Sequence[tuple[int, int, Node]]:
        """The functions' places, the innermost first; what a function says is read when somebody asks."""
        functions = self.nodes(dict.fromkeys(self.family.functions))
        nodes = (node for kind in self.family.functions for node in functions.get(kind, ()))
        found = [(span.start.index, span.end.index, node) for node in nodes for span in (node.range(),)]
        return sorted(found, key=lambda span: span[1] - span[0])

    @cached_property
    def constants(self) -> Mapping[str, str]:
        return {**self.imported, **constants(self.family, self.text)}

    @cached_property
    def aliases(self) -> set[str]:
        near = "\n".join(_near(self.text, "env")) if self.family.aliases else ""
        likely = (alias for alias in self.family.aliases if may_match(words_of(alias), near))
        return {match["alias"] for alias in likely for match in re.finditer(alias, near, re.MULTILINE)}

    def around(self, start: int) -> Function | None:
        """The innermost function with parameters and a name around a place, else the innermost one."""
        if start not in self._around:
            outer = [self._function(node) for begin, end, node in self._spans if begin <= start < end]
            named = (function for function in outer if function.parameters and function.name)
            self._around[start] = next(named, next(iter(outer), None))
        return self._around[start]

    def is_quiet(self, start: int) -> bool:
        """Whether a place lies in a comment or within a literal."""
        return _holds(self._quiet, start, len(self.text))

    def is_comment(self, start: int) -> bool:
        return _holds(self._comments, start, len(self.text))

    def place(self, start: int) -> tuple[int, int, str]:
        """Line and column from 1, and the line's text."""
        line = self.text.count("\n", 0, start)
        begin = self.text.rfind("\n", 0, start) + 1
        end = self.text.find("\n", start)
        return line + 1, start - begin + 1, self.text[begin : end if end >= 0 else None].strip()[:400]

    def is_written(self, node: Node) -> bool:
        """Setting or deleting a variable asks nothing of anybody."""
        parent, start = node.parent(), node.range().start.index
        while parent is not None and parent.kind() in ("expression_list", "variable_list", "parenthesized_expression"):
            parent = parent.parent()
        if parent is None or parent.kind() not in self.family.writes:
            return False
        if "delete" in parent.kind() or parent.text().startswith(("delete ", "unset", "del ")):
            return True
        return bool(parent.kind() != "unary_expression" and parent.range().start.index == start)

    def chain(self, node: Node) -> str:
        """The whole text of the calls that go on from a call."""
        top, parent = node, node.parent()
        while parent is not None and parent.kind() in (*self.family.call_nodes, *self.family.chains):
            top, parent = parent, parent.parent()
        return str(top.text())

    @cached_property
    def _comments(self) -> list[tuple[int, int]]:
        return sorted(self._spans_of(self.family.quiet, 0))

    @cached_property
    def _quiet(self) -> list[tuple[int, int]]:
        """Sorted spans of comments, and of literals without their first character."""
        return sorted([*self._comments, *self._spans_of(self.family.strings, 1)])

    def _spans_of(self, kinds: Iterable[str], offset: int) -> Iterator[tuple[int, int]]:
        for node in self._holding(dict.fromkeys(kinds)):
            span = node.range()
            yield span.start.index + offset, span.end.index

    def _holding(self, wanted: Mapping[str, Words]) -> Iterator[Node]:
        known = {kind: words for kind, words in wanted.items() if grammar.has_kind(self.language, kind)}
        return grammar.holding(self.root, known) if known else iter(())

    def _made(self, node: Node) -> Made | None:
        listed = self._argument_node(node)
        if listed is None:
            return None
        start = node.range().start.index
        opened = listed.range().start.index
        callee = self.text[max(start, opened - _LONGEST) : opened]
        if not callee.isidentifier():
            callee = tight(callee).replace("?.", ".").rstrip("!")
            callee = _GENERIC.sub("", callee) if callee.endswith(">") else callee
            callee = _TYPED.sub("", callee) if callee.endswith("]") and self.language in ("go", "scala") else callee
        return Made(callee, node, start, listed)

    def _argument_node(self, node: Node) -> Node | None:
        for child in reversed(node.children()):
            if child.kind() in self.family.argument_nodes:
                return child
            for grandchild in reversed(child.children()) if child.kind() == "call_suffix" else ():
                if grandchild.kind() in self.family.argument_nodes:
                    return grandchild
        return None

    def _function(self, node: Node) -> Function:
        span = node.range()
        node_, node = node, _declarator(node)
        named = node.field("name") or node.field("declarator") or _name_child(node)
        if named is None and (parent := node.parent()) is not None:
            named = parent.field("name") or parent.field("left") or parent.field("key")
        listed = node.field("parameters") or node.field("parameter") or _parameters_child(node)
        alone = (child.text() for child in node.children() if child.kind() == "parameter")
        text = listed.text() if listed is not None else ", ".join(alone)
        found = (re.search(self.family.parameter, part.strip()) for part in split(text.strip("()|")))
        parameters = tuple(match["name"] for match in found if match and not _RECEIVERS.match(match["name"]))
        name = last(named.text().partition("(")[0]) if named else ""
        return Function(name, parameters, span.start.index, span.end.index, node_.text())


def _declarator(node: Node) -> Node:
    """Where C keeps name and parameters: below what the function's type says of pointers."""
    inner = node.field("declarator")
    while inner is not None and inner.kind() != "function_declarator":
        inner = inner.field("declarator")
    return inner if inner is not None else node


def _holds(spans: Sequence[tuple[int, int]], start: int, end: int) -> bool:
    at = bisect_right(spans, (start, end)) - 1
    return any(begin <= start < stop for begin, stop in spans[max(at - 3, 0) : at + 1])


def constants(family: Family, text: str) -> dict[str, str]:
    """Names bound to one literal text. A name bound to two different ones is no constant."""
    found: dict[str, str | None] = {}
    pattern = re.compile(family.constant, re.MULTILINE)
    binds = _BINDS_LOOSELY if "define" in family.constant or "=?" in family.constant else _BINDS
    for line in filter(binds.search, text.split("\n")):
        for match in pattern.finditer(line):
            value = literal(match["value"])
            found[match["name"]] = value if found.get(match["name"], value) == value else None
    return {name: value for name, value in found.items() if value is not None}


def _near(text: str, word: str) -> list[str]:
    """The lines that hold ``word`` in any case, with two around each."""
    found = (n for n, line in enumerate(text.lower().split("\n")) if word in line)
    wanted = {near for n in found for near in range(n - 2, n + 3)}
    lines = text.split("\n")
    return [lines[n] for n in sorted(wanted) if 0 <= n < len(lines)]


def _name_child(node: Node) -> Node | None:
    return next((child for child in node.children() if child.kind() in ("simple_identifier", "identifier")), None)


def _parameters_child(node: Node) -> Node | None:
    return next((child for child in node.children() if "parameters" in child.kind()), None)
