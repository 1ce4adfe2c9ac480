"""Patterns as people write them in .gitignore."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from driftguard.globs import Globs


@pytest.mark.parametrize(
    ("pattern", "yes", "no"),
    [
        ("README*", ["README.md", "docs/README.rst", "README"], ["docs/readme.md", "AREADME"]),
        ("docs/**", ["docs/a.md", "docs/a/b.md"], ["docs", "xdocs/a.md", "a/docs/b.md"]),
        ("**/*.md", ["a.md", "a/b/c.md"], ["a.mdx", "md"]),
        ("/setup.py", ["setup.py"], []),
        ("api/", ["api/a", "api/b/c"], ["api"]),
        ("a?c", ["abc", "x/abc"], ["ac", "a/c"]),
        ("[ab].txt", ["a.txt", "d/b.txt"], ["c.txt"]),
        ("[!ab].txt", ["c.txt"], ["a.txt"]),
        ("a.b", ["a.b"], ["axb"]),
        ("**/x/**", ["x/y", "a/x/y"], ["x", "xx/y"]),
    ],
)
def test_a_pattern_takes_these_and_not_those(pattern: str, yes: list[str], no: list[str]) -> None:
    globs = Globs((pattern,))
    assert globs.select(yes) == yes
    assert globs.select(no) == []


def test_no_patterns_take_nothing() -> None:
    assert not Globs(()).match("")
    assert not Globs(()).match("a")


@given(st.text(max_size=20), st.text(max_size=20))
def test_any_pattern_compiles_and_a_plain_name_takes_itself(pattern: str, path: str) -> None:
    Globs((pattern or "x",)).match(path)
