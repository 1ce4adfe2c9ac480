"""Real repositories, read from their objects; nothing of them is ever run."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from stage.repository import Repository

from driftguard.clients.git import MAX_FILE, GitTree
from driftguard.errors import NotFound, UsageError
from driftguard.ports import FileChange, WordHit

ODD = "odd é\t\"name\n'.py"


@pytest.fixture
def repo(tmp_path: Path) -> Repository:
    made = Repository.init(tmp_path / "repo")
    made.commit({"a.py": "one\ntwo\nthree\nfour\nfive\n", "docs/readme.md": "ALPHA beta\n", "gone.txt": "x\n"})
    return made


@pytest.fixture
def topic(repo: Repository) -> str:
    """A commit with a rename, an edit, a removal, a link and an odd name."""
    repo.git("checkout", "--quiet", "-b", "topic")
    (repo.path / "link").symlink_to("/etc/passwd")
    return repo.commit({"a.py": None, "b.py": "one\ntwo\nTHREE\nfour\nfive\n", ODD: "ALPHA\n", "gone.txt": None})


@pytest.fixture(params=["clone", "bare", "worktree"])
def tree(repo: Repository, topic: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[GitTree]:
    """The same history in three kinds of repository."""
    where = repo.path
    if request.param == "bare":
        where = repo.bare(tmp_path / "bare.git").path
    elif request.param == "worktree":
        where = tmp_path / "other"
        repo.git("worktree", "add", "--quiet", "--detach", str(where), topic)
    with GitTree.open(where) as opened:
        yield opened


def test_changes_between_commits_name_renames_and_leave_links_out(tree: GitTree) -> None:
    assert tree.changes("main", "topic") == [
        FileChange("R", "b.py", "a.py"),
        FileChange("D", "gone.txt", "gone.txt"),
        FileChange("A", ODD, ODD),
    ]


def test_added_lines_are_those_of_the_new_file(tree: GitTree) -> None:
    added = tree.added_lines("main", "topic", ["b.py", ODD])
    assert added == {"b.py": {3}, ODD: {1}}


def test_files_and_their_bytes_come_from_the_commit(tree: GitTree) -> None:
    assert set(tree.files("topic")) == {"b.py", "docs/readme.md", ODD}
    assert tree.read("main", "a.py") == b"one\ntwo\nthree\nfour\nfive\n"
    assert tree.read("topic", "a.py") is None
    assert tree.read("topic", "link") == b"/etc/passwd"
    assert dict(tree.read_many("topic", [ODD, "nothing", "docs"])) == {ODD: b"ALPHA\n"}


def test_search_finds_whole_words_only(tree: GitTree) -> None:
    assert list(tree.search("topic", ["ALPHA", "bet"])) == [
        WordHit("docs/readme.md", 1, "ALPHA beta"),
        WordHit(ODD, 1, "ALPHA"),
    ]
    assert list(tree.search("topic", ["ALPHA"], ["docs"])) == [WordHit("docs/readme.md", 1, "ALPHA beta")]
    assert list(tree.search("topic", [])) == []


def test_the_merge_base_is_where_the_two_parted(tree: GitTree, repo: Repository) -> None:
    assert tree.merge_base("main", "topic") == repo.git("rev-parse", "main")


def test_a_work_tree_counts_as_it_lies_on_disk(repo: Repository) -> None:
    repo.write({"a.py": "one\n2\n", "new.py": "x\ny\n", ".gitignore": "ignored\n", "ignored": "z"})
    (repo.path / "outside").symlink_to("/etc/hostname")
    with GitTree.open(repo.path) as tree:
        paths = [change.path for change in tree.changes("main", "")]
        assert paths == [".gitignore", "a.py", "new.py", "outside"]
        assert tree.read("", "new.py") == b"x\ny\n"
        assert tree.read("", "outside") is None
        assert tree.read("", "../repo/a.py") == b"one\n2\n"
        assert tree.added_lines("main", "", ["a.py", "new.py"]) == {"a.py": {2}, "new.py": {1, 2, 3}}
        assert [hit.path for hit in tree.search("", ["y"])] == ["new.py"]


def test_a_path_that_leads_out_of_the_work_tree_reads_nothing(repo: Repository, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("s")
    with GitTree.open(repo.path) as tree:
        assert tree.read("", "../secret") is None


def test_many_reads_pass_over_what_nobody_reviews_and_one_read_takes_it(repo: Repository) -> None:
    repo.commit({"big": b"x" * (MAX_FILE + 1)})
    with GitTree.open(repo.path) as tree:
        assert list(tree.read_many("main", ["big", "docs/readme.md"])) == [("docs/readme.md", b"ALPHA beta\n")]
        assert len(tree.read("main", "big") or b"") == MAX_FILE + 1


def test_nothing_that_a_repository_configures_is_run(repo: Repository, topic: str, tmp_path: Path) -> None:
    """Hooks, filters, diff drivers and monitors are all ways for a repository to run a command."""
    trap = f"touch {tmp_path / 'sprung'}; cat"
    repo.commit({".gitattributes": "* diff=evil filter=evil\n"})
    repo.write({"b.py": "changed\n"})
    for key in ("core.fsmonitor", "diff.external", "diff.evil.command", "diff.evil.textconv", "filter.evil.clean"):
        repo.git("config", key, trap)
    with GitTree.open(repo.path) as tree:
        tree.changes("main", "topic")
        tree.changes("main", "")
        tree.added_lines("main", "", ["b.py"])
        list(tree.search("", ["changed"]))
        tree.read("topic", "b.py")
    assert not (tmp_path / "sprung").exists()
    with suppress(subprocess.CalledProcessError):
        repo.git("diff")
    assert (tmp_path / "sprung").exists(), "the trap works"


def test_the_default_branch_is_origins_or_the_usual_name(repo: Repository, topic: str, tmp_path: Path) -> None:
    repo.git("clone", "--quiet", str(repo.path), str(tmp_path / "clone"))
    with GitTree.open(tmp_path / "clone") as clone, GitTree.open(repo.path) as original:
        assert clone.default_branch() == topic  # the clone's origin/HEAD: what was checked out there
        assert original.default_branch() == repo.git("rev-parse", "main")


def test_a_shallow_clone_says_what_it_needs(repo: Repository, topic: str, tmp_path: Path) -> None:
    repo.git("clone", "--quiet", "--depth=1", f"file://{repo.path}", str(tmp_path / "shallow"))
    with GitTree.open(tmp_path / "shallow") as tree, pytest.raises(NotFound, match="fetch-depth: 0"):
        tree.resolve(repo.git("rev-parse", "main"))


@pytest.mark.parametrize("revision", ["", "nowhere", "--all", "main:a.py", "HEAD\nmain"])
def test_what_is_no_commit_is_not_found(repo: Repository, revision: str) -> None:
    with GitTree.open(repo.path) as tree, pytest.raises(NotFound):
        tree.resolve(revision)


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("git@github.com:acme/shop.git", "acme/shop"),
        ("https://github.com/acme/shop", "acme/shop"),
        ("ssh://git@github.com/acme/shop.git/", "acme/shop"),
        ("", "local/repo"),
    ],
)
def test_the_repository_s_name_is_origin_s(repo: Repository, url: str, name: str) -> None:
    if url:
        repo.git("remote", "add", "origin", url)
    with GitTree.open(repo.path) as tree:
        assert tree.remote_repo() == name


@pytest.mark.parametrize("where", ["nowhere", "file", "empty"])
def test_where_there_is_no_repository_one_line_says_so(
    tmp_path: Path, where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    (tmp_path / "file").write_text("")
    (tmp_path / "empty").mkdir()
    with pytest.raises(UsageError):
        GitTree.open(tmp_path / where)


def test_without_git_one_line_says_so(repo: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", os.devnull)
    with pytest.raises(UsageError, match="git is not installed"):
        GitTree.open(repo.path)


def test_many_files_are_read_in_order_and_what_is_missing_or_too_large_is_left_out(repo: Repository) -> None:
    """More of them than are asked for ahead, with names that are long, odd and broken over lines."""
    paths = [f"{'deep/' * (n % 7)}part{n}.txt" for n in range(120)]
    large = b"x" * (MAX_FILE + 1)
    repo.commit({path: f"{n}\n" for n, path in enumerate(paths)} | {"two\nlines": "odd\n"})
    (repo.path / "large.bin").write_bytes(large)
    repo.git("add", "large.bin")
    repo.git("commit", "--quiet", "-m", "large")
    with GitTree.open(repo.path) as tree:
        asked = [*paths[:50], "nothing", "large.bin", "two\nlines", *paths[50:]]
        found = list(tree.read_many("HEAD", asked))
        assert found == [
            *((path, b"%d\n" % n) for n, path in enumerate(paths[:50])),
            ("two\nlines", b"odd\n"),
            *((path, b"%d\n" % n) for n, path in enumerate(paths[50:], 50)),
        ]
        assert tree.read("HEAD", "large.bin") == large


def test_a_search_finds_the_same_where_git_was_built_without_pcre(
    repo: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ["ALPHA", "ALPHA_B", "x.y", "max-size"]
    repo.commit({"all.txt": "ALPHA ALPHA_B\nALPHA_BC\nx.y\nxzy\nmax-sizes\n--max-size=1\n"})
    with GitTree.open(repo.path) as tree:
        with_pcre = list(tree.search("HEAD", words))
        assert [hit.line for hit in with_pcre if hit.path == "all.txt"] == [1, 3, 6]
        real = shutil.which("git")
        (tmp_path / "bin").mkdir()
        (tmp_path / "bin" / "git").write_text(
            f'#!/bin/sh\ncase " $* " in *" -P "*) exit 128;; esac\nexec {real} "$@"\n'
        )
        (tmp_path / "bin" / "git").chmod(0o755)
        monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{os.environ['PATH']}")
        assert list(tree.search("HEAD", words)) == with_pcre
