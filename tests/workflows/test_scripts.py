"""The action's scripts, run as the runner runs them."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).parents[2] / ".github" / "actions" / "driftguard"
POLICY = "version: 1\nrules: [{name: docs, on: [pull_request.opened], run: ai_sync}]\n"  # fmt: skip


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    """A repository whose pull request reads a variable that nothing documents."""
    directory = tmp_path / "repo"
    directory.mkdir()
    git(directory, "init", "-q", "-b", "main")
    (directory / "policy.yaml").write_text(POLICY)
    (directory / "README.md").write_text("# Shop\n")
    git(directory, "add", ".")
    git(directory, "commit", "-qm", "base")
    (directory / "app.py").write_text('import os\n\nURL = os.environ["ORDERS_URL"]\n')
    git(directory, "add", ".")
    git(directory, "commit", "-qm", "head")
    return directory


def git(directory: Path, *words: str) -> str:
    who = ("-c", "user.name=t", "-c", "user.email=t@example.com")
    return subprocess.run(
        ["git", *who, *words], cwd=directory, check=True, capture_output=True, text=True
    ).stdout.strip()


def run(repo: Path, tmp_path: Path, **environ: str) -> tuple[subprocess.CompletedProcess[str], dict[str, str]]:
    base, head = git(repo, "rev-parse", "HEAD~1"), git(repo, "rev-parse", "HEAD")
    event = tmp_path / "event.json"
    pull = {"number": 7, "base": {"sha": base, "ref": "main"}, "head": {"sha": head, "ref": "$(touch pwned)"}}
    event.write_text(json.dumps({"action": "opened", "pull_request": pull, "repository": {"full_name": "acme/shop"}}))
    given = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "DRIFTGUARD": str(Path(sys.executable).parent / "driftguard"),
        "POLICY": "policy.yaml",
        "OUT": str(tmp_path / "out"),
        "GITHUB_OUTPUT": str(tmp_path / "github_output"),
        "GITHUB_ACTIONS": "true",
        "GITHUB_EVENT_NAME": "pull_request",
        "GITHUB_EVENT_PATH": str(event),
        "GITHUB_REPOSITORY": "acme/shop",
    }
    done = subprocess.run(
        ["bash", str(SCRIPTS / "run.sh")],
        cwd=repo,
        env=given | environ,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    lines = (tmp_path / "github_output").read_text().splitlines() if (tmp_path / "github_output").exists() else []
    return done, dict(line.split("=", 1) for line in lines)


def test_a_blocked_pull_request_fails_the_step_and_leaves_outputs_report_sarif_and_trail(
    repo: Path, tmp_path: Path
) -> None:
    done, outputs = run(repo, tmp_path)
    assert done.returncode == 1, done.stderr
    assert outputs == {"conclusion": "blocked", "findings": "1", "deletions": "0", "savings": ""}
    out = tmp_path / "out"
    assert json.loads((out / "report.json").read_text())["findings"][0]["name"] == "ORDERS_URL"
    assert json.loads((out / "report.sarif").read_text())["version"] == "2.1.0"
    assert (out / "audit" / "audit.jsonl").is_file()
    assert not (repo / "pwned").exists()


def test_what_the_caller_gives_stays_data(repo: Path, tmp_path: Path) -> None:
    done, outputs = run(repo, tmp_path, SHARD="1/1; touch pwned", POLICY="policy.yaml")
    assert (done.returncode, outputs) == (2, {})
    done, outputs = run(repo, tmp_path, POLICY="$(touch pwned)")
    assert (done.returncode, outputs) == (2, {})
    assert not (repo / "pwned").exists()


def test_a_dry_run_is_asked_for_by_the_word_true_alone(repo: Path, tmp_path: Path) -> None:
    fake = tmp_path / "driftguard"
    fake.write_text('#!/bin/sh\necho "$@"\n')
    fake.chmod(0o755)
    assert "--dry-run" in run(repo, tmp_path, DRIFTGUARD=str(fake), DRY_RUN="true")[0].stdout
    assert "--dry-run" not in run(repo, tmp_path, DRIFTGUARD=str(fake), DRY_RUN="false")[0].stdout


def test_without_an_output_file_nothing_is_lost(repo: Path, tmp_path: Path) -> None:
    fake = tmp_path / "driftguard"
    fake.write_text("#!/bin/sh\nexit 3\n")
    fake.chmod(0o755)
    assert run(repo, tmp_path, DRIFTGUARD=str(fake))[0].returncode == 3


@pytest.mark.parametrize("script", sorted(SCRIPTS.glob("*.sh")), ids=lambda path: path.name)
def test_each_script_is_strict_and_parses(script: Path) -> None:
    assert shutil.which("bash")
    assert subprocess.run(["bash", "-n", str(script)], check=False).returncode == 0
    assert "uo pipefail" in script.read_text()


RECORDER = """\
#!/bin/sh
echo "$@" >>"$CALLS"
case "$*" in *" venv "*) mkdir -p "$VENV/bin"; cp "$0" "$VENV/bin/uv" ;; esac
case "$*" in *--find-links*) [ -d "$WHEELS" ] ;; *" download "*) mkdir -p "$WHEELS" ;; esac
"""


def test_nothing_is_installed_whose_hash_isnt_known(tmp_path: Path) -> None:
    """Every call of an installer is written down: downloads and wheels by their hash, ourselves from this directory."""
    (tmp_path / "python").write_text(RECORDER)
    (tmp_path / "python").chmod(0o755)
    calls, venv, wheels = tmp_path / "calls", tmp_path / "venv", tmp_path / "wheels"
    environ = {"PATH": os.environ["PATH"], "PYTHON": str(tmp_path / "python"), "CALLS": str(calls)}
    environ |= {"WHEELS": str(wheels), "VENV": str(venv), "GITHUB_OUTPUT": str(tmp_path / "output")}
    for wanted in (6, 4):  # downloaded; then from the wheels alone
        calls.unlink(missing_ok=True)
        subprocess.run(["bash", str(SCRIPTS / "install.sh"), str(venv)], env=environ, check=True)
        *installed, ourselves = calls.read_text().splitlines()
        assert len([*installed, ourselves]) == wanted
        assert all("--require-hashes" in call and "--no-deps" in call for call in installed if " venv " not in call)
        assert ourselves.endswith("--no-deps --no-build-isolation --no-index .")


def test_a_plan_is_left_beside_the_report_and_apply_does_nothing_without_one(repo: Path, tmp_path: Path) -> None:
    done, outputs = run(repo, tmp_path, COMMAND="plan", DRY_RUN="true")
    assert (done.returncode, outputs["conclusion"]) == (1, "blocked"), done.stderr
    plan = tmp_path / "out" / "plan.json"
    assert plan.is_file()
    assert run(repo, tmp_path, COMMAND="apply", PLAN=str(plan))[0].returncode == 1
    assert run(repo, tmp_path, COMMAND="apply", PLAN=str(tmp_path / "none.json"))[0].returncode == 2
    assert run(repo, tmp_path, COMMAND="apply")[0].returncode != 0
    assert run(repo, tmp_path, COMMAND="demo; touch pwned")[0].returncode == 2
    assert not (repo / "pwned").exists()
