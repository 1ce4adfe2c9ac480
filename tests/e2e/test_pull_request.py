"""What people see on a pull request, from the command line to GitHub's own rules for each request."""

import json
from datetime import timedelta

import pytest
from fakes.github import FakeGitHub
from stage.moto_cloud import ACCOUNT, EXPIRED, MotoCloud
from stage.pull_request import NUMBER, POLICY, PullRequestStage

ONE = {"app.py": 'import os\nLIMIT = os.environ["SHOP_LIMIT"]\n'}
TWO = {"app.py": 'import os\nLIMIT = os.environ["SHOP_LIMIT"]\nCACHE = os.getenv("SHOP_CACHE")\n'}
OTHER = {"app.py": 'import os\nLIMIT = os.environ["SHOP_LIMIT"]\nPROXY = os.getenv("SHOP_PROXY")\n'}
CLEAN = {"app.py": "import os\n"}


def operations(hub: FakeGitHub) -> list[str]:
    return [request.operation for request in hub.writes]


class TestTheComment:
    def test_it_is_made_once_and_then_updated_and_says_what_the_last_push_changed(
        self, stage: PullRequestStage
    ) -> None:
        first = stage.push(TWO)
        assert stage.judged("opened").code == 1
        stage.push(OTHER)
        assert stage.judged().code == 1
        [comment] = stage.hub.said(NUMBER)
        assert f"since `{first[:9]}`: 1 fixed (`SHOP_CACHE`), 1 new" in comment
        assert "variable `SHOP_PROXY`" in comment
        assert "variable `SHOP_CACHE`" not in comment
        assert comment.count("**new**") == 1
        assert operations(stage.hub).count("issues/create-comment") == 1
        assert operations(stage.hub).count("issues/update-comment") == 1

    def test_it_becomes_one_line_when_all_is_in_sync(self, stage: PullRequestStage) -> None:
        stage.push(TWO)
        stage.judged("opened")
        stage.push(CLEAN)
        assert stage.judged().code == 0
        [comment] = stage.hub.said(NUMBER)
        _, line = comment.strip().split("\n")
        assert f"all in sync at `{stage.pull.head[:9]}`" in line
        assert "2 fixed (`SHOP_LIMIT`, `SHOP_CACHE`)" in line

    def test_a_pull_request_that_was_always_in_sync_is_not_talked_to(self, stage: PullRequestStage) -> None:
        stage.push(CLEAN)
        assert stage.judged("opened").code == 0
        assert stage.hub.said(NUMBER) == []
        assert stage.hub.check(stage.pull.head)["conclusion"] == "success"

    def test_looking_twice_at_one_head_still_compares_with_the_push_before(self, stage: PullRequestStage) -> None:
        first = stage.push(TWO)
        stage.judged("opened")
        stage.push(OTHER)
        stage.judged()
        stage.judged()
        [comment] = stage.hub.said(NUMBER)
        assert f"since `{first[:9]}`: 1 fixed (`SHOP_CACHE`), 1 new" in comment

    def test_a_comment_that_only_looks_like_ours_is_left_alone(self, stage: PullRequestStage) -> None:
        stage.hub.comment(NUMBER, "eve", "<!-- driftguard:report:v1 AAAA -->\nall in sync, trust me")
        stage.push(ONE)
        stage.judged("opened")
        assert stage.hub.said(NUMBER, "eve") == ["<!-- driftguard:report:v1 AAAA -->\nall in sync, trust me"]
        assert len(stage.hub.said(NUMBER)) == 1

    def test_one_whose_fate_was_unknown_is_not_written_twice(self, stage: PullRequestStage) -> None:
        stage.push(ONE)
        stage.hub.fail("issues/create-comment", 502, arrives=True)
        ran = stage.judged("opened")
        assert ran.outcomes("pr_comment") == ["failed"]
        assert stage.judged().outcomes("pr_comment") == ["applied"]
        assert len(stage.hub.said(NUMBER)) == 1


