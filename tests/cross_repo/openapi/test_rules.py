"""Each rule fires, at its level, on a small pair of documents made for it; the list is the one that the docs show."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from cross_repo.openapi.documents import LENIENT, STRICT, at, changes, load, verdicts, version

from driftguard.cross_repo.openapi.__main__ import table
from driftguard.cross_repo.openapi.compare import compare
from driftguard.cross_repo.openapi.rules import NEVER, RULES

SCHEMAS, TYPES, OPERATIONS = load("schemas.yaml"), load("types.yaml"), load("operations.yaml")
SCOPES = {
    "request-read-only-property": ("request-property", {"readOnly": True}),
    "response-write-only-property": ("response-property", {"writeOnly": True}),
    "response-mediatype": ("response-body", {}),
    **{
        scope: (scope, {})
        for scope in (
            "request-parameter-property",
            "request-header-property",
            "response-header",
            "request-parameter",
            "request-property",
            "request-body",
            "response-property",
            "response-body",
        )
    },
}
ROOTED = {"contract-added", "contract-removed", "remote-ref-not-followed"}
OFFICE = Path(__file__).parents[3]


def pair(rule: str) -> tuple[Any, Any]:
    """The two documents made for a rule."""
    if rule in OPERATIONS:
        case = OPERATIONS[rule]
        return at(case["at"], case["old"]), at(case["at"], case["new"])
    if rule in TYPES:
        old, new, *media = TYPES[rule]
        place = next(scope for scope in SCOPES if rule.startswith(f"{scope}-"))
        return at(place, old, *media), at(place, new, *media)
    if modes := modes_of(rule):
        return modes
    for scope, (place, beside) in SCOPES.items():
        word = rule.removeprefix(f"{scope}-")
        if word != rule and word in SCHEMAS:
            old, new = SCHEMAS[word]
            return at(place, {**old, **beside}), at(place, {**new, **beside})
    raise LookupError(rule)


def modes_of(rule: str) -> tuple[Any, Any] | None:
    """Properties that became readOnly or writeOnly, or stopped being so."""
    for turn, (before, after) in {
        "became-not-read-only": ({"readOnly": True}, {}),
        "became-read-only": ({}, {"readOnly": True}),
        "became-not-write-only": ({"writeOnly": True}, {}),
        "became-write-only": ({}, {"writeOnly": True}),
    }.items():
        if rule.endswith(f"-property-{turn}"):
            required = {"required": ["a"]} if "-required-" in rule else {}
            place = "request-body" if rule.startswith("request") else "response-body"
            return at(place, {"properties": {"a": before}, **required}), at(
                place, {"properties": {"a": after}, **required}
            )
    return None


def symmetric(rule: str) -> bool:
    """Rules that mean any change, whichever way."""
    return rule.endswith(("-changed", "api-operation-id-removed", "api-invalid-stability-level"))


@pytest.mark.parametrize("rule", sorted(RULES.keys() - NEVER - ROOTED))
def test_the_rule_fires_on_its_pair_at_its_level(rule: str) -> None:
    old, new = pair(rule)
    strict = OPERATIONS.get(rule, {}).get("strict") or rule.endswith(("sunset-missing", "sunset-date-too-small"))
    found = verdicts(changes(old, new, STRICT if strict else LENIENT))
    assert found.get(rule) == RULES[rule].level


@pytest.mark.parametrize("rule", [rule for rule in sorted(RULES.keys() - NEVER - ROOTED) if not symmetric(rule)])
def test_the_rule_does_not_fire_the_other_way_round(rule: str) -> None:
    old, new = pair(rule)
    assert rule not in verdicts(changes(new, old))


def test_a_document_that_came_or_went_is_said() -> None:
    there, empty = version({"api.json": at("document", {})}), version({})
    assert verdicts(compare(empty, there, LENIENT)) == {"contract-added": "info"}
    assert verdicts(compare(there, empty, LENIENT)) == {"contract-removed": "breaking"}


@pytest.mark.parametrize("rule", sorted(NEVER))
def test_a_bound_that_counts_as_zero_where_it_is_missing_is_never_set_or_unset(rule: str) -> None:
    """Oasdiff lists these ids, too, and reports ``increased`` and ``decreased`` instead, as we do."""
    scope, _, turn = rule.partition("-min-items-")
    word = "increased" if turn == "set" else "decreased"
    old, new = pair(f"{scope}-min-items-{word}")
    found = verdicts(changes(old, new))
    assert rule not in found
    assert f"{scope}-min-items-{word}" in found


def test_the_page_in_the_docs_is_what_the_command_prints() -> None:
    """python -m driftguard.cross_repo.openapi > docs/openapi-rules.md"""  # noqa: D400, D403, D415 - a command
    assert (OFFICE / "docs" / "openapi-rules.md").read_text("utf-8") == table()


def test_oasdiff_s_list_is_there_whole() -> None:
    """213 errors, 30 warnings and 266 notes, as of August 2026."""
    levels = [rule.level for rule in RULES.values() if rule.source == "oasdiff"]
    assert {level: levels.count(level) for level in set(levels)} == {"breaking": 213, "dangerous": 30, "info": 266}
