"""The workflows as they are, run by act in a repository that `driftguard init` set up (stage/act.py says how)."""

import re

import pytest
from fakes.github import FakeGitHub
from stage.act import COMMIT, ENGINE, ROOT, STAND_INS, Act, callers, foreign, spelled_out, workflow_files
from stage.hosted import NUMBER, Hosted

POLICY = """\
version: 1
dry_run: false
rules:
  - {name: docs, on: [pull_request.opened, pull_request.synchronize], run: ai_sync}
  - {name: commands, on: [issue_comment], run: commands}
"""
CHECKOUT = next(commit for repo, _, commit in foreign() if repo == "actions/checkout")
STEP = f"""\
on: pull_request
jobs:
  docs:
    runs-on: ubuntu-24.04
    steps:
      - uses: actions/checkout@{CHECKOUT}
        with: {{fetch-depth: 0}}
      - id: driftguard
        uses: {ENGINE}@{COMMIT}
        with: {{sarif: "true"}}
      - if: always()
        env:
          SAID: ${{{{ toJSON(steps.driftguard.outputs) }}}}
        run: echo "told$(tr -d ' \\n' <<<"$SAID")"
"""
READS = 'import os\n\nURL = os.environ["ORDERS_URL"]\n'


def test_what_act_reads_differs_in_three_spellings_alone() -> None:
    for file in workflow_files(ROOT):
        before = [line for line in file.read_text().splitlines() if line.strip() != "queue: max"]
        before = [line for line in before if not line.lstrip().startswith(("queue: max #", "cache-mode: "))]
        changed = [(a, b) for a, b in zip(before, spelled_out(file.read_text()).splitlines(), strict=True) if a != b]
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
def test_a_fork_s_pull_request_is_judged_with_a_token_that_may_write_nothing(act: Act, shop: Hosted) -> None:
    shop.pull.head_repo = "mallory/shop"
    ran = act.run(shop, "pull_request", shop.pull_request("opened"), commit=shop.merge)
    assert ran.jobs == {"DriftGuard": "failure"}, ran.log
    assert shop.hub.writes == []
    assert "::error" in ran.log
    assert ran.report("driftguard-check-1")["conclusion"] == "blocked"


@pytest.mark.long
def test_the_action_by_itself_hands_on_its_outputs_and_its_sarif(act: Act, shop: Hosted) -> None:
    """As a step of somebody's own workflow: `uses: OWNER/driftguard@COMMIT`."""
    shop.work.git("checkout", "--quiet", "main")
    shop.base = shop.work.commit({".github/workflows/driftguard.yml": STEP})
    shop.work.git("push", "--quiet", "--force", str(shop.bare.path), "main")
    shop.pull.base, shop.head = shop.base, ""
    shop.push({"app.py": READS})
    ran = act.run(shop, "pull_request", shop.pull_request("opened"), job="check", commit=shop.merge)
    told = next(line for line in ran.log.splitlines() if "] told{" in line)
    assert {'"conclusion":"blocked"', '"findings":"1"', '"deletions":"0"', '"savings":""'} <= set(
        re.split("[{},]", told)
    )
    assert [file.name for file in ran.sarif.iterdir()] == ["driftguard.sarif"]
    assert (ran.artifacts / "driftguard-docs-1" / "report.sarif").is_file()


@pytest.mark.long
def test_a_comment_that_is_no_command_starts_nothing(act: Act, shop: Hosted) -> None:
    said = shop.hub.comment(NUMBER, "alice", "looks good; /driftguard override docs")
    assert act.run(shop, "issue_comment", said | shop.about, job="comment").jobs == {}