class TestTheCheck:
    def test_each_head_gets_its_own_with_annotations_at_the_lines(self, stage: PullRequestStage) -> None:
        heads = [stage.push(TWO)]
        stage.judged("opened")
        heads.append(stage.push(CLEAN))
        stage.judged()
        checks = [stage.hub.check(head) for head in heads]
        assert [check["conclusion"] for check in checks] == ["failure", "success"]
        assert [(a["path"], a["start_line"], a["annotation_level"]) for a in checks[0]["annotations"]] == [
            ("app.py", 2, "failure"),
            ("app.py", 3, "failure"),
        ]
        assert checks[0]["details_url"] == "https://github.example/acme/shop/actions/runs/99"

    def test_120_annotations_go_in_three_requests_and_only_the_last_completes(self, stage: PullRequestStage) -> None:
        reads = "".join(f'A{n} = os.environ["SHOP_{n}"]\n' for n in range(120))
        stage.push({"app.py": f"import os\n{reads}"})
        assert stage.judged("opened").code == 1
        sent = [r.body for r in stage.hub.writes if r.operation.startswith("checks/")]
        assert [len(body["output"]["annotations"]) for body in sent] == [50, 50, 20]
        assert [body["status"] for body in sent] == ["in_progress", "in_progress", "completed"]
        assert sorted(a["start_line"] for a in stage.hub.check(stage.pull.head)["annotations"]) == [*range(2, 122)]

    def test_one_that_breaks_off_between_batches_is_not_green(self, stage: PullRequestStage) -> None:
        reads = "".join(f'A{n} = os.environ["SHOP_{n}"]\n' for n in range(60))
        stage.push({"app.py": f"import os\n{reads}"})
        stage.hub.fail("checks/update", 422)
        assert stage.judged("opened").outcomes("check_run") == ["failed"]
        check = stage.hub.check(stage.pull.head)
        assert (check["status"], check["conclusion"]) == ("in_progress", None)

    def test_what_could_not_be_looked_at_holds_the_pull_request(self, stage: PullRequestStage) -> None:
        stage.push(CLEAN)
        stage.pull.base = "b" * 40
        assert stage.judged("opened").code == 3
        assert stage.hub.check(stage.pull.head)["conclusion"] == "action_required"

    def test_a_label_does_not_turn_it_green(self, stage: PullRequestStage) -> None:
        stage.policy = POLICY + "  - {name: labels, on: [pull_request.labeled], run: cross_repo}\n"
        stage.push(ONE)
        stage.judged("opened")
        assert stage.judged("labeled").code == 0
        assert stage.hub.check(stage.pull.head)["conclusion"] == "failure"

    def test_a_limit_and_an_outage_are_waited_out(self, stage: PullRequestStage) -> None:
        stage.push(ONE)
        stage.hub.fail("checks/create", 403, "You have exceeded a secondary rate limit", headers={"Retry-After": "0"})
        stage.hub.fail("checks/create", 502)
        assert stage.judged("opened").outcomes("check_run") == ["applied"]

    def test_a_token_that_may_not_write_it_leaves_the_run_incomplete_and_says_what_is_missing(
        self, stage: PullRequestStage
    ) -> None:
        stage.hub.scopes -= {"checks"}
        stage.push(CLEAN)
        ran = stage.judged("opened")
        assert ran.code == 3
        [error] = [outcome["error"] for outcome in ran.report["outcomes"] if outcome["error"]]
        assert "checks=write" in error


def test_a_ready_line_is_suggested_once_where_the_documentation_is_in_the_diff(stage: PullRequestStage) -> None:
    """The pull request documents one of its two new settings: the other one's row goes right below."""
    table = (stage.clone / "README.md").read_text() + "| `SHOP_HOST` | who answers |\n"
    code = 'import os\nHOST = os.environ["SHOP_HOST"]\nLIMIT = os.environ["SHOP_LIMIT"]\n'
    stage.push({"README.md": table, "app.py": code})
    stage.judged("opened")
    stage.judged()
    [review] = stage.hub.repo().reviews[NUMBER]
    [comment] = review["comments"]
    assert (comment["path"], comment["line"]) == ("README.md", 6)
    assert "```suggestion\n| `SHOP_HOST` | who answers |\n| `SHOP_LIMIT` |" in comment["body"]


