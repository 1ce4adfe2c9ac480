"""Answers kept on disk."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from driftguard.ai_sync import answers
from driftguard.ai_sync.answers import Answers, key
from driftguard.ai_sync.claims import Claim

CLAIM = Claim(
    doc_path="a.md",
    quote="caf\u00e9 \ud800",
    problem="missing",
    why="x",
    code_path="a.py",
    code_line=1,
    code_side="added",
    confidence=1.0,
)


def test_what_is_put_is_got(tmp_path: Path) -> None:
    kept = Answers.at(str(tmp_path / "deep" / "cache"))
    plain = CLAIM.model_copy(update={"quote": "caf\u00e9"})
    kept.put("a", [plain])
    kept.put("b", [])
    assert (kept.get("a"), kept.get("b"), kept.get("c")) == ((plain,), (), None)


def test_what_can_t_be_written_is_not_kept_and_leaves_nothing_behind(tmp_path: Path) -> None:
    kept = Answers.at(str(tmp_path))
    kept.put("a", [CLAIM])
    assert kept.get("a") is None
    assert list(tmp_path.iterdir()) == []


def test_nobody_else_can_read_them(tmp_path: Path) -> None:
    kept = Answers.at(str(tmp_path / "cache"))
    kept.put("a", [])
    assert (tmp_path / "cache").stat().st_mode & 0o077 == 0
    assert (tmp_path / "cache" / "a.json").stat().st_mode & 0o077 == 0


def test_without_a_place_nothing_is_kept() -> None:
    kept = Answers.at("")
    kept.put("a", [])
    kept.prune()
    assert kept.get("a") is None


def test_the_home_directory_is_the_user_s(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    Answers.at("~/.cache/driftguard/ai").put("a", [])
    assert (tmp_path / ".cache" / "driftguard" / "ai" / "a.json").is_file()


def test_the_oldest_go_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answers, "MOST_KEPT", 2)
    kept = Answers.at(str(tmp_path))
    for age, name in enumerate(["new", "older", "oldest"]):
        kept.put(name, [])
        os.utime(tmp_path / f"{name}.json", (1000 - age, 1000 - age))
    kept.prune()
    assert sorted(path.stem for path in tmp_path.iterdir()) == ["new", "older"]


TEXTS = st.lists(st.text(alphabet="ab\0\ud800é", max_size=4), max_size=3)


@given(TEXTS, TEXTS)
def test_different_parts_have_different_keys(one: list[str], other: list[str]) -> None:
    assert (key(*one) == key(*other)) == (one == other)
