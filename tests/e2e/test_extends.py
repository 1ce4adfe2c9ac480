"""A policy in one repository, its parent in another: validated, run, and named on the trail."""

import json
from pathlib import Path

import pytest
from fakes.github import FakeGitHub
from stage.command import within
from stage.repository import Repository

SHA = "c" * 40
PLATFORM = b"""\
version: 1
locked: [janitor.max_deletions]
rules: [{name: docs, on: [pull_request], run: ai_sync}]
janitor: {max_deletions: 10}
"""


@pytest.fixture
def shop(hub: FakeGitHub, tmp_path: Path) -> Repository:
    platform = hub.repo("acme/platform")
    platform.refs, platform.at = {"main": SHA}, {SHA: {"policy.yaml": PLATFORM}}
    repository = Repository.init(tmp_path / "shop")
    repository.commit({"policy.yaml": extending("main"), "README.md": "# Shop\n"})
    return repository


def extending(ref: str, more: str = "") -> str:
    return f"version: 1\nextends: acme/platform//policy.yaml@{ref}\n{more}"


def validate(shop: Repository, hub: FakeGitHub, **environ: str) -> tuple[int, str]:
    surroundings = hub.environ | {"XDG_CACHE_HOME": str(shop.path.parent / "cache")} | environ
    return within("validate", cwd=shop.path, environ=surroundings)


def test_validate_names_the_parent_and_warns_of_one_that_can_move(shop: Repository, hub: FakeGitHub) -> None:
    code, out = validate(shop, hub)
    assert code == 0
    assert f"extends acme/platform//policy.yaml@{SHA}" in out
    assert f"policy.yaml:2: warning: acme/platform//policy.yaml@main can move; name the commit instead: {SHA}" in out


def test_validate_works_offline_once_the_parent_is_kept(
    shop: Repository, hub: FakeGitHub, capsys: pytest.CaptureFixture[str]
) -> None:
    (shop.path / "policy.yaml").write_text(extending(SHA))
    assert validate(shop, hub, GITHUB_TOKEN="")[0] == 2
    assert "policy.yaml:2:10: extends:" in (said := capsys.readouterr().err)
    assert "set DRIFTGUARD_TOKEN or GITHUB_TOKEN" in said
    assert validate(shop, hub)[0] == 0
    asked = len(hub.asked)
    assert (validate(shop, hub, GITHUB_TOKEN="")[0], len(hub.asked)) == (0, asked)


def test_what_the_parent_locks_is_told_with_both_lines(
    shop: Repository, hub: FakeGitHub, capsys: pytest.CaptureFixture[str]
) -> None:
    (shop.path / "policy.yaml").write_text(extending(SHA, "janitor:\n  max_deletions: 50\n"))
    assert validate(shop, hub)[0] == 2
    said = capsys.readouterr().err
    assert said.startswith("policy.yaml:4:18: janitor.max_deletions: acme/platform//policy.yaml@")
    assert ":2 locks 'janitor.max_deletions' at 10; 50 is looser" in said


def test_a_run_goes_by_the_parent_s_rules_and_the_trail_names_its_commit(shop: Repository, hub: FakeGitHub) -> None:
    environ = hub.environ | {"XDG_CACHE_HOME": str(shop.path.parent / "cache"), "GITHUB_REPOSITORY": "acme/shop"}
    _, out = within("run", "--format", "json", cwd=shop.path, environ=environ)
    assert [finding["rule"] for finding in json.loads(out)["findings"]] == ["policy/moving-parent"]
    records = map(json.loads, (shop.path / ".driftguard/audit/audit.jsonl").read_text().splitlines())
    received = next(record for record in records if record["state"] == "RECEIVED")
    assert received["body"]["policy_extends"] == [f"acme/platform//policy.yaml@{SHA}"]