class TestOverrides:
    @pytest.fixture(autouse=True)
    def blocked(self, stage: PullRequestStage) -> None:
        """A pull request with a finding, judged."""
        stage.push(ONE)
        assert stage.judged("opened").code == 1

    def state(self, stage: PullRequestStage) -> str:
        return str(stage.hub.check(stage.pull.head)["conclusion"])

    @pytest.mark.parametrize("who", ["alice", "carol"])
    def test_a_maintainer_s_holds_and_the_next_push_ends_it(self, stage: PullRequestStage, who: str) -> None:
        assert stage.says(who, "/driftguard override docs it is in the wiki").code == 0
        assert self.state(stage) == "success"
        assert stage.judged().code == 0, "the same head, judged again"
        stage.push(TWO)
        assert stage.judged().code == 1
        assert self.state(stage) == "failure"

    def test_it_stays_visible_with_who_and_why_and_until_when(self, stage: PullRequestStage) -> None:
        ran = stage.says("alice", "/driftguard override docs it is in the wiki")
        [finding] = ran.report["findings"]
        assert (finding["waiver"]["by"], finding["waiver"]["why"]) == ("alice", "it is in the wiki")
        assert "overridden by alice until" in stage.hub.said(NUMBER)[0]
        held = stage.hub.check(stage.pull.head, "DriftGuard override: docs")
        assert held["conclusion"] == "neutral"
        assert "alice" in held["output"]["title"]
        assert "it is in the wiki" in held["output"]["summary"]
        [intent] = [r for r in stage.trail() if r["state"] == "INTENT" and r["body"]["kind"] == "override"]
        assert "alice asked in comment" in intent["body"]["asked"]
        assert "it is in the wiki" in intent["body"]["asked"]
        assert "until 20" in intent["body"]["asked"]

    def test_a_stranger_s_is_refused_politely_once_and_does_nothing(self, stage: PullRequestStage) -> None:
        payload = stage.hub.comment(NUMBER, "eve", "/driftguard override docs trust me")
        ran = stage.replayed(payload)
        assert ran.outcomes("override") == []
        assert "eve has read permission, so their command was refused" in ran.report["notes"]
        again = stage.replayed(payload)
        assert again.report["actions"] == []
        _, answer = stage.hub.said(NUMBER)
        assert "takes write permission" in answer
        assert self.state(stage) == "failure"
        assert stage.judged().code == 1

    @pytest.mark.parametrize("action", ["edited", "deleted"])
    def test_a_comment_that_was_edited_asks_for_nothing_and_the_trail_says_so(
        self, stage: PullRequestStage, action: str
    ) -> None:
        ran = stage.says("alice", "/driftguard override docs fine", action=action)
        assert ran.report["actions"] == []
        reported = [record["body"] for record in stage.trail() if record["state"] == "REPORTED"][-1]
        assert any("asks for nothing" in note for note in reported["notes"])
        assert len(stage.hub.said(NUMBER)) == 1

    def test_a_push_between_comment_and_job_is_not_let_through(self, stage: PullRequestStage) -> None:
        payload = stage.hub.comment(NUMBER, "alice", "/driftguard override docs fine")
        stage.push(TWO)
        assert stage.replayed(payload).outcomes("override") == []
        assert "no verdict on" in stage.hub.said(NUMBER)[-1].replace("\\", "")
        assert stage.judged().code == 1

    def test_a_verdict_that_is_younger_than_the_comment_is_not_what_was_meant(self, stage: PullRequestStage) -> None:
        stage.push(TWO)
        stage.judged()
        ran = stage.says("alice", "/driftguard override docs fine", after=timedelta(minutes=-5))
        assert ran.outcomes("override") == []
        assert "was pushed or judged after your comment" in stage.hub.said(NUMBER)[-1]

    def test_with_a_duration_it_outlives_pushes_but_not_the_policy_s_limit(self, stage: PullRequestStage) -> None:
        stage.policy = POLICY + "overrides: {longest: 3h}\n"
        ran = stage.says("alice", "/driftguard override docs for 48h wiki")
        assert ran.code == 0
        assert "no more than 3h" in stage.hub.said(NUMBER)[-1]
        stage.push(TWO)
        assert stage.judged().code == 0
        assert {finding["waiver"]["by"] for finding in stage.judged().report["findings"]} == {"alice"}

    def test_the_policy_may_let_every_override_outlive_pushes(self, stage: PullRequestStage) -> None:
        stage.policy = POLICY + "overrides: {survive_push: true}\n"
        stage.says("alice", "/driftguard override docs wiki")
        stage.push(TWO)
        assert stage.judged().code == 0

    def test_one_for_contracts_lets_no_documentation_finding_through(self, stage: PullRequestStage) -> None:
        assert stage.says("alice", "/driftguard override contracts agreed").code == 1
        assert self.state(stage) == "failure"

    def test_deleting_our_answer_takes_it_back(self, stage: PullRequestStage) -> None:
        stage.says("alice", "/driftguard override docs wiki")
        comments = stage.hub.repo().comments[NUMBER]
        comments[:] = [comment for comment in comments if "answer" not in comment["body"]]
        assert stage.judged().code == 1

    def test_an_answer_in_a_stranger_s_name_leads_nowhere(self, stage: PullRequestStage) -> None:
        stage.says("alice", "/driftguard override docs wiki")
        comments = stage.hub.repo().comments[NUMBER]
        answer = comments.pop()
        stage.hub.comment(NUMBER, "eve", answer["body"])
        assert stage.judged().code == 1

    @pytest.mark.parametrize("forged", [{"app": {"slug": "other"}}, {"external_id": ""}, {"head_sha": "f" * 40}])
    def test_a_check_run_that_is_not_ours_for_this_pull_request_holds_nothing(
        self, stage: PullRequestStage, forged: dict[str, object]
    ) -> None:
        stage.says("alice", "/driftguard override docs wiki")
        stage.hub.check(stage.pull.head, "DriftGuard override: docs").update(forged)
        assert stage.judged().code == 1

    def test_what_held_for_one_pull_request_holds_for_no_other_with_the_same_head(
        self, stage: PullRequestStage
    ) -> None:
        stage.says("alice", "/driftguard override docs wiki")
        stage.hub.check(stage.pull.head, "DriftGuard override: docs")["external_id"] = "driftguard/override/v1/8"
        assert stage.judged().code == 1

    def test_an_override_that_can_t_be_looked_up_does_not_count(self, stage: PullRequestStage) -> None:
        stage.says("alice", "/driftguard override docs wiki")
        stage.hub.fail("checks/get", 404, times=1)
        ran = stage.judged()
        assert ran.code == 1
        assert any("doesn't count" in note for note in ran.report["notes"])

    @pytest.mark.parametrize(
        "text",
        ["looks good", "> /driftguard override docs x", "I wouldn't /driftguard override", "/driftguardian help"],
    )
    def test_a_conversation_is_no_command(self, stage: PullRequestStage, text: str) -> None:
        assert stage.says("alice", text).report["actions"] == []

    def test_a_bot_commands_nothing(self, stage: PullRequestStage) -> None:
        stage.hub.repo().permissions["other[bot]"] = "admin"
        assert stage.says("other[bot]", "/driftguard override docs x").report["actions"] == []

    @pytest.mark.parametrize("text", ["/driftguard frobnicate <b>@all</b>", "/driftguard override docs", "/driftguard"])
    def test_an_unknown_command_gets_the_table_of_commands(self, stage: PullRequestStage, text: str) -> None:
        stage.says("eve", text)
        answer = stage.hub.said(NUMBER)[-1]
        assert "| `/driftguard recheck` |" in answer
        assert "<b>" not in answer
        assert "@all" not in answer

    def test_recheck_judges_the_head_again(self, stage: PullRequestStage) -> None:
        stage.hub.repo().checks.clear()
        assert stage.says("alice", "/driftguard recheck").code == 1
        assert self.state(stage) == "failure"

    def test_recheck_without_the_head_in_the_clone_says_what_to_fetch_and_leaves_the_check(
        self, stage: PullRequestStage
    ) -> None:
        stage.pull.push("e" * 40)
        before = len(stage.hub.repo().checks)
        ran = stage.says("alice", "/driftguard recheck")
        assert ran.code == 3
        assert "refs/pull/7/head" in ran.report["gaps"][0]["error"]
        assert len(stage.hub.repo().checks) == before

    def test_a_closed_pull_request_takes_none(self, stage: PullRequestStage) -> None:
        stage.pull.state = "closed"
        stage.says("alice", "/driftguard override docs late")
        assert "closed" in stage.hub.said(NUMBER)[-1]


