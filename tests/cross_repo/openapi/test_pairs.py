"""Pairs with a verdict: harmless ones, however they are rewritten, and breaking ones, however deep they lie."""

from __future__ import annotations

from typing import Any

import pytest
from cross_repo.openapi.documents import at, changes, load, merged

from driftguard.cross_repo.contracts.changes import Level

HARMLESS, BREAKING = load("harmless.yaml"), load("breaking.yaml")


def documents(case: dict[str, Any]) -> tuple[Any, Any]:
    media = case.get("media", "application/json")
    beside, (old, new) = case.get("beside", {}), case.get("with", ({}, {}))
    left, right = at(case["at"], case["old"], media), at(case["at"], case["new"], media)
    return merged(merged(left, beside), old), merged(merged(right, beside), new)


@pytest.mark.parametrize("name", HARMLESS)
def test_it_breaks_nobody(name: str) -> None:
    case = HARMLESS[name]
    found = changes(*documents(case))
    assert [change for change in found if change.level is not Level.INFO] == []
    if "says" in case:
        assert [change.rule for change in found] == case["says"]


@pytest.mark.parametrize("name", BREAKING)
def test_it_is_found(name: str) -> None:
    case = BREAKING[name]
    found = changes(*documents(case))
    assert {change.rule: str(change.level) for change in found if change.level is not Level.INFO} == case["finds"]


def test_there_are_enough_of_both() -> None:
    """The figures that the docs claim."""
    assert len(HARMLESS) >= 100
    assert len(BREAKING) >= 30
