"""Every payload that GitHub publishes goes through the whole command."""

import json
from pathlib import Path

import pytest
from stage.command import within
from stage.webhooks import examples

POLICY = """\
version: 1
rules:
  - {name: docs, on: [pull_request, push], run: ai_sync}
  - {name: contracts, on: [pull_request], run: cross_repo}
  - {name: everything, on: ["*"], run: janitor}
"""


@pytest.mark.parametrize("share", range(4))
def test_all_of_githubs_examples_end_0_1_or_3_and_never_in_a_traceback(
    tmp_path: Path, share: int, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "policy.yaml").write_text(POLICY)
    payload = tmp_path / "event.json"
    for name, body in list(examples())[share::4]:
        payload.write_text(json.dumps(body))
        words = ("run", "--event-name", name, "--event-path", str(payload), "--dry-run", "--format", "json")
        code, printed = within(*words, cwd=tmp_path, environ={})
        assert code in (0, 1, 3), (name, printed)
        assert json.loads(printed)["event"]["kind"].startswith(name)
    assert "Traceback" not in capsys.readouterr().err


def test_an_event_that_no_rule_matches_ends_0_and_says_so(tmp_path: Path) -> None:
    (tmp_path / "policy.yaml").write_text("version: 1\nrules: [{name: a, on: [push], run: janitor}]\n")
    code, printed = within("run", "--event-name", "star", "--dry-run", cwd=tmp_path, environ={})
    assert code == 0
    assert "no rule matches" in printed.lower()