class TestWhereNothingCanBeWritten:
    def test_a_fork_s_pull_request_gets_annotations_summary_and_exit_code_and_no_request_at_all(
        self, stage: PullRequestStage
    ) -> None:
        stage.pull.head_repo = "mallory/shop"
        stage.push(ONE)
        ran = stage.judged("opened")
        assert ran.code == 1
        assert stage.hub.writes == []
        assert "::error file=app.py,line=2,title=DriftGuard%3A ai_sync/undocumented::" in ran.stderr
        assert "SHOP_LIMIT" in ran.summary
        assert any("comes from a fork" in note for note in ran.report["notes"])
        assert "comes from a fork" in ran.summary

    def test_pull_request_target_of_a_fork_may_write(self, stage: PullRequestStage) -> None:
        """Its token is the base repository's, and nothing of the fork is run."""
        stage.policy = POLICY.replace("pull_request.opened, pull_request.synchronize", "pull_request_target")
        stage.pull.head_repo = "mallory/shop"
        stage.push(ONE)
        assert stage.judged("opened", event="pull_request_target").outcomes("check_run") == ["applied"]

    def test_a_maintainer_s_recheck_writes_there_all_the_same_and_can_then_be_overridden(
        self, stage: PullRequestStage
    ) -> None:
        stage.pull.head_repo = "mallory/shop"
        stage.push(ONE)
        stage.judged("opened")
        stage.says("alice", "/driftguard override docs fine")
        assert "/driftguard recheck" in stage.hub.said(NUMBER)[-1].replace("\\", "")
        assert stage.says("alice", "/driftguard recheck").outcomes("check_run") == ["applied"]
        assert stage.says("alice", "/driftguard override docs fine").code == 0
        assert stage.hub.check(stage.pull.head)["conclusion"] == "success"

    def test_without_a_token_the_same(self, stage: PullRequestStage) -> None:
        stage.environ["GITHUB_TOKEN"] = ""
        stage.push(ONE)
        ran = stage.judged("opened")
        assert ran.code == 1
        assert stage.hub.asked == []
        assert "::error file=app.py" in ran.stderr
        assert any("GITHUB_TOKEN is not set" in note for note in ran.report["notes"])

    @pytest.mark.parametrize("how", ["flag", "policy"])
    def test_a_rehearsal_writes_nothing_and_shows_what_it_would(self, stage: PullRequestStage, how: str) -> None:
        if how == "policy":
            stage.policy = POLICY.replace("dry_run: false", "dry_run: true")
        stage.push(ONE)
        ran = stage.judged("opened", *(["--dry-run"] if how == "flag" else []))
        assert ran.code == 1
        assert stage.hub.writes == []
        assert stage.hub.asked != []
        assert ran.outcomes("check_run") == ran.outcomes("pr_comment") == ["simulated"]

    def test_where_a_check_was_written_the_log_repeats_nothing(self, stage: PullRequestStage) -> None:
        stage.push(ONE)
        assert "::error file=" not in stage.judged("opened").stderr

    def test_while_a_report_is_printed_the_runner_takes_no_commands_from_it(self, stage: PullRequestStage) -> None:
        stage.push(ONE)
        lines = stage.judged("opened", "--format", "text").stdout.splitlines()
        word = lines[0].removeprefix("::stop-commands::")
        assert lines[-1] == f"::{word}::"
        assert any("SHOP_LIMIT" in line for line in lines[1:-1])

    def test_ten_errors_are_annotated_and_the_rest_is_counted(self, stage: PullRequestStage) -> None:
        stage.environ["GITHUB_TOKEN"] = ""
        stage.push({"app.py": "import os\n" + "".join(f'A{n} = os.environ["SHOP_{n}"]\n' for n in range(30))})
        lines = [line for line in stage.judged("opened").stderr.splitlines() if line.startswith("::error")]
        assert len(lines) == 10
        assert "21 more errors" in lines[-1]

    def test_an_event_that_no_rule_takes_leaves_the_check_alone(self, stage: PullRequestStage) -> None:
        stage.push(ONE)
        assert stage.judged("unlabeled").report["notes"] == ["no rule matches pull_request.unlabeled"]
        assert stage.hub.asked == []


