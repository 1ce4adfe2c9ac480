"""Every form that a detector knows, one snippet each: what it asks of users, and what it doesn't."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from driftguard.ai_sync.items import Known, is_bare
from driftguard.registry import discover

FORMS = yaml.safe_load((Path(__file__).parent / "forms.yaml").read_text(encoding="utf-8"))
CASES = [(case["file"], case["code"], case.get("asks", {})) for case in FORMS]
DETECTORS = discover("driftguard.ai_sync.detectors", "DETECTOR")


def asked(path: str, code: str) -> dict[str, list[str]]:
    """As the catalogue asks: the first detector by name, or all of them where a name says nothing."""
    claiming = [detector for detector in DETECTORS.values() if detector.claims(path)]
    found: dict[str, set[str]] = {}
    for detector in claiming if is_bare(path) else claiming[:1]:
        items = detector.extract(path, code, Known()).items
        assert detector.might_hold(code.encode()) or not items
        for item in (item for item in items if not item.is_told):
            found.setdefault(item.kind.value, set()).add(item.name)
    return {kind: sorted(names) for kind, names in found.items()}


@pytest.mark.parametrize(("path", "code", "asks"), CASES, ids=[f"{n}-{case[0]}" for n, case in enumerate(CASES)])
def test_a_form_asks_for_what_it_says(path: str, code: str, asks: dict[str, list[str]]) -> None:
    assert asked(path, code) == {kind: sorted(map(str, names)) for kind, names in asks.items()}


def test_each_language_family_has_forms_here() -> None:
    claimed = {
        next(kind for kind, detector in DETECTORS.items() if detector.claims(path))
        for path, _, _ in CASES
        if not is_bare(path) or path == "Dockerfile"
    }
    assert claimed == set(DETECTORS)


@pytest.mark.parametrize("kind", sorted(DETECTORS))
def test_text_that_is_no_code_is_survived(kind: str) -> None:
    detector = DETECTORS[kind]
    name = detector.pathspecs[0].replace("*", "x")
    for text in ("", "\0\0", "{{{{ ((( \"'`", "é€😀 " * 50, "a" * 5000, "getenv(", "process.env.", "${", "ENV["):
        detector.extract(name, text, Known())
