"""`driftguard run` over a git range, as a person at a terminal and a job in CI use it."""

import json
from pathlib import Path
from typing import Any

import pytest
from stage.command import driftguard, within
from stage.repository import Repository

POLICY = """\
version: 1
rules:
  - {name: docs, on: [pull_request.opened], run: ai_sync, mode: block}
  - {name: contracts, on: [pull_request.opened], run: cross_repo, mode: block}
ai_sync: {docs: ["README.md"]}
cross_repo:
  contracts:
    - {name: orders, paths: ["api/**"], consumers: [{repo: acme/web}, {repo: acme/reports, required: false}]}
"""
CODE = 'import os\nTOKEN = os.environ["PAYMENT_TOKEN"]\n'


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """A default branch with a policy, and a topic branch that reads a variable and changes a contract."""
    made = Repository.init(tmp_path / "shop")
    made.commit({"policy.yaml": POLICY, "README.md": "# Shop\n", "app.py": "import os\n", "api/orders.yaml": "a: 1\n"})
    made.git("checkout", "--quiet", "-b", "topic")
    made.commit({"app.py": CODE, "api/orders.yaml": "a: 2\n"})
    return made


def run(cwd: Path, *words: str) -> tuple[int, dict[str, Any]]:
    code, printed = within("run", "--dry-run", "--format", "json", *words, cwd=cwd, environ={})
    return code, json.loads(printed)


def docs(report: dict[str, Any]) -> list[tuple[str, int, str, str]]:
    found = (finding for finding in report["findings"] if finding["rule"].startswith("ai_sync/"))
    return [(finding["path"], finding["line"], finding["name"], finding["severity"]) for finding in found]


def test_a_new_variable_that_no_doc_names_blocks_with_its_file_line_and_name(repository: Repository) -> None:
    code, report = run(repository.path)
    assert (code, report["conclusion"], report["mode"]) == (1, "blocked", "dry-run")
    assert docs(report) == [("app.py", 2, "PAYMENT_TOKEN", "error")]


def test_a_changed_contract_plans_one_dispatch_a_consumer(repository: Repository) -> None:
    _, report = run(repository.path)
    assert [action["target"]["name"] for action in report["actions"]] == ["acme/web", "acme/reports"]
    assert {outcome["status"] for outcome in report["outcomes"]} == {"simulated"}


def test_naming_it_in_the_docs_is_all_it_takes(repository: Repository) -> None:
    repository.write({"README.md": "# Shop\n\n`PAYMENT_TOKEN`: the bank's token\n", "api/orders.yaml": "a: 1\n"})
    code, report = run(repository.path)
    assert (code, report["findings"], report["actions"]) == (0, [], [])


@pytest.fixture(params=["clone", "bare"])
def anywhere(repository: Repository, tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    return repository.path if request.param == "clone" else repository.bare(tmp_path / "shop.git").path


def test_base_and_head_are_read_from_git_objects_so_a_bare_repository_serves_too(
    anywhere: Path, repository: Repository
) -> None:
    repository.write({"app.py": "", "README.md": "PAYMENT_TOKEN"})  # the work tree doesn't count
    policy = repository.path / "policy.yaml"
    code, report = run(
        repository.path.parent, "--repo", str(anywhere), "--base", "main", "--head", "topic", "--policy", str(policy)
    )
    assert code == 1
    assert docs(report) == [("app.py", 2, "PAYMENT_TOKEN", "error")]


def test_what_the_default_branch_did_meanwhile_is_not_this_change(repository: Repository) -> None:
    repository.git("checkout", "--quiet", "main")
    repository.commit({"other.py": 'import os\nos.getenv("SOMEBODY_ELSES")\n'})
    _, report = run(repository.path, "--base", "main", "--head", "topic")
    assert [name for _, _, name, _ in docs(report)] == ["PAYMENT_TOKEN"]


def test_a_pull_request_event_takes_its_ends_from_the_payload(repository: Repository, tmp_path: Path) -> None:
    ends = {name: {"sha": repository.git("rev-parse", name)} for name in ("main", "topic")}
    payload = {
        "action": "opened",
        "number": 7,
        "pull_request": {"number": 7, "base": ends["main"], "head": ends["topic"]},
        "repository": {"full_name": "acme/shop"},
        "sender": {"login": "alice"},
    }
    (tmp_path / "event.json").write_text(json.dumps(payload))
    words = ("--event-name", "pull_request", "--event-path", str(tmp_path / "event.json"))
    code, report = run(repository.path, *words)
    assert (code, report["event"]["repo"], report["event"]["actor"]) == (1, "acme/shop", "alice")
    assert docs(report) == [("app.py", 2, "PAYMENT_TOKEN", "error")]


def test_a_commit_that_is_not_in_a_shallow_clone_is_a_gap_that_says_what_to_do(
    repository: Repository, tmp_path: Path
) -> None:
    payload = {"action": "opened", "pull_request": {"base": {"sha": "1" * 40}, "head": {"sha": "2" * 40}}}
    (tmp_path / "event.json").write_text(json.dumps(payload))
    code, report = run(repository.path, "--event-name", "pull_request", "--event-path", str(tmp_path / "event.json"))
    assert code == 3
    assert "fetch-depth: 0" in report["gaps"][0]["error"]


def test_a_terminal_reads_what_is_wrong_where_and_what_to_do(repository: Repository) -> None:
    done = driftguard("run", "--dry-run", cwd=repository.path)
    assert done.returncode == 1
    assert "app.py:2" in done.stdout
    assert "PAYMENT_TOKEN" in done.stdout
    assert "blocked" in done.stdout
    assert "\x1b" not in done.stdout
