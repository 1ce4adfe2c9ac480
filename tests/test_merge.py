"""Many jobs' reports become one, and what is missing is said."""

import json
from pathlib import Path
from typing import Any

import pytest
from stage.command import within

from driftguard import merge
from driftguard.model import Conclusion


def report(deletions: int = 0, conclusion: str = "clean", verdict: str = "allow", status: str = "verified") -> Any:
    ids = [f"delete:{number}" for number in range(deletions)]
    decisions = [{"action_id": each, "verdict": verdict} for each in ids]
    return {
        "conclusion": conclusion,
        "actions": [{"id": each, "risk": "destroy"} for each in ids] + [{"id": "tell", "risk": "notify"}],
        "decisions": [*decisions, {"action_id": "tell", "verdict": "allow"}],
        "outcomes": [{"action_id": each, "status": status} for each in ids],
        "gaps": [],
    }


def left(directory: Path, name: str, content: Any) -> None:
    (directory / name).mkdir(parents=True)
    (directory / name / "report.json").write_text(json.dumps(content))


def test_all_clean_is_clean_and_counts_together(tmp_path: Path) -> None:
    left(tmp_path, "a", report(2))
    left(tmp_path, "b", report(3))
    merged = merge.merge(tmp_path, ["a", "b"], 10)
    assert merged.conclusion is Conclusion.CLEAN
    assert "5 deletions planned; 5 gone" in merged.lines
    assert "| `b` | clean | 3 | 3 | 0 | 0 |" in merged.lines


@pytest.mark.parametrize(("one", "other", "worst"), [
    ("clean", "incomplete", Conclusion.INCOMPLETE),
    ("incomplete", "blocked", Conclusion.BLOCKED),
])  # fmt: skip
def test_the_worst_is_what_all_say(one: str, other: str, worst: Conclusion, tmp_path: Path) -> None:
    left(tmp_path, "a", report(conclusion=one))
    left(tmp_path, "b", report(conclusion=other))
    assert merge.merge(tmp_path, ["a", "b"], 10).conclusion is worst


@pytest.mark.parametrize("content", [None, "", "[]", "{}", '{"conclusion": "clean"}', "no json"])
def test_a_shard_without_a_whole_report_is_incomplete(content: str | None, tmp_path: Path) -> None:
    left(tmp_path, "a", report())
    if content is not None:
        (tmp_path / "b").mkdir()
        (tmp_path / "b" / "report.json").write_text(content)
    merged = merge.merge(tmp_path, ["a", "b"], 10)
    assert merged.conclusion is Conclusion.INCOMPLETE
    assert any("`b` left no report" in line for line in merged.lines)


def test_the_cap_holds_over_all_jobs_together(tmp_path: Path) -> None:
    left(tmp_path, "a", report(6, status="simulated"))
    left(tmp_path, "b", report(5, status="simulated"))
    assert merge.merge(tmp_path, ["a", "b"], 11).conclusion is Conclusion.CLEAN
    merged = merge.merge(tmp_path, ["a", "b"], 10)
    assert merged.conclusion is Conclusion.BLOCKED
    assert any("11 deletions over all jobs, max_deletions is 10" in line for line in merged.lines)


def test_what_the_gate_denied_doesnt_count_against_the_cap(tmp_path: Path) -> None:
    left(tmp_path, "a", report(6, verdict="deny", status="denied"))
    assert merge.merge(tmp_path, ["a"], 0).conclusion is Conclusion.CLEAN


def test_a_trail_that_was_touched_is_said(tmp_path: Path) -> None:
    left(tmp_path, "a", report())
    (tmp_path / "a" / "audit").mkdir()
    (tmp_path / "a" / "audit" / "audit.jsonl").write_text('{"seq": 1}\n')
    merged = merge.merge(tmp_path, ["a"], 10)
    assert merged.conclusion is Conclusion.INCOMPLETE
    assert any("the trail of `a` is not intact" in line for line in merged.lines)


def test_a_report_that_nobody_expected_is_not_read(tmp_path: Path) -> None:
    left(tmp_path, "a", report())
    left(tmp_path, "stray", report(99, conclusion="blocked"))
    assert merge.merge(tmp_path, ["a"], 10).conclusion is Conclusion.CLEAN


def test_the_command_exits_as_the_worst_of_them(tmp_path: Path) -> None:
    aws = 'aws: {accounts: ["111111111111"], regions: [eu-west-1]}'
    (tmp_path / "policy.yaml").write_text(f"version: 1\njanitor: {{clouds: {{{aws}}}}}\n")
    assert within("merge", "reports", cwd=tmp_path, environ={})[0] == 3
    left(tmp_path / "reports", "aws-111111111111-eu-west-1", report(1))
    code, printed = within("merge", "reports", cwd=tmp_path, environ={})
    assert (code, printed.splitlines()[0]) == (0, "### DriftGuard: clean, 1 jobs")
    assert within("shards", "--names", cwd=tmp_path, environ={}) == (0, "aws-111111111111-eu-west-1\n")
