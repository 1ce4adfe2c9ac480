"""A fix looks like its neighbours, and ``run --fix`` puts it where it belongs."""

from __future__ import annotations

from pathlib import Path

import pytest
from stage.command import driftguard
from stage.git_repository import Repository, change

from driftguard.ai_sync.fixes import description
from driftguard.ai_sync.guard import Guard
from driftguard.ai_sync.items import Item, ItemKind
from driftguard.clients.git import GitTree
from driftguard.policy import AiSync

BEFORE = 'import os\nA = os.getenv("OLD_SETTING")\n'
AFTER = BEFORE + 'B = os.getenv("NEW_SETTING")\n'


def fix(root: Path, path: str, document: str) -> tuple[str, str, int]:
    repository, base, head = change(root, {path: document, "app.py": BEFORE}, {"app.py": AFTER})
    with GitTree.open(repository.root) as tree:
        guard = Guard(tree, AiSync(), base, head)
        (proposed,) = guard.fixes(guard.undocumented()).values()
    return proposed.text, proposed.path, proposed.line


@pytest.mark.parametrize(
    ("path", "document", "line"),
    [
        ("README.md", "| Name | Default | What |\n|---|---|---|\n| `OLD_SETTING` | 1 | how old it is |\n", 3),
        ("README.md", "# x\n\n- `OLD_SETTING`: how old\n", 3),
        ("README.md", "* **OLD_SETTING** - how old\n", 1),
        (".env.example", "A=1\n# OLD_SETTING=3\n", 2),
    ],
)
def test_a_fix_has_the_style_of_the_line_it_follows(tmp_path: Path, path: str, document: str, line: int) -> None:
    text, where, after = fix(tmp_path, path, document)
    neighbour = document.splitlines()[line - 1]
    start = neighbour.index("OLD_SETTING")
    assert (where, after) == (path, line)
    assert text.startswith(neighbour[:start] + "NEW_SETTING")
    assert text.count("|") == neighbour.count("|")
    assert "how old" not in text


def test_what_else_names_the_neighbour_in_its_cell_is_not_repeated(tmp_path: Path) -> None:
    text, _, _ = fix(tmp_path, "README.md", "| Key | What |\n|---|---|\n| `app.old` /<br>`OLD_SETTING` | how old |\n")
    assert text == "| `NEW_SETTING` | TODO: say what it does |"


@pytest.mark.parametrize(
    ("path", "document", "after", "text"),
    [
        ("a.md", "`OLD_SETTING`\n: how old\n  it is\n\nend\n", 3, "`NEW_SETTING`\n: TODO"),
        ("a.rst", "OLD_SETTING\n    how old\n\nOTHER\n    x\n", 2, "NEW_SETTING\n    TODO"),
        ("a.rst", "x\n\n.. envvar:: OLD_SETTING\n\n   how old\n\nend\n", 5, "\n.. envvar:: NEW_SETTING\n\n   TODO"),
        ("a.adoc", "`OLD_SETTING`::\n  how old\n`OTHER`::\n  x\n", 2, "`NEW_SETTING`::\n  TODO"),
        ("a.md", "## OLD_SETTING\n\nhow old\n\n### more\n\nx\n\n## end\n", 7, "\n## NEW_SETTING\n\nTODO"),
    ],
)
def test_where_a_name_stands_alone_the_fix_follows_all_that_is_told_of_it(
    tmp_path: Path, path: str, document: str, after: int, text: str
) -> None:
    found, where, line = fix(tmp_path, path, document)
    assert (where, line) == (path, after)
    assert found == f"{text}: say what it does"


def test_what_the_neighbour_is_set_to_is_not_taken_for_its_description(tmp_path: Path) -> None:
    text, _, _ = fix(tmp_path, "README.md", '- `-e OLD_SETTING=...` (defaults to "x", how old it is)\n')
    assert text == "- `-e NEW_SETTING=...` TODO: say what it does"


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ('parser.add_argument("--x", help="how many to take")', "how many to take"),
        (r"opts.on('--x', 'Don\'t take any')", r"Don\'t take any"),
        ('Resource string `long:"x" env:"X" description:"what it is | for"`', r"what it is \| for"),
        ("locale: \"{{ lookup('env', 'X')|default('en', true) }}\"", "TODO: say what it does"),
        ('value = read("set X to something")', "TODO: say what it does"),
        ("x = os.getenv('X')", "TODO: say what it does"),
    ],
)
def test_the_help_in_the_code_is_the_description(code: str, told: str) -> None:
    assert description(Item(ItemKind.ENV_VAR, "X", "app", 1, 1, code)) == told


def test_without_a_documented_neighbour_it_is_a_bullet_without_a_place(tmp_path: Path) -> None:
    assert fix(tmp_path, "README.md", "# x\n") == ("- `NEW_SETTING`: TODO: say what it does", "", 0)


def test_run_fix_writes_into_the_work_tree_and_the_next_run_is_clean(tmp_path: Path) -> None:
    repository = Repository.new(tmp_path)
    repository.commit({"README.md": "# x\n- `OLD_SETTING`: old\nend", "app.py": BEFORE})
    policy = "version: 1\nrules: [{name: docs, on: [pull_request], run: ai_sync}]\n"
    repository.write({"app.py": AFTER, "policy.yaml": policy})
    assert driftguard("run", "--base", "main", cwd=tmp_path).returncode == 1
    driftguard("run", "--base", "main", "--fix", cwd=tmp_path)
    assert "- `OLD_SETTING`: old\n- `NEW_SETTING`:" in (tmp_path / "README.md").read_text()
    assert driftguard("run", "--base", "main", cwd=tmp_path).returncode == 0
    assert driftguard("run", "--base", "main", "--fix", "--dry-run", cwd=tmp_path).returncode == 2