def test_no_token_reaches_the_trail(stage: PullRequestStage) -> None:
    stage.push(ONE)
    stage.judged("opened")
    written = "".join(json.dumps(record) for record in stage.trail())
    assert stage.hub.environ["GITHUB_TOKEN"] not in written


class TestKeeping:
    """`/driftguard keep` holds an environment against the teardown of its pull request and against the nightly."""

    ENVIRONMENT = EXPIRED | {"driftguard:env": "shop-pr-7"}

    @pytest.fixture(autouse=True)
    def environment(self, stage: PullRequestStage, aws: MotoCloud) -> MotoCloud:
        aws.queue("dg-pr7", self.ENVIRONMENT)
        aws.queue("dg-pr8", EXPIRED | {"driftguard:env": "shop-pr-8"})
        stage.hub.pull(8, "8" * 40, stage.pull.base)
        stage.environ |= aws.environ
        stage.policy = (
            POLICY
            + "  - {name: teardown, on: [pull_request.closed], run: janitor, scope: event}\n"
            + "  - {name: nightly, on: [schedule], run: janitor}\n"
            + f'janitor: {{clouds: {{aws: {{accounts: ["{ACCOUNT}"], regions: [eu-west-1], types: ["s*"]}}}}}}\n'
        )
        stage.push(CLEAN)
        return aws

    def test_a_maintainer_s_keep_outlives_the_pull_request_and_holds_nothing_else(
        self, stage: PullRequestStage, environment: MotoCloud
    ) -> None:
        assert stage.says("alice", "/driftguard keep 48h").outcomes("override") == ["applied"]
        closed = stage.judged("closed")
        assert any("shop-pr-7 is kept until" in decision["reason"] for decision in closed.report["decisions"])
        assert environment.names() == {"dg-pr7", "dg-pr8"}
        assert stage.nightly().code == 0
        assert environment.names() == {"dg-pr7"}

    def test_without_one_the_environment_goes(self, stage: PullRequestStage, environment: MotoCloud) -> None:
        stage.says("eve", "/driftguard keep 48h")
        stage.judged("closed")
        assert environment.names() == {"dg-pr8"}

    def test_the_policy_caps_it(self, stage: PullRequestStage, environment: MotoCloud) -> None:
        stage.policy += "overrides: {longest_keep: 2h}\n"
        stage.says("alice", "/driftguard keep 48h")
        assert "no more than 2h" in stage.hub.said(NUMBER)[-1]

    def test_where_it_can_t_be_looked_up_nothing_of_a_pull_request_goes(
        self, stage: PullRequestStage, environment: MotoCloud
    ) -> None:
        stage.hub.fail("issues/list-comments", 404, times=9)
        ran = stage.nightly()
        assert ran.code == 3
        assert environment.names() == {"dg-pr7", "dg-pr8"}
        assert {gap["scope"] for gap in ran.report["gaps"]} == {f"github/acme/shop/pulls/{n}" for n in (7, 8)}
