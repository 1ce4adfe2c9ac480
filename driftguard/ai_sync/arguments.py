"""The arguments of calls: which of them a form or a function that passes on speaks of."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from driftguard.ai_sync.items import HOLE, Helper
from driftguard.ai_sync.rules import Call
from driftguard.ai_sync.syntax import keyword

_LOUD_NAME = re.compile(rb"\(\s*[\"'][A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+[\"']")
_CALLED = re.compile(rb"\b(?P<name>[A-Za-z_]\w*)!?(?:<[\w, ]+>)?\Z")
_LONGEST = 200
"""Bytes of a name and its type arguments."""
_TENTATIVE = re.compile(
    rb"(?i:env|conf|setting|param|flag|opt|must|require|secret|get|lookup|read|load|fetch|default|bool|int|str)"
)


def tentative(source: bytes) -> Iterator[str]:
    """Functions whose calls may turn out to read the environment, once it is known what they do."""
    for match in _LOUD_NAME.finditer(source):
        called = _CALLED.search(source[max(match.start() - _LONGEST, 0) : match.start()])
        if called and _TENTATIVE.search(called["name"]):
            yield called["name"].decode()


def arguments_of(call: Call, arguments: Sequence[str]) -> Iterator[str]:
    positional = []
    for text in arguments:
        name, value = keyword(text)
        if name in call.keyword:
            yield value
            return
        if not name:
            positional.append(text)
    if call.at is None:
        return
    if call.shape == "rest":
        yield from positional[call.at :]
    elif -len(positional) <= call.at < len(positional):
        yield positional[call.at]


def handed_to(helper: Helper, arguments: Sequence[str]) -> tuple[str, ...]:
    """What a call gives to the parameter that ``helper`` passes on."""
    positional = []
    for text in arguments:
        name, value = keyword(text)
        if name == helper.parameter:
            return (value,)
        if not name:
            positional.append(text)
    return tuple(positional[helper.at :] if helper.takes == "rest" else positional[helper.at : helper.at + 1])


def through(helper: Helper, expression: str) -> str:
    """What the template makes of an expression, as an expression."""
    loud = HOLE.upper() in helper.template
    before, _, after = helper.template.partition(HOLE.upper() if loud else HOLE)
    middle = f"({expression}).upper().replace('.-', '_')" if loud else expression
    return " + ".join(part for part in (before and f'"{before}"', middle, after and f'"{after}"') if part)
