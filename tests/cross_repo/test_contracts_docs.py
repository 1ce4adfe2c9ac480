"""docs/contracts.md names every type and every rule."""

import re
from pathlib import Path

from driftguard.registry import discover

ROOT = Path(__file__).parents[2]
DOCS = (ROOT / "docs" / "contracts.md").read_text(encoding="utf-8")
RULE = re.compile(r'"((?:[a-z]+-)+[a-z]+)"')
NO_RULES = {"x-driftguard-role", "utf-8-sig", "logical-type-mismatch"}
"""Words with a hyphen that the differs use for something else."""


def test_every_type_has_its_line_and_its_section() -> None:
    for kind in discover("driftguard.cross_repo.contracts", "DIFFER"):
        assert f"| `{kind}` |" in DOCS
        assert kind == "openapi" or f"\n## {kind}\n" in DOCS, "OpenAPI has a page of its own"


def test_every_rule_that_the_differs_write_out_is_named() -> None:
    rooms = ROOT / "driftguard" / "cross_repo"
    rules = {
        rule
        for path in rooms.rglob("*.py")
        if "openapi" not in path.relative_to(rooms).as_posix() and path.parent != rooms
        for rule in RULE.findall(path.read_text(encoding="utf-8"))
    }
    missing = sorted(rule for rule in rules - NO_RULES if rule not in DOCS)
    assert len(rules) > 90
    assert missing == []


def test_every_rule_that_the_tests_expect_is_named() -> None:
    expected = {
        rule
        for path in (ROOT / "tests" / "cross_repo" / "contracts").glob("test_*.py")
        for rule in re.findall(r"\b(?:breaking|dangerous|info) ([A-Za-z]+(?:[-_][A-Za-z]+)+)", path.read_text("utf-8"))
    }
    assert len(expected) > 80
    assert sorted(rule for rule in expected if f"`{rule}`" not in DOCS) == []
