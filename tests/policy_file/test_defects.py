"""What a person who mistypes a policy is told: every defect at once, each with its line and column."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from stage.command import within

from driftguard import policy_file
from driftguard.policy_file import PolicyDefects

TEN_DEFECTS = """\
version: 2
dry_run: "no"
dryrun: true
rules:
  - name: Docs
    on: [pull_request.opened, pul_request.closed]
    run: ai_sink
    mode: block
  - name: nightly
    on: []
    run: janitor
janitor:
  ttl: 24 hours
  max_deletions: 3
  max_deletions: 5
  namespace: ""
"""

WHERE = {
    "version": (1, 10),
    "dry_run": (2, 10),
    "dryrun": (3, 1),
    "rules[0].name": (5, 11),
    "rules[0].on[1]": (6, 31),
    "rules[0].run": (7, 10),
    "rules[1].on": (10, 9),
    "janitor.ttl": (13, 8),
    "janitor.max_deletions": (15, 3),
    "janitor.namespace": (16, 14),
}


def defects(data: bytes | str) -> dict[str, str]:
    """Path -> ``line:col: message`` of each defect."""
    raw = data.encode() if isinstance(data, str) else data
    with pytest.raises(PolicyDefects) as caught:
        policy_file.parse(raw, "policy.yaml")
    return {found.path: f"{found.line}:{found.col}: {found.message}" for found in caught.value.defects}


def test_ten_different_defects_are_ten_lines_each_at_its_own_place() -> None:
    found = defects(TEN_DEFECTS)
    assert {path: text.split(": ")[0] for path, text in found.items()} == {
        path: f"{line}:{col}" for path, (line, col) in WHERE.items()
    }


def test_validate_prints_one_line_for_each_of_them_and_exits_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "policy.yaml").write_text(TEN_DEFECTS)
    code, printed = within("validate", "policy.yaml", cwd=tmp_path, environ={})
    lines = capsys.readouterr().err.splitlines()
    assert (code, printed) == (2, "")
    assert [line.split(": ")[0] for line in lines] == [f"policy.yaml:{line}:{col}" for line, col in WHERE.values()]


def test_in_actions_the_same_defects_are_annotations(tmp_path: Path) -> None:
    (tmp_path / "policy.yaml").write_text(TEN_DEFECTS)
    code, printed = within("validate", "policy.yaml", cwd=tmp_path, environ={"GITHUB_ACTIONS": "true"})
    lines = printed.splitlines()
    assert code == 2
    assert len(lines) == len(WHERE)
    assert lines[0].startswith("::error file=policy.yaml,line=1,col=10::version: ")


def test_run_says_the_same_before_anything_else_happens(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "policy.yaml").write_text(TEN_DEFECTS)
    code, _ = within("run", "--event-name", "schedule", cwd=tmp_path, environ={})
    assert code == 2
    assert len(capsys.readouterr().err.splitlines()) == len(WHERE)
    assert not (tmp_path / ".driftguard").exists()


@pytest.mark.parametrize(
    ("text", "path", "hint"),
    [
        ("version: 1\ndry_rum: true\n", "dry_rum", "did you mean 'dry_run'?"),
        ("version: 1\njanitor: {tll: 1h}\n", "janitor.tll", "did you mean 'ttl'?"),
        ("version: 1\nrules: [{name: a, on: [schedul], run: janitor}]\n", "rules[0].on[0]", "did you mean 'schedule'?"),
        ("version: 1\nrules: [{name: a, on: [push], run: janitr}]\n", "rules[0].run", "did you mean 'janitor'?"),
        ("version: 1\nrules: [{name: a, on: [push], run: janitor, mode: blok}]\n", "rules[0].mode", "'block'?"),
    ],
)
def test_what_is_nearly_right_gets_a_hint(text: str, path: str, hint: str) -> None:
    assert hint in defects(text)[path]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        pytest.param(b"", "is empty", id="empty"),
        pytest.param(b"# nothing\n", "is empty", id="only a comment"),
        pytest.param(b"- a\n- b\n", "is not a mapping", id="a list"),
        pytest.param(b"\xef\xbb\xbfversion: 1\n", "byte-order mark", id="byte-order mark"),
        pytest.param("version: 1\n".encode("utf-16"), "byte-order mark", id="UTF-16"),
        pytest.param(b"version: 1\r\ndry_run: true\r\n", "Windows line ends", id="CRLF"),
        pytest.param(b"version: 1\njanitor:\n\tttl: 1h\n", "a tab", id="tab"),
        pytest.param(b"version: 1\n# caf\xe9\n", "is not UTF-8: byte 0xe9", id="Latin-1"),
        pytest.param(b"version: 1\n\x00", "control character U+0000", id="NUL"),
        pytest.param(
            b"version: 1\n" + b"#" * 5_000_000, "5 MiB; a policy has at most 1 MiB".replace("5 ", ""), id="5 MB"
        ),
        pytest.param(b"version: 1\n---\nversion: 1\n", "second document", id="two documents"),
        pytest.param(b"version: [1\n", "not YAML", id="no YAML"),
        pytest.param(b"version: !!python/object:os.system 1\n", "tag", id="a tag that makes objects"),
        pytest.param(b"a: " + b"[" * 2000 + b"]" * 2000, "nested deeper", id="very deep"),
        pytest.param(b"a: " + b"[" * 200_000, "nested deeper", id="deep enough to overflow libyaml's stack"),
    ],
)
def test_a_file_that_is_no_policy_gets_one_clear_line(data: bytes, said: str) -> None:
    found = defects(data)
    assert len(found) <= 2
    assert any(said in message for message in found.values()), found


def test_an_alias_bomb_is_one_line_and_no_memory() -> None:
    levels = [f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 9)}]" for n in range(1, 12)]
    bomb = "\n".join(["version: 1", "l0: &l0 [lol]", *levels])
    assert any("alias" in message or "values" in message for message in defects(bomb).values())


def test_a_key_given_twice_is_a_defect_at_its_second_place() -> None:
    assert defects("version: 1\njanitor: {ttl: 1h, ttl: 2h}\n")["janitor.ttl"].startswith("2:20: ")


def test_anchors_and_merges_work_and_what_is_merged_in_keeps_its_place() -> None:
    text = """\
