"""What ``driftguard run --format json`` says of a change, over a real repository."""

from __future__ import annotations

import json
from pathlib import Path

from stage.command import within
from stage.git_repository import change

POLICY = "version: 1\nrules: [{name: docs, on: [pull_request], run: ai_sync, mode: MODE}]\n"
BEFORE = {
    "README.md": "# App\n\n- `OLD_X`: old\n- `GONE_X`: gone\n",
    "a.py": "import os\nos.getenv('OLD_X'), os.getenv('GONE_X')\n",
}
AFTER = {"a.py": "import os\nos.getenv('OLD_X')\nos.getenv('NEW_X')\n"}


def report(root: Path, mode: str) -> tuple[int, dict[str, dict[str, object]]]:
    _, base, head = change(root / "repo", BEFORE, AFTER)
    (root / "policy.yaml").write_text(POLICY.replace("MODE", mode))
    words = ["run", "--repo", "repo", "--base", base, "--head", head, "--policy", "policy.yaml", "--dry-run"]
    code, out = within(*words, "--format", "json", cwd=root, environ={"GITHUB_ACTIONS": ""})
    return code, {finding["rule"]: finding for finding in json.loads(out)["findings"]}


def test_findings_carry_kind_name_place_and_a_line_to_add(tmp_path: Path) -> None:
    code, found = report(tmp_path, "block")
    new, stale = found["ai_sync/undocumented"], found["ai_sync/stale"]
    assert code == 1
    assert (new["kind"], new["name"], new["path"], new["line"]) == ("env_var", "NEW_X", "a.py", 3)
    assert (new["fix_path"], new["fix_after"]) == ("README.md", 3)
    assert str(new["fix"]).startswith("- `NEW_X`: ")
    assert (stale["name"], stale["path"], stale["line"]) == ("GONE_X", "README.md", 4)


def test_a_rule_that_warns_blocks_nothing(tmp_path: Path) -> None:
    code, found = report(tmp_path, "warn")
    assert code == 0
    assert {finding["severity"] for finding in found.values()} == {"warning"}


def test_a_bare_clone_says_the_same(tmp_path: Path) -> None:
    repository, base, head = change(tmp_path / "repo", BEFORE, AFTER)
    repository.git("clone", "-q", "--bare", str(tmp_path / "repo"), str(tmp_path / "bare.git"))
    (tmp_path / "policy.yaml").write_text(POLICY.replace("MODE", "block"))
    words = ["--base", base, "--head", head, "--policy", "policy.yaml", "--dry-run", "--format", "json"]
    said = [
        within("run", "--repo", name, *words, cwd=tmp_path, environ={"GITHUB_ACTIONS": ""})
        for name in ("repo", "bare.git")
    ]
    whole, bare = (json.loads(out)["findings"] for _, out in said)
    assert [code for code, _ in said] == [1, 1]
    assert whole == bare
