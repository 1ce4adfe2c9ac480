"""A pull request that changes contracts of several types, from a real git repository to the report."""

import json
from pathlib import Path
from typing import Any

import pytest
from stage.command import within
from stage.repository import Repository

POLICY = """\
version: 1
rules:
  - {name: contracts, on: [pull_request.opened], run: cross_repo, mode: block}
cross_repo:
  contracts:
    - {name: wire, type: protobuf, paths: ["proto/**/*.proto"], consumers: [{repo: acme/wire}]}
    - {name: events, type: json_schema, role: producer, paths: ["events/*.json"], on: breaking, consumers: [{repo: acme/events}]}
    - {name: site, type: graphql, paths: ["*.graphql"], on: dangerous, consumers: [{repo: acme/site, required: false}]}
    - {name: chart, type: helm, paths: ["chart/**"], consumers: [{repo: acme/ops}]}
"""  # noqa: E501 - as people write it
PROTO = 'syntax = "proto3";\npackage a;\nmessage M {\n  string a = 1;\n}\n'
BASE = {
    "policy.yaml": POLICY,
    "proto/a/m.proto": PROTO,
    "events/e.json": '{"$ref": "../shared/id.json"}',
    "shared/id.json": '{"type": "string", "maxLength": 9}',
    "s.graphql": "type Query { a: Int }",
    "chart/values.yaml": "a: 1\n",
    "chart/templates/x.yaml": "{{ .Values.a }}",
}


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    made = Repository.init(tmp_path / "shop")
    made.commit(BASE)
    made.git("checkout", "--quiet", "-b", "topic")
    return made


def run(repository: Repository) -> tuple[int, list[tuple[str, str, int, str]], set[str], Any]:
    """Exit code; rule, path, line and severity of each finding; who would be asked; the gaps."""
    code, printed = within("run", "--dry-run", "--format", "json", cwd=repository.path, environ={})
    report = json.loads(printed)
    findings = [(one["rule"], one["path"], one["line"], one["severity"]) for one in report["findings"]]
    assert len({one["id"] for one in report["findings"]}) == len(findings)
    return code, findings, {action["target"]["name"] for action in report["actions"]}, report["gaps"]


def test_a_break_blocks_at_its_line_and_its_consumer_is_asked(repository: Repository) -> None:
    repository.commit({"proto/a/m.proto": PROTO.replace("string a", "int32 a")})
    assert run(repository) == (
        1,
        [("cross_repo/FIELD_SAME_TYPE", "proto/a/m.proto", 4, "error")],
        {"acme/wire"},
        [],
    )


def test_a_harmless_change_passes_and_is_asked_about_only_where_the_policy_says_any(repository: Repository) -> None:
    repository.commit(
        {
            "events/e.json": '{"$ref": "../shared/id.json", "maxLength": 5}',
            "s.graphql": "type Query { a: Int b: Int }",
            "chart/values.yaml": "a: 1\nb: 2\n",
        }
    )
    code, findings, asked, _ = run(repository)
    assert code == 0
    assert {(rule, severity) for rule, _, _, severity in findings} == {
        ("cross_repo/max-length-decreased", "note"),
        ("cross_repo/field-added", "note"),
        ("cross_repo/value-added", "note"),
    }
    assert asked == {"acme/ops"}


def test_a_contract_that_can_t_be_read_blocks_at_its_line(repository: Repository) -> None:
    repository.commit({"s.graphql": "type Query {\n  a: Nope\n}", "proto/a/m.proto": "message {"})
    code, findings, asked, _ = run(repository)
    assert code == 1
    assert ("cross_repo/contract-unreadable", "proto/a/m.proto", 1, "error") in findings
    assert ("cross_repo/contract-unreadable", "s.graphql", 2, "warning") in findings
    assert asked == {"acme/wire", "acme/site"}


def test_two_breaks_of_one_rule_in_one_place_are_two_findings(repository: Repository) -> None:
    repository.commit({"chart/values.schema.json": "{}"})
    repository.git("branch", "--force", "main")
    repository.commit({"chart/values.schema.json": '{"required": ["a", "b"]}'})
    code, findings, _, _ = run(repository)
    assert (code, [rule for rule, *_ in findings]) == (1, ["cross_repo/required-added"] * 2)


def test_a_comparison_that_fails_is_a_gap_and_the_consumer_is_asked_anyway(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = repository.path.parent / "buf"
    broken.write_text("#!/bin/sh\nexit 3\n")
    broken.chmod(0o755)
    monkeypatch.setattr("driftguard.clients.buf._binary", lambda: str(broken))
    repository.commit({"proto/a/m.proto": PROTO.replace("string a", "int32 a")})
    code, findings, asked, gaps = run(repository)
    assert (code, findings, asked) == (3, [], {"acme/wire"})
    assert (gaps[0]["scope"], "buf ended with exit code 3" in gaps[0]["error"]) == ("contract/wire", True)
