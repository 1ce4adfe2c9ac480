"""Which sections of the documentation belong to a change."""

import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stage.change import change

from driftguard.ai_sync import retrieval
from driftguard.ai_sync.exhibits import exhibits
from driftguard.ai_sync.retrieval import SECTION, SECTIONS, Match, Section, pathspec, retrieve, split
from driftguard.clients.git import GitTree
from driftguard.globs import Globs
from driftguard.policy import AiSync


def belonging(directory: Path, docs: dict[str, str], code: dict[str, str]) -> list[Match]:
    base, head = change(directory, docs, code)
    with GitTree.open(directory) as tree:
        return retrieve(tree, AiSync(), head, exhibits(tree, AiSync(), base, head))[0]


def titles(match: Match) -> list[str]:
    return [section.text.splitlines()[0] for section in match.sections]


DOCS = {
    "docs/guide.md": "# Guide\n\nHello.\n\n## Caching\n\nSet `CACHE_TTL`.\n\n## Mail\n\nPass `--mail-from`.\n",
    "docs/api.rst": "API\n===\n\nOrders\n------\n\nPOST /v1/orders makes one.\n\nUsers\n-----\n\nSee shop/users.py.\n",
    ".env.example": "# how long\nCACHE_TTL=60\n",
}


@pytest.mark.parametrize(
    ("path", "code", "expected"),
    [
        ("a.py", 'x = os.environ["CACHE_TTL"]\n', ["# how long", "## Caching"]),
        ("a.go", 'flag.String("mail-from", "", "")\nargs("--mail-from")\n', ["## Mail"]),
        ("a.js", 'app.post("/v1/orders", make)\n', ["Orders"]),
        ("shop/users.py", "pass\n", ["Users"]),
        ("a.ts", "let x = cacheTtl\n", ["# how long", "## Caching"]),
        ("a.py", "queue = Queue()\n", []),
        ("a.py", "def caching(): ...\n", ["## Caching"]),
    ],
    ids=["variable", "flag", "route", "path", "another spelling", "nothing in common", "a plain word"],
)
def test_sections_are_found_by_the_names_and_paths_that_changed(
    tmp_path: Path, path: str, code: str, expected: list[str]
) -> None:
    found = belonging(tmp_path, DOCS, {path: code})
    assert [title for match in found for title in titles(match)] == expected


def test_rare_names_come_before_common_ones(tmp_path: Path) -> None:
    docs = {f"docs/{n}.md": f"# Page {n}\n\nThe service is fast.\n" for n in range(20)}
    docs["docs/20.md"] = "# Rare\n\nThe service reads SHOP_REGION.\n"
    (match,) = belonging(tmp_path, docs, {"a.py": 'service = os.environ["SHOP_REGION"]\n'})
    assert len(match.sections) == SECTIONS
    assert "docs/20.md" in {section.path for section in match.sections}


def test_where_there_is_too_much_documentation_a_search_chooses(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retrieval, "MOST_FILES", 3)
    docs = {f"docs/{n}.md": f"# Page {n}\n\nNothing.\n" for n in range(20)} | {"docs/z.md": "# Z\n\nCACHE_TTL\n"}
    (match,) = belonging(tmp_path, docs, {"a.py": "CACHE_TTL = 1\n"})
    assert titles(match) == ["# Z"]


@given(st.text(alphabet="ab#=- \n", max_size=400), st.integers(20, 60))
def test_sections_hold_the_whole_text_in_order_and_know_their_line(text: str, size: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(retrieval, "SECTION", size)
        found = list(split("a.md", text))
    assert "".join("".join(section.text.split()) for section in found) == "".join(text.split())
    assert all(len(section.text) <= size for section in found)
    for section in found:
        assert "\n".join(text.split("\n")[section.line - 1 :]).find(section.text.split("\n")[0]) >= 0


def test_a_long_section_is_cut_between_paragraphs() -> None:
    text = "# A\n\n" + "".join(f"paragraph {n} {'x' * 400}\n\n" for n in range(20))
    found = list(split("a.md", text))
    assert all(len(section.text) <= SECTION for section in found)
    assert all(section.text.strip().startswith(("# A", "paragraph")) for section in found)


def test_a_section_is_where_it_says() -> None:
    assert list(split("a.md", "# A\n\n## B\ntext\n")) == [
        Section("a.md", 1, "# A\n\n"),
        Section("a.md", 3, "## B\ntext\n"),
    ]


PATHS = [
    "README.md",
    "a/README",
    "docs/a.md",
    "docs/a/b.md",
    "a/docs/b.md",
    "a/b.rst",
    ".env.example",
    "a/.env.example",
]


@pytest.mark.parametrize("pattern", [*AiSync().docs, "docs/", "/docs/*.md", "*.rst", "a/**/b.*"])
def test_a_glob_means_the_same_to_git(tmp_path: Path, pattern: str) -> None:
    change(tmp_path, dict.fromkeys(PATHS, "x\n"))
    done = subprocess.run(
        ["git", "ls-files", "--", pathspec(pattern)], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert sorted(done.stdout.split()) == sorted(Globs((pattern,)).select(PATHS))
