"""The workflows as they are, run by act in a repository that `driftguard init` set up (stage/act.py says how)."""

import re

import pytest
from fakes.github import FakeGitHub
from stage.act import ROOT, STAND_INS, Act, callers, foreign, spelled_out, workflow_files
from stage.hosted import NUMBER, Hosted

POLICY = """\
version: 1
dry_run: false
rules:
  - {name: docs, on: [pull_request.opened, pull_request.synchronize], run: ai_sync}
  - {name: commands, on: [issue_comment], run: commands}
"""
READS = 'import os\n\nURL = os.environ["ORDERS_URL"]\n'


def test_what_act_reads_differs_in_two_spellings_alone() -> None:
    for file in workflow_files(ROOT):
        before, after = file.read_text().splitlines(), spelled_out(file.read_text()).splitlines()
        changed = [(a, b) for a, b in zip(before, after, strict=True) if a != b]
        assert all(re.sub(r"acme/driftguard/(.*)@[5a]{40}$", r"$/\1", b) == a for a, b in changed)


def test_every_action_that_isnt_ours_has_a_stand_in_of_the_same_name() -> None:
    names = {(path or repo).rpartition("/")[2].replace("-", "_") for repo, path, _ in foreign()}
    assert names == {file.stem for file in STAND_INS.glob("*.py")}


@pytest.fixture
def shop(act: Act, hub: FakeGitHub) -> Hosted:
    """acme/shop, with a pull request that reads a variable nothing documents."""
    shop = Hosted.make("acme/shop", hub, act.work, callers("acme/shop", POLICY) | {"README.md": "# Shop\n"})
    shop.push({"app.py": READS})
    return shop


def test_an_opened_pull_request_gets_its_check_its_comment_and_an_artifact(act: Act, shop: Hosted) -> None:
    ran = act.run(shop, "pull_request", shop.pull_request("opened"), job="check", commit=shop.merge)
    assert ran.jobs == {"DriftGuard": "failure"}, ran.log
    assert shop.hub.check(shop.head)["conclusion"] == "failure"
    assert "`ORDERS_URL`" in shop.hub.said(NUMBER)[0]
    report = ran.report("driftguard-check-1")
    assert (report["conclusion"], report["findings"][0]["path"]) == ("blocked", "app.py")
    assert (ran.artifacts / "driftguard-check-1" / "audit" / "audit.jsonl").is_file()
    assert "::set-output:: conclusion=blocked" in ran.log


@pytest.mark.long
def test_a_command_in_a_comment_lifts_the_block(act: Act, shop: Hosted) -> None:
    shop.hub.repo().permissions |= {"alice": "write"}
    act.run(shop, "pull_request", shop.pull_request("opened"), job="check", commit=shop.merge)
    for author, conclusion in (("eve", "failure"), ("alice", "success")):
        said = shop.hub.comment(NUMBER, author, "/driftguard override docs known and accepted")
        ran = act.run(shop, "issue_comment", said | shop.about, job="comment")
        assert list(ran.jobs) == ["DriftGuard command"], ran.log
        assert shop.hub.check(shop.head)["conclusion"] == conclusion, ran.log


@pytest.mark.long
def test_a_comment_that_is_no_command_starts_nothing(act: Act, shop: Hosted) -> None:
    said = shop.hub.comment(NUMBER, "alice", "looks good; /driftguard override docs")
    assert act.run(shop, "issue_comment", said | shop.about, job="comment").jobs == {}
