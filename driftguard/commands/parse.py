"""What a comment asks for. Pure: text in, one command out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta

from driftguard.forge import Scope
from driftguard.policy import parse_duration

WORD = "/driftguard"
LONGEST_REASON = 500
"""Characters of a reason that are kept."""

_REPO = re.compile(r"(?!\.+/)[\w.-]{1,100}/(?!\.+$)[\w.-]{1,100}", re.ASCII)


@dataclass(frozen=True, slots=True)
class SetAside:
    """``override``: ``span`` is what ``for 48h`` asks for, ``None`` where nothing was said."""

    scope: Scope
    why: str
    span: timedelta | None = None
    consumer: str = ""


@dataclass(frozen=True, slots=True)
class Recheck:
    """``recheck``."""


@dataclass(frozen=True, slots=True)
class Keep:
    """``keep 48h``."""

    span: timedelta


@dataclass(frozen=True, slots=True)
class Help:
    """``help``, or nothing after the word."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """Something that begins like a command; ``why`` says what is wrong with it."""

    why: str


Command = SetAside | Recheck | Keep | Help | Unknown


def parse(body: str) -> Command | None:
    """The command on the first line of ``body``; ``None`` if that line is none.

    Only the first line counts, from its first character on: a quotation, a code block, or a command that stands in the
    middle of a conversation asks for nothing.
    """
    line = body.partition("\n")[0].rstrip("\r")
    words = line.split()
    if not line.startswith(WORD) or words[0] != WORD:
        return None
    verb, rest = (words[1].lower() if len(words) > 1 else "help"), words[2:]
    if verb in ("help", "recheck") and not rest:
        return Help() if verb == "help" else Recheck()
    if verb == "keep":
        return _keep(rest)
    if verb == "override":
        return _set_aside(rest)
    return Unknown(f"'{_short(' '.join(words[1:]))}' is not a command")


def _keep(words: list[str]) -> Command:
    if len(words) != 1:
        return Unknown("keep needs a duration and nothing else: keep 48h")
    try:
        return Keep(parse_duration(words[0]))
    except ValueError as error:
        return Unknown(_short(str(error)))


def _set_aside(words: list[str]) -> Command:
    scopes = {scope.value: scope for scope in (Scope.DOCS, Scope.CONTRACTS, Scope.CONSUMER)}
    scope = scopes.get(words[0].lower()) if words else None
    if scope is None:
        return Unknown("override needs to say what: docs, contracts, or cross-repo owner/repo")
    rest = words[1:]
    consumer = ""
    if scope is Scope.CONSUMER:
        consumer, rest = (rest[0], rest[1:]) if rest else ("", rest)
        if not _REPO.fullmatch(consumer):
            return Unknown("override cross-repo needs the consumer: override cross-repo owner/repo <reason>")
    try:
        span, rest = _span(rest)
    except ValueError as error:
        return Unknown(_short(str(error)))
    why = " ".join(rest)
    if not re.search(r"\w", why):
        return Unknown("an override needs a reason: whoever reads the audit wants to know why")
    return SetAside(scope, why[:LONGEST_REASON], span, consumer)


def _span(words: list[str]) -> tuple[timedelta | None, list[str]]:
    """``for 48h`` right after what is overridden. A sentence may begin with 'for' too: then no digit follows."""
    if len(words) > 1 and words[0].lower() == "for" and words[1][:1].isdigit():
        return parse_duration(words[1]), words[2:]
    return None, words


def _short(text: str) -> str:
    return text if len(text) <= 120 else f"{text[:119]}…"  # noqa: PLR2004 - a line's length