version: 1
rules:
  - &docs {name: docs, on: [push], run: ai_sync}
  - <<: *docs
    name: more
    mode: warn
"""
    policy = policy_file.parse(text.encode(), "policy.yaml")
    assert [(rule.name, rule.run, rule.mode.value) for rule in policy.rules] == [
        ("docs", "ai_sync", "block"),
        ("more", "ai_sync", "warn"),
    ]
    assert policy.where("rules[1].run") == "policy.yaml:3"
    assert policy.where("rules[1].mode") == "policy.yaml:6"


@pytest.mark.parametrize(("text", "hours"), [("90m", 1.5), ("24h", 24), ("7d", 168), ("30s", 1 / 120), ("2w", 336)])
def test_durations_read_as_people_write_them(text: str, hours: float) -> None:
    policy = policy_file.parse(f"version: 1\njanitor: {{ttl: {text}}}\n".encode(), "policy.yaml")
    assert policy.janitor.ttl.total_seconds() == hours * 3600


@pytest.mark.parametrize("text", ["0h", "1.5h", "24", "-1h", "1 hour", "1h30m", "true", "[1h]", "999999999d"])
def test_anything_else_is_no_duration(text: str) -> None:
    assert "duration" in defects(f"version: 1\njanitor: {{ttl: {text}}}\n")["janitor.ttl"]


def test_a_missing_file_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(PolicyDefects, match="--policy names another place"):
        policy_file.load(tmp_path / "policy.yaml")


def test_a_directory_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(PolicyDefects, match="can't be read"):
        policy_file.load(tmp_path)


def test_two_rules_of_one_name_are_a_defect() -> None:
    text = "version: 1\nrules:\n  - {name: a, on: [push], run: janitor}\n  - {name: a, on: [push], run: ai_sync}\n"
    assert defects(text)["rules[1].name"] == "4:12: the name 'a' is taken, in line 3"


def test_a_closed_pipe_ends_quietly() -> None:
    """`driftguard schema | head -1`: whoever reads may leave early."""
    command = f"{sys.executable} -m driftguard schema | head -c 1"
    done = subprocess.run(["bash", "-c", command], capture_output=True, check=False, env={"PATH": os.environ["PATH"]})
    assert (done.stdout, done.stderr) == (b"{", b"")
    assert done.returncode != -signal.SIGPIPE
