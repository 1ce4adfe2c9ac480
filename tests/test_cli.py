"""The command line: what it prints, how it ends, and what it doesn't load."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from stage.command import driftguard, within
from stage.repository import Repository

from driftguard import __version__

SDKS = {"boto3", "botocore", "azure", "google", "github", "tenacity", "requests", "ast_grep_py"}
LOADED = """\
import sys
from driftguard.cli import main
main({words!r})
print(*{{module.partition(".")[0] for module in sys.modules}})
"""


@pytest.mark.parametrize("words", [["--version"], ["validate", "policy.yaml"]])
def test_version_and_validate_load_no_sdk(tmp_path: Path, words: list[str]) -> None:
    (tmp_path / "policy.yaml").write_text("version: 1\n")
    done = subprocess.run(
        [sys.executable, "-c", LOADED.format(words=words)], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    loaded = set(done.stdout.splitlines()[-1].split())
    assert loaded & SDKS == set()
    assert "driftguard" in loaded


def test_ctrl_c_says_where_to_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted() -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr("driftguard.policy_file.schema_text", interrupted)
    assert within("schema", cwd=tmp_path, environ={})[0] == 130
    assert "interrupted; the trail holds what was begun, and the next run finishes it" in capsys.readouterr().err


def test_version(tmp_path: Path) -> None:
    assert within("--version", cwd=tmp_path, environ={}) == (0, f"driftguard {__version__}\n")


@pytest.mark.parametrize("command", ["run", "validate", "schema", "audit verify", "audit show", "demo"])
def test_every_command_has_help(tmp_path: Path, command: str) -> None:
    done = driftguard(*command.split(), "--help", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert "Usage:" in done.stdout


def test_run_s_help_has_examples_and_exit_codes(tmp_path: Path) -> None:
    printed = driftguard("run", "--help", cwd=tmp_path).stdout
    assert "driftguard run --base main --head topic" in printed
    assert "Exit codes: 0 clean" in printed


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["rum"], "No such command"),
        (["run", "--nonsense"], "No such option"),
        (["run", "--format", "xml"], "Invalid value"),
        (["run", "--repo", "nowhere"], "can't be read"),
        (["run", "--event-name", "push", "--event-path", "nowhere.json"], "nowhere.json"),
        (["run", "--base", "nowhere"], "nowhere"),
    ],
)
def test_a_wrong_command_is_told_what_is_wrong_and_ends_2(tmp_path: Path, words: list[str], said: str) -> None:
    Repository.init(tmp_path).commit({"policy.yaml": "version: 1\n"})
    done = driftguard(*words, cwd=tmp_path)
    assert done.returncode == 2
    assert said in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr


def test_no_command_shows_the_commands(tmp_path: Path) -> None:
    done = driftguard(cwd=tmp_path)
    assert "validate" in done.stdout + done.stderr


def test_validate_says_whether_the_policy_is_live(tmp_path: Path) -> None:
    (tmp_path / "policy.yaml").write_text("version: 1\n")
    assert "dry-run: nothing will be changed" in within("validate", cwd=tmp_path, environ={})[1]
    (tmp_path / "policy.yaml").write_text("version: 1\ndry_run: false\n")
    assert "LIVE" in within("validate", cwd=tmp_path, environ={})[1]


def test_a_bug_is_one_line_and_the_traceback_is_there_for_who_asks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken() -> str:
        raise ZeroDivisionError("oops")

    monkeypatch.setattr("driftguard.policy_file.schema_text", broken)
    code, _ = within("schema", cwd=tmp_path, environ={})
    said = capsys.readouterr().err
    assert (code, said.count("\n")) == (3, 1)
    assert "DRIFTGUARD_TRACEBACK=1" in said
    with pytest.raises(ZeroDivisionError):
        within("schema", cwd=tmp_path, environ={"DRIFTGUARD_TRACEBACK": "1"})


def test_json_is_one_object_with_the_nouns(tmp_path: Path) -> None:
    repository = Repository.init(tmp_path)
    repository.commit({"policy.yaml": "version: 1\nrules: [{name: a, on: [pull_request], run: ai_sync}]\n"})
    code, printed = within("run", "--format", "json", cwd=tmp_path, environ={})
    assert code == 0
    keys = {"run_id", "event", "mode", "conclusion", "findings", "actions", "decisions", "outcomes", "gaps"}
    assert keys <= set(json.loads(printed))
