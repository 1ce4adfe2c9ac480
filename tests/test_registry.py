"""Discovery: one file, one kind; two files of one kind fail at start-up."""

import sys
from pathlib import Path

import pytest

from driftguard.registry import DuplicateKind, discover


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "shapes"
    folder.mkdir()
    (folder / "__init__.py").write_text("")
    monkeypatch.syspath_prepend(tmp_path)
    for name in [name for name in sys.modules if name.split(".")[0] == "shapes"]:
        monkeypatch.delitem(sys.modules, name)
    return folder


def shape(folder: Path, file: str, kind: str) -> None:
    (folder / file).write_text(f"class Shape:\n    kind = {kind!r}\n\nSHAPE = Shape\n")


def test_each_file_s_constant_is_found_under_its_kind_and_files_without_one_are_passed_over(package: Path) -> None:
    shape(package, "square.py", "square")
    shape(package, "circle.py", "circle")
    (package / "notes.py").write_text("")
    assert sorted(discover("shapes", "SHAPE")) == ["circle", "square"]


def test_two_files_of_one_kind_fail_at_start_up(package: Path) -> None:
    shape(package, "square.py", "square")
    shape(package, "box.py", "square")
    with pytest.raises(DuplicateKind, match="'square'"):
        discover("shapes", "SHAPE")
