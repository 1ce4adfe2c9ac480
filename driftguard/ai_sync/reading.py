"""One file being read: from the places that a family's tables name to the names that stand there."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property

from driftguard.ai_sync import loops
from driftguard.ai_sync.arguments import arguments_of, handed_to, tentative, through
from driftguard.ai_sync.expressions import Scope, bound, defaults, evaluate, last, literal, names
from driftguard.ai_sync.grammar import Node
from driftguard.ai_sync.items import HOLE, Extraction, Helper, Item, ItemKind, Known
from driftguard.ai_sync.necessary import Words, any_of, may_match, words_of
from driftguard.ai_sync.parsed import Function, Made, ParsedFile
from driftguard.ai_sync.rules import ENV_LIKE, Access, Call, Found, Source, Text
from driftguard.ai_sync.syntax import keys, listed, strings, tight

_ENV_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")
"""Spring reads its properties from the environment, too, and they have dots."""
_EVERYBODYS = frozenset(
    [
        "get",
        "fetch",
        "set",
        "has",
        "add",
        "new",
        "put",
        "del",
        "delete",
        "pop",
        "push",
        "log",
        "format",
        "test",
        "describe",
        "it",
        "equal",
    ]
)
"""Names of functions that are too common to look for."""
_CONSTANT = re.compile(r"[A-Z]|.*[a-z0-9][A-Z_]")
_FLAG = r"--?[A-Za-z][\w-]*"
_LOUD = re.compile(r"[A-Z][A-Z0-9_]*")
_ROUNDS = 3
"""Functions that call functions that read: so deep."""


@dataclass(frozen=True, slots=True)
class Place:
    """Expressions that should be the name of something."""

    rule: Call | Access | Text | Helper
    expressions: tuple[str, ...]
    start: int


@dataclass
class Reading:
    """``extraction()`` is all that one file holds."""

    file: ParsedFile
    known: Known
    helpers: dict[str, Helper] = field(default_factory=dict)
    wants: set[str] = field(default_factory=set)
    claimed: set[str] = field(default_factory=set)
    needed: dict[str, bool] = field(default_factory=dict)

    def extraction(self) -> Extraction:
        special = (one for special in self.file.family.specials for one in special(self._source))
        found = [one for one in special if not self.file.is_comment(one.start)]
        for place in self._places():
            found += self._names(place)
        found += self._through_own()
        found += self._through_known()
        hidden = self._hidden
        items = dict.fromkeys(self._item(one) for one in found if _plausible(one) and one.named.name not in hidden)
        return Extraction(tuple(items), tuple(self.helpers.values()), frozenset(self.wants))

    # --- what the tables say

    @cached_property
    def _source(self) -> Source:
        return Source(self.file.path, self.file.text, lambda: self.file.root, lambda: self.file.constants)

    def _places(self) -> Iterator[Place]:
        family = self.file.family
        accesses = list(filter(self._needed, family.accesses))
        calls = list(filter(self._needed, family.calls))
        nodes = self.file.nodes(self._wanted(accesses, calls))
        for access in accesses:
            pattern = self._pattern(access.text)
            for node in nodes.get(access.node, ()):
                yield from self._accessed(access, pattern, node)
        yield from self._called(calls, self.file.calls(None, nodes))
        for text in filter(self._needed, family.texts):
            yield from self._written(text)

    def _wanted(self, accesses: Sequence[Access], calls: Sequence[Call]) -> Mapping[str, Words]:
        """What nodes of each kind must hold, so that most of a file never leaves the parser."""
        called = any_of(self._words(call) for call in calls)
        wanted: dict[str, Words] = dict.fromkeys(self.file.family.call_nodes, called)
        for access in accesses:
            wanted[access.node] = any_of([wanted.get(access.node, frozenset()), self._words(access)])
        return wanted

    def _words(self, rule: Call | Access | Text) -> Words:
        if isinstance(rule, Call):
            words = words_of(self._filled(rule.callee))
            return frozenset(rule.keyword) if words is None and rule.at is None else words
        return words_of(self._filled(rule.text))

    def _accessed(self, access: Access, pattern: re.Pattern[str], node: Node) -> Iterator[Place]:
        match = pattern.fullmatch(tight(node.text()))
        if match is None or self.file.is_written(node):
            return
        groups = match.groupdict()
        expression = groups["expression"] if groups.get("expression") else f'"{groups["name"]}"'
        yield Place(access, (expression,), node.range().start.index)

    def _called(self, calls: Sequence[Call], candidates: Iterable[Made]) -> Iterator[Place]:
        patterns = [(call, self._pattern(call.callee)) for call in calls]
        for made in candidates:
            matching = [call for call, pattern in patterns if pattern.fullmatch(made.callee)]
            if matching:
                self.claimed.add(last(made.callee))
            for call in matching:
                if len(made.arguments) >= call.least:
                    yield from self._argued(call, made)

    def _argued(self, call: Call, made: Made) -> Iterator[Place]:
        if call.unless and re.search(call.unless, made.listed.text()):
            return
        if call.unless_chained and re.search(call.unless_chained, self.file.chain(made.node)):
            return
        expressions = tuple(arguments_of(call, made.arguments))
        if call.shape == "keys":
            expressions = tuple(key for text in expressions for key in keys(text))
        elif call.shape == "strings":
            expressions = tuple(text for expression in expressions for text in strings(expression))
        if expressions:
            yield Place(call, expressions, made.start)

    def _written(self, rule: Text) -> Iterator[Place]:
        if not may_match(self._words(rule), self.file.text):
            return
        for match in re.finditer(self._pattern(rule.text), self.file.text):
            if self.file.is_quiet(match.start()):
                continue
            groups = match.groupdict()
            if groups.get("names") is not None:
                for name in re.finditer(rule.within, groups["names"]):
                    yield Place(rule, (f'"{name[0]}"',), match.start("names") + name.start())
            elif groups.get("listed") is not None:
                yield Place(rule, tuple(listed(groups["listed"])), match.start("listed"))
            elif groups.get("expression") is not None:
                yield Place(rule, (groups["expression"],), match.start())
            else:
                yield Place(rule, (f'"{groups["name"]}"',), match.start())

    def _needed(self, rule: Call | Access | Text) -> bool:
        if rule.needs and rule.needs not in self.needed:
            self.needed[rule.needs] = _holds(rule.needs, self.file.text)
        return not rule.needs or self.needed[rule.needs]

    def _pattern(self, text: str) -> re.Pattern[str]:
        return compiled(self._filled(text))

    def _filled(self, text: str) -> str:
        """With the file's own names for the environment."""
        return filled(text, self._aliases) if "ALIAS" in text else text

    @cached_property
    def _aliases(self) -> str:
        aliases = sorted({re.escape(name) for name in self.file.aliases}) or ["(?!)"]
        return f"(?:{'|'.join(aliases)})"

    @cached_property
    def _hidden(self) -> set[str]:
        found = (match["name"] for text in self.file.family.hides for match in compiled(text).finditer(self.file.text))
        return {f"--{name.lstrip('-')}" for name in found}

    # --- from expressions to names

    def _names(self, place: Place) -> Iterator[Found]:
        rule, texts, looped = place.rule, [], []
        for expression in place.expressions:
            value = literal(expression)
            if value is None:
                value = evaluate(expression, self._scope(place.start, expression))
            if value is None:
                like = _FLAG if rule.kind is ItemKind.CLI_FLAG else ENV_LIKE
                looped += loops.values(self.file, expression, place.start, like)
                self._hand_on(place, expression)
            elif value:
                texts.append(value)
        before = self._before(place) if rule.kind is ItemKind.ENV_VAR else ""
        for group in (texts, *([text] for text in looped)):
            kept = [before + text for text in group if self._counts(rule, text)]
            yield from (Found(rule.kind, named, place.start) for named in rule.spelling(kept))

    @staticmethod
    def _counts(rule: Call | Access | Text | Helper, text: str) -> bool:
        only = "" if isinstance(rule, Helper) else rule.only
        return not only or compiled(only, re.NOFLAG).fullmatch(text) is not None

    def _before(self, place: Place) -> str:
        return "".join(prefix for span, prefix in self._prefixes if place.start in span)

    @cached_property
    def _prefixes(self) -> Sequence[tuple[range, str]]:
        return list(self.file.family.prefixes(self._source))

    def _scope(self, start: int, expression: str) -> Scope:
        local = {}
        if function := self.file.around(start):
            for name in names(expression):
                if name not in function.parameters and (value := bound(name, function.text)):
                    local[name.lstrip("$")] = value
            own = {name: text for name, text in self.file.constants.items() if name not in function.parameters}
            return Scope(own, local)
        return Scope(self.file.constants)

    # --- indirection

    def _hand_on(self, place: Place, expression: str) -> None:
        """An expression over a parameter makes its function pass it on; an unknown name is wanted from elsewhere."""
        function = self.file.around(place.start)
        if function and function.name and (helper := self._passing(function, place, expression)):
            known = self.helpers.get(function.name)
            if known is None or len(helper.template) < len(known.template):
                self.helpers[function.name] = helper
            return
        if function and function.parameters and self._handed(function, expression):
            return
        for name in map(last, names(expression)):
            if re.fullmatch(r"[A-Za-z_$][\w$]*", name) and _CONSTANT.match(name) and name not in self.file.constants:
                self.wants.add(name)

    def _passing(self, function: Function, place: Place, expression: str) -> Helper | None:
        """The function as one that reads what it is given; ``name + "_FILE"`` says less of it than ``name`` does."""
        handed = self._handed(function, expression)
        many = loops.over(self.file, expression, place.start) if not handed else ""
        if not handed and many in function.parameters:
            handed, expression = many, many
        if not handed:
            return None
        scope = self._scope(place.start, expression)
        given = defaults(function.parameters, function.text)
        template = evaluate(expression, Scope({**scope.constants, **given, handed: HOLE}, scope.local))
        if not template or HOLE not in template.lower():
            return None
        at = function.parameters.index(handed)
        takes = "rest" if many or expression.lstrip().startswith(("*", "...")) else "one"
        return Helper(function.name, place.rule.kind, at, handed, template, place.rule.spelling, takes)

    @staticmethod
    def _handed(function: Function, expression: str) -> str:
        """The first parameter that an expression speaks of, by itself or through a local name."""
        mentioned = {name.lstrip("$").split(".")[0] for name in names(expression)}
        for part in list(mentioned):
            mentioned |= {name.lstrip("$").split(".")[0] for name in names(bound(part, function.text) or "")}
        return next((name for name in function.parameters if name in mentioned), "")

    def _through_own(self) -> Iterator[Found]:
        """Calls of the file's own functions that pass on; made from inside a function, those may pass on, too."""
        calls = self.file.calls(None) if self.helpers else ()
        for _ in range(_ROUNDS if self.helpers else 0):
            before = len(self.helpers)
            for made in calls:
                helper = self.helpers.get(last(made.callee))
                handed = handed_to(helper, made.arguments) if helper else ()
                if helper and any(literal(expression) is None for expression in handed):
                    expressions = tuple(through(helper, expression) for expression in handed)
                    yield from self._names(Place(helper, expressions, made.start))
            if len(self.helpers) == before:
                break

    def _through_known(self) -> Iterator[Found]:
        self._want()
        if not self.helpers and not self.known.helpers:
            return
        for made in self.file.calls(frozenset([*self.helpers, *self.known.helpers])):
            name = last(made.callee)
            helper = self.helpers.get(name) or self.known.helpers.get(name)
            handed = handed_to(helper, made.arguments) if helper else ()
            if helper is None or not handed:
                continue
            values = [evaluate(expression, self._scope(made.start, expression)) for expression in handed]
            filled = [helper.filled(value) for value in values if value]
            kept = [text for text in filled if helper.kind is not ItemKind.ENV_VAR or _LOUD.fullmatch(text)]
            yield from (Found(helper.kind, named, made.start) for named in helper.spelling(kept))

    def _want(self) -> None:
        """Functions of other files that are called with what looks like a variable's name."""
        for name in tentative(self.file.text.encode()):
            if name not in _EVERYBODYS and name not in self.claimed and name not in self.helpers:
                self.wants.add(name)

    def _item(self, found: Found) -> Item:
        line, column, text = self.file.place(found.start)
        return Item(found.kind, found.named.name, self.file.path, line, column, text, found.named.aliases)


def _holds(needs: str, text: str) -> bool:
    words, pattern = _asked(needs)
    return may_match(words, text) and (pattern is None or pattern.search(text) is not None)


@cache
def _asked(needs: str) -> tuple[Words, re.Pattern[str] | None]:
    """A regex that is only words is asked for as words, which is a hundred times faster."""
    words = frozenset(needs.replace(r"\b", "").split("|"))
    if all(re.fullmatch(r"[\w/-]+", word) for word in words):
        return words, None
    return words_of(needs), compiled(needs)


@cache
def filled(text: str, aliases: str) -> str:
    return text.replace("ALIAS", aliases)


@cache
def compiled(pattern: str, flags: re.RegexFlag = re.DOTALL | re.MULTILINE) -> re.Pattern[str]:
    """The tables hold more patterns than ``re`` remembers."""
    return re.compile(pattern, flags)


def _plausible(found: Found) -> bool:
    if found.kind is ItemKind.ENV_VAR:
        return _ENV_NAME.fullmatch(found.named.name) is not None
    return bool(found.named.name)
