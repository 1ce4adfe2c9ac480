"""Python packages: what griffe calls a break, how functions are called, and that nothing of them is run."""

from pathlib import Path

import pytest
from stage.contracts import diff, told, words

from driftguard.cross_repo.contracts.changes import Unreadable

BASE = """\
from dataclasses import dataclass
LIMIT = 3
class Base:
    pass
class Client(Base):
    def get(self, path, timeout=1, *, retries=2) -> int:
        return 1
    @staticmethod
    def make():
        pass
    def _private(self, a):
        pass
def load(name, *rest):
    pass
@dataclass
class Point:
    x: int
"""

PAIRS: list[tuple[str, str, str, str]] = [
    ("function removed", "def load(name, *rest):\n    pass\n", "", "breaking object-removed"),
    ("attribute removed", "LIMIT = 3\n", "", "breaking object-removed"),
    ("base removed", "Client(Base)", "Client", "breaking class-removed-base"),
    ("parameter removed", "path, timeout=1, ", "path, ", "breaking parameter-removed"),
    ("parameter moved", "path, timeout=1", "timeout=1, path=2", "breaking parameter-moved"),
    ("parameter kind", "path, timeout=1, *, retries", "path, *, timeout=1, retries", "breaking parameter-changed-kind"),
    ("parameter required", "retries=2", "retries", "breaking parameter-changed-required"),
    ("parameter added", "name, *rest", "name, kind, *rest", "breaking parameter-added-required"),
    ("another kind", "def load(name, *rest):\n    pass\n", "load = 3\n", "breaking object-changed-kind"),
    ("async", "def load", "async def load", "breaking call-changed"),
    ("static", "    @staticmethod\n    def make()", "    def make()", "breaking call-changed"),
    ("dataclass field", "x: int", "x: int\n    y: int", "breaking parameter-added-required, info object-added"),
    ("default", "timeout=1", "timeout=5", "dangerous parameter-changed-default"),
    ("return type gone", " -> int", "", "dangerous return-changed-type"),
    ("return type", "-> int", "-> str", "dangerous return-changed-type"),
    ("constant", "LIMIT = 3", "LIMIT = 4", "dangerous attribute-changed-value"),
    ("type of a field", "x: int", "x: str", "dangerous attribute-changed-type, dangerous parameter-changed-type"),
    ("function added", "LIMIT = 3", "LIMIT = 3\ndef more(a): pass", "info object-added"),
    ("method added", "    def _private", "    def more(self): pass\n    def _private", "info object-added"),
]

HARMLESS = [
    ("optional parameter", "retries=2", "retries=2, more=3"),
    ("private", "_private(self, a)", "_private(self)"),
    ("body", "return 1", "return 2"),
    ("docstring", "    pass\nclass Client", '    """Words."""\nclass Client'),
    ("private name", "LIMIT = 3", "LIMIT = 3\n_more = 1"),
]


def test_what_all_names_no_longer_is_said_and_what_a_call_makes_is_no_constant() -> None:
    old = '__all__ = ["f", "g"]\nX = object()\n__version__ = "1"\ndef f(): ...\ndef g(): ...\n'
    new = old.replace('"f", ', "").replace("object()", "dict()").replace('"1"', '"2"')
    assert told("python", {"a.py": old}, {"a.py": new}) == {"dangerous object-not-exported"}
    assert told("python", {"a.py": new}, {"a.py": old}) == set()


def package(text: str) -> dict[str, str]:
    return {"src/pkg/__init__.py": "from pkg.core import Client\n", "src/pkg/core.py": text}


@pytest.mark.parametrize(("was", "now", "expected"), [row[1:] for row in PAIRS], ids=[row[0] for row in PAIRS])
def test_each_kind_of_change(was: str, now: str, expected: str) -> None:
    assert was in BASE
    changed = BASE.replace(was, now)
    assert words(expected) <= told("python", package(BASE), package(changed))
    levels = {change.level for change in diff("python", package(BASE), package(changed))}
    assert levels <= {words.split()[0] for words in expected.split(", ")} | {"dangerous"}


@pytest.mark.parametrize(("was", "now"), [row[1:] for row in HARMLESS], ids=[row[0] for row in HARMLESS])
def test_what_nobody_outside_sees_is_no_change(was: str, now: str) -> None:
    assert was in BASE
    assert told("python", package(BASE), package(BASE.replace(was, now))) == set()


def test_a_change_has_its_file_and_line() -> None:
    (change,) = diff("python", package(BASE), package(BASE.replace("name, *rest", "name, kind, *rest")))
    assert (change.location, change.path) == ("pkg.core.load", "src/pkg/core.py")
    assert BASE.splitlines()[change.line - 1].startswith("def load")


def test_what_all_doesn_t_name_is_private() -> None:
    old = {"a.py": "__all__ = ['f']\ndef f(): pass\ndef g(): pass\n"}
    assert told("python", old, {"a.py": "__all__ = ['f']\ndef f(): pass\n"}) == set()
    assert "breaking object-removed" in told("python", old, {"a.py": "__all__ = []\ndef g(): pass\n"})


def test_the_package_s_own_directory_and_a_lone_module_are_contracts_too() -> None:
    inside = {"__init__.py": "", "core.py": "def f(a): pass\n", "sub/__init__.py": "", "sub/x.py": "def g(): pass\n"}
    changed = inside | {"core.py": "def f(a, b): pass\n", "sub/x.py": ""}
    assert told("python", inside, changed) == {"breaking parameter-added-required", "breaking object-removed"}
    (change,) = diff("python", {"v1.py": "def f(): pass"}, {"v2.py": "def f(a): pass"})
    assert (change.location, change.path) == ("f", "v2.py")


def test_modules_that_come_and_go() -> None:
    more = package(BASE) | {"src/pkg/more.py": "def f(): pass\n"}
    assert told("python", package(BASE), more) == {"info object-added"}
    assert told("python", more, package(BASE)) == {"breaking object-removed"}
    assert told("python", package(BASE), {}) == {"breaking contract-removed"}


def test_nothing_of_a_contract_is_ever_run(tmp_path: Path) -> None:
    mark = tmp_path / "ran"
    evil = f"import pathlib\npathlib.Path({str(mark)!r}).touch()\ndef f(): pass\n"
    assert told("python", {"a.py": evil, "b.py": ""}, {"a.py": f"{evil}\ndef g(): pass", "b.py": ""}) == {
        "info object-added"
    }
    assert not mark.exists()


@pytest.mark.parametrize(
    ("text", "place"),
    [("def f(:\n", (1, 7)), ("x = (\n", (1, 5)), ("a\n  b\n", (2, 2)), (b"\xff", (1, 1)), ("\0", (1, 1))],
)
def test_what_is_no_python_is_refused_at_its_place(text: str | bytes, place: tuple[int, int]) -> None:
    for old, new in (("", text), (text, "")):
        with pytest.raises(Unreadable) as refused:
            diff("python", {"a.py": old}, {"a.py": new})
        assert (refused.value.path, refused.value.line, refused.value.column) == ("a.py", *place)
