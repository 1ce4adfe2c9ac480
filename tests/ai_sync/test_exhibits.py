"""The change as the judge sees it: the same lines that git calls changed, numbered as they stand."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stage.change import change, commit

from driftguard.ai_sync.exhibits import LONGEST_LINE, PIECE, Exhibit, aligned, exhibits
from driftguard.clients.git import GitTree
from driftguard.policy import AiSync

LINES = st.lists(st.sampled_from(["a", "b", "c", "", "}"]), max_size=12)


def seen(directory: Path, *commits: str) -> list[Exhibit]:
    with GitTree.open(directory) as tree:
        return exhibits(tree, AiSync(), commits[0], commits[-1])


@given(LINES, LINES, st.data())
def test_both_files_can_be_read_back_from_the_lines(kept: list[str], gone: list[str], data: st.DataObject) -> None:
    """Whatever was removed and added in between, context is in both, + only at head, - only at base."""
    base, head, added = list[str](), list[str](), set[int]()
    for text in kept:
        base += data.draw(st.lists(st.sampled_from(gone or ["x"]), max_size=2))
        for fresh in data.draw(LINES.filter(lambda lines: len(lines) < 3)):
            head.append(fresh)
            added.add(len(head))
        base.append(text)
        head.append(text)
    lines = list(aligned(base, head, frozenset(added)))
    assert [line.text for line in lines if line.mark != "-"] == head
    assert [line.text for line in lines if line.mark != "+"] == base
    assert {line.number for line in lines if line.mark == "+"} == added


@settings(max_examples=15)
@given(st.lists(st.lists(st.sampled_from("abc"), max_size=8), min_size=2, max_size=4))
def test_added_lines_are_git_s_own(tmp_path_factory: pytest.TempPathFactory, versions: list[list[str]]) -> None:
    directory = tmp_path_factory.mktemp("repo")
    files = [{"app.py": "\n".join(version)} for version in versions]
    commits = change(directory, files[0], *files[1:])
    with GitTree.open(directory) as tree:
        added = tree.added_lines(commits[0], commits[-1], ["app.py"]).get("app.py", frozenset())
        found = exhibits(tree, AiSync(), commits[0], commits[-1])
    assert frozenset[int]().union(*(exhibit.numbers("+") for exhibit in found)) == added


def test_a_new_a_deleted_and_a_renamed_file(tmp_path: Path) -> None:
    body = "".join(f"line {number}\n" for number in range(20))
    commits = change(
        tmp_path,
        {"gone.py": "x = 1\n", "old.py": body},
        {"gone.py": None, "old.py": None, "new.py": body.replace("line 9\n", "line nine\n"), "fresh.py": "y = 2\n"},
    )
    found = {exhibit.path: exhibit for exhibit in seen(tmp_path, *commits)}
    assert found["gone.py"].text == "     1 - x = 1"
    assert found["fresh.py"].text == "     1 + y = 2"
    assert (found["new.py"].numbers("+"), found["new.py"].numbers("-")) == (frozenset({10}), frozenset({10}))
    assert "old.py" not in found


def test_documentation_changelogs_binaries_and_mere_modes_are_no_exhibits(tmp_path: Path) -> None:
    commits = change(tmp_path, {"run.sh": "true\n"}, {"docs/a.md": "a\n", "CHANGELOG.md": "b\n", "x.bin": "\0\n"})
    (tmp_path / "run.sh").chmod(0o755)
    assert seen(tmp_path, commits[0], commit(tmp_path, {})) == []


def test_three_lines_around_a_change_are_shown(tmp_path: Path) -> None:
    body = [f"line {number}" for number in range(1, 31)]
    after = [*body[:14], "changed", *body[15:]]
    (exhibit,) = seen(tmp_path, *change(tmp_path, {"a.py": "\n".join(body)}, {"a.py": "\n".join(after)}))
    assert [line.number for line in exhibit.lines if line.mark == " "] == [12, 13, 14, 16, 17, 18]


def test_a_large_change_is_several_exhibits_with_every_line_in_one(tmp_path: Path) -> None:
    body = "".join(f"value_{number} = {number}\n" for number in range(3000))
    found = seen(tmp_path, *change(tmp_path, {"a.py": ""}, {"a.py": body}))
    assert len(found) > 3
    assert all(len(exhibit.text) <= PIECE for exhibit in found)
    assert [line.number for exhibit in found for line in exhibit.lines] == list(range(1, 3001))


def test_a_very_long_line_is_cut(tmp_path: Path) -> None:
    (exhibit,) = seen(tmp_path, *change(tmp_path, {"a.js": ""}, {"a.js": "x" * 100_000}))
    assert len(exhibit.text) < LONGEST_LINE + 20
