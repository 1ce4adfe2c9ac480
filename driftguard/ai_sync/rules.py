"""What a language file says: forms as data. ``reader.Reader`` is the one matcher that reads them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from driftguard.ai_sync.grammar import Node
from driftguard.ai_sync.items import ItemKind
from driftguard.ai_sync.spelling import Named, Spelling, each

ENV_LIKE = r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+"
"""A name that says by itself that it is an environment variable's."""

ASKED_PATH = (
    r"(?:\b[rR]eq(?:uest)?|\b[cC]te?xt?|\b[cC]ontext|\b[uU]r[il]|\bscope|\benviron)\b[\w.\[\]()\"']*?(?:[pP]ath|[uU]r[il]|PATH)\w*(?:\(\))?[\"'\]]*"
    r"\s*={2,3}\s*(?P<expression>[\"'`]/[\w.-][\w./{}:-]*[\"'`])"
)
"""A server without a router compares the path that it is asked for: ``request.path == "/health"``."""


ASKED_ARGUMENT = (
    r"\b\w*(?:[pP]aram|[aA]rg|[oO]pt(?:ion)?|[fF]lag|[sS]witch)\w*(?:<[^<>()]*>)?\(\s*&?(?:os\.)?(?:argc\s*,\s*)?[aA]rg(?:s|v)\w*\s*,"
    r"\s*(?P<expression>\"--?[a-zA-Z][\w-]+=?\")"
)
"""A program without a parser asks its own function: ``HasParameter(args, "-deep")``."""


@dataclass(frozen=True, slots=True)
class Call:
    """A call whose arguments hold names.

    ``callee`` is a regex for the whole text before the parenthesis, spaces left out. ``at`` is the position of the
    argument (negative from the end), ``keyword`` its names where it may be given by name (then ``at`` may be
    ``None``). ``shape`` says what of the argument counts: its ``value``, the ``keys`` of a dictionary there, all
    ``strings`` in it, or the ``rest`` of the arguments from ``at`` on. ``least`` is the fewest arguments, ``only``
    a regex for names that count, ``needs`` one that the file must hold. Hidden flags are left out: ``unless``
    is a regex that the arguments must not hold, ``unless_chained`` one for the calls that go on from it.
    """

    callee: str
    kind: ItemKind = ItemKind.ENV_VAR
    at: int | None = 0
    keyword: tuple[str, ...] = ()
    spelling: Spelling = each
    shape: str = "value"
    least: int = 0
    only: str = ""
    needs: str = ""
    unless: str = ""
    unless_chained: str = ""


@dataclass(frozen=True, slots=True)
class Access:
    """A node whose text (spaces left out) holds a name: ``name`` literally, or ``expression`` to be evaluated."""

    node: str
    text: str
    kind: ItemKind = ItemKind.ENV_VAR
    spelling: Spelling = each
    only: str = ""
    needs: str = ""


@dataclass(frozen=True, slots=True)
class Text:
    """A form found by its text alone, outside comments and literals: ``name``, ``expression``, ``listed`` or ``names``.

    ``names`` is a part of the text whose every match of ``within`` is a name, ``listed`` are expressions with commas.
    """

    text: str
    kind: ItemKind = ItemKind.ENV_VAR
    spelling: Spelling = each
    within: str = r"[A-Z][A-Z0-9_]*"
    only: str = ""
    needs: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """One whole parsed file, for the few things that a table can't say."""

    path: str
    text: str
    parsed: Callable[[], Node]
    bound: Callable[[], Mapping[str, str]]

    @property
    def root(self) -> Node:
        """The whole file's node; parsed when first asked for."""
        return self.parsed()

    @property
    def constants(self) -> Mapping[str, str]:
        """Names that stand for one text; looked for when first asked."""
        return self.bound()


@dataclass(frozen=True, slots=True)
class Found:
    """A name and the character where it stands."""

    kind: ItemKind
    named: Named
    start: int
    is_told: bool = False


Special = Callable[[Source], Iterator[Found]]
Prefixes = Callable[[Source], Iterator[tuple[range, str]]]
"""Places in which every name of a variable begins with the same text."""


def no_prefixes(_source: Source) -> Iterator[tuple[range, str]]:
    return iter(())


def whole(_path: str, text: str) -> str:
    return text


@dataclass(frozen=True, slots=True)
class Family:
    """One language family. ``grammars`` maps the ends of file names to ast-grep's languages."""

    kind: str
    grammars: Mapping[str, str]
    hint: re.Pattern[bytes]
    """A file whose bytes don't match is never parsed."""
    calls: tuple[Call, ...] = ()
    accesses: tuple[Access, ...] = ()
    texts: tuple[Text, ...] = ()
    specials: tuple[Special, ...] = ()
    prefixes: Prefixes = no_prefixes
    call_nodes: tuple[str, ...] = ()
    argument_nodes: tuple[str, ...] = ("arguments", "argument_list")
    functions: tuple[str, ...] = ()
    chains: tuple[str, ...] = ()
    """Nodes between a call and the call that goes on from it: ``a.b("x").c()``."""
    quiet: tuple[str, ...] = ("comment",)
    """Nodes whose text is no code."""
    strings: tuple[str, ...] = ("string",)
    writes: tuple[str, ...] = ()
    """Nodes whose first child is written to, or that delete their child."""
    aliases: tuple[str, ...] = ()
    """Regexes whose ``alias`` is one more name for the environment; ``ALIAS`` in callees and texts stands for all."""
    hides: tuple[str, ...] = ()
    """Regexes whose ``name`` is a flag that isn't shown to users."""
    parameter: str = r"^(?:\*{0,2}|\.\.\.)(?P<name>[A-Za-z_$][\w$]*)"
    constant: str = (
        r"(?P<name>[A-Za-z_$][\w$]*)\s*(?::[^=\n\"'`]+)?=\s*"
        r"(?P<value>[A-Za-z@]{0,2}(?:\"[^\"\n]*\"|'[^'\n]*'|`[^`\n]*`))"
    )
    definition: str = (
        r"\b(?:def|func|function|fn|fun|sub|defp)\s+(?:\([^)]*\)\s*)?(?:\w+\.)?NAME\b|\bNAME\b[^=(]*(?<![=!<>])=(?!=)"
    )
    loops: tuple[str, ...] = ()
    code: Callable[[str, str], str] = whole
    """From path and text to the code in it, at the same places."""
    filenames: tuple[str, ...] = field(default=())
    interpreter: str = ""
    """What the first line of a script without a suffix names."""
