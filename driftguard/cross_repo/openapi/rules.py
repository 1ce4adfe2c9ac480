"""The rules, as data: ``rules.tsv`` gives each id its level, whose rule it is, and its message.

Ids and levels are those of oasdiff (https://github.com/oasdiff/oasdiff), so that people's ignore lists carry over; a
rule marked ``own`` covers what that list passes over. A test keeps docs/openapi-rules.md in step.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from types import MappingProxyType

from driftguard.cross_repo.contracts.changes import Level

# Ids whose scope is called otherwise than the scopes here.
_ALIASES = MappingProxyType(
    {
        "response-body-enum-value-removed": "response-mediatype-enum-value-removed",
        "request-property-invalid-stability-level": "api-invalid-stability-level",
        "response-property-invalid-stability-level": "api-invalid-stability-level",
    }
)
# What nobody sends or gets can't break anybody: the same fact about such a property has an id of its own, or none.
_HIDDEN = MappingProxyType(
    {
        "request-property": "request-read-only-property",
        "response-property": "response-write-only-property",
    }
)


@dataclass(frozen=True, slots=True)
class Rule:
    """``source`` is ``oasdiff`` or ``own``; ``message`` a template with {what}, {old}, {new}."""

    id: str
    level: Level
    source: str
    message: str


def _load() -> Mapping[str, Rule]:
    text = resources.files(__package__).joinpath("rules.tsv").read_text("utf-8")
    rows = [line.split("\t") for line in text.splitlines()[1:]]
    return MappingProxyType({name: Rule(name, Level(level), source, message) for name, level, source, message in rows})


RULES = _load()

# Ids of the list that can't fire: a minItems that isn't there is zero, so that it is only ever raised or lowered.
NEVER = frozenset(
    (
        "request-parameter-min-items-set",
        "request-body-min-items-set",
        "request-property-min-items-set",
        "response-body-min-items-unset",
        "response-property-min-items-unset",
    )
)


def rule_for(scope: str, word: str, *, hidden: bool) -> str | None:
    """The id of the rule that a fact falls under at a place of this scope, or ``None``."""
    if hidden:
        variant = f"{_HIDDEN.get(scope, scope)}-{word}"
        if variant in RULES and variant != f"{scope}-{word}":
            return variant
    for tried in (
        f"{scope}-{word}",
        f"{scope.replace('request-header-property', 'request-parameter-property')}-{word}",
    ):
        rule = _ALIASES.get(tried, tried)
        if rule in RULES:
            return rule if not hidden or RULES[rule].level is Level.INFO else None
    return None
