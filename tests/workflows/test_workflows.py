"""The workflows and actions that run with a team's rights: linted, pinned, with the least of permissions."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
ACTIONS = [ROOT / "action.yml", ROOT / ".github" / "actions" / "driftguard" / "action.yml"]
DELETES = {"driftguard-main.yml": ["teardown"], "janitor-cron.yml": ["apply"]}
"""The jobs that may delete."""


def load(path: Path) -> Any:
    return yaml.load(path.read_text(), Loader=yaml.BaseLoader)


def lint(*words: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    environ = {"PATH": str(BIN), "HOME": str(cwd), "NO_COLOR": "1"}
    return subprocess.run(words, cwd=cwd, env=environ, capture_output=True, text=True, check=False, timeout=120)


def zizmor(directory: Path) -> list[str]:
    """Which audits found something. A file that can't be read is an error of its own."""
    words = ("--offline", "--pedantic", "--strict-collection", "--no-progress", "--format", "json", ".")
    done = lint(str(BIN / "zizmor"), *words, cwd=directory)
    assert done.returncode in (0, 10, 11, 12, 13, 14), done.stderr
    return sorted({found["ident"] for found in json.loads(done.stdout)})


def copy(path: Path, directory: Path, old: str, new: str) -> None:
    target = directory / path.relative_to(ROOT)
    target.parent.mkdir(parents=True, exist_ok=True)
    text = path.read_text()
    assert old in text
    target.write_text(text.replace(old, new))


def jobs() -> list[Any]:
    return [
        pytest.param(path, name, job, id=f"{path.stem}/{name}")
        for path in WORKFLOWS
        for name, job in load(path)["jobs"].items()
    ]


def steps() -> Iterator[tuple[str, Any]]:
    for path in WORKFLOWS:
        for name, job in load(path)["jobs"].items():
            yield from ((f"{path.name}/{name}", step) for step in job["steps"])
    for path in ACTIONS:
        yield from ((path.parent.name + "/action.yml", step) for step in load(path)["runs"]["steps"])


def test_zizmor_finds_nothing_at_its_strictest() -> None:
    assert zizmor(ROOT) == []


SPOILT = [
    ("git fetch --no-tags", "git fetch ${{ github.event.comment.body }}", "template-injection"),
    ("permissions: {}", "permissions: write-all", "excessive-permissions"),
    ("@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1", "@v7", "unpinned-uses"),
    ("  workflow_call:", "  pull_request_target:\n  workflow_call:", "dangerous-triggers"),
]


@pytest.mark.parametrize(("old", "new", "audit"), SPOILT, ids=[audit for _, _, audit in SPOILT])
def test_zizmor_would_find(old: str, new: str, audit: str, tmp_path: Path) -> None:
    copy(ROOT / ".github" / "workflows" / "driftguard-main.yml", tmp_path, old, new)
    assert audit in zizmor(tmp_path)


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_actionlint_finds_nothing(path: Path) -> None:
    done = lint(str(BIN / "actionlint"), "-no-color", str(path), cwd=ROOT)
    assert (done.returncode, done.stdout) == (0, "")


def test_actionlint_would_find(tmp_path: Path) -> None:
    copy(WORKFLOWS[1], tmp_path, "github.event_name == 'pull_request'", "github.event_nam == 'pull_request'")
    done = lint(str(BIN / "actionlint"), "-no-color", str(tmp_path / WORKFLOWS[1].relative_to(ROOT)), cwd=tmp_path)
    assert done.returncode == 1
    assert 'property "event_nam" is not defined' in done.stdout


def test_every_foreign_action_is_pinned_to_one_commit_with_its_version_beside_it() -> None:
    pins: dict[str, set[str]] = {}
    for path in [*WORKFLOWS, *ACTIONS]:
        for used in re.findall(r"\buses: (.*)", path.read_text()):
            if used.startswith("$/"):
                continue
            match = re.fullmatch(r"([\w.-]+/[\w./-]+)@([0-9a-f]{40} # v\d+\.\d+\.\d+)", used)
            assert match is not None, f"{path.name}: {used}"
            pins.setdefault(match[1], set()).add(match[2])
    assert {action: len(found) for action, found in pins.items() if len(found) > 1} == {}


def test_no_expression_stands_in_a_script() -> None:
    """What a stranger wrote reaches a shell as a variable or not at all."""
    scripts = [(where, step["run"]) for where, step in steps() if "run" in step]
    assert len(scripts) >= 5
    assert [where for where, script in scripts if "${{" in script] == []


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_a_workflow_gives_no_permission_by_itself(path: Path) -> None:
    assert load(path)["permissions"] == {}


@pytest.mark.parametrize(("path", "name", "job"), jobs())
def test_each_job_has_its_own_permissions_its_time_and_a_runner_that_doesnt_move(
    path: Path, name: str, job: Any
) -> None:
    assert job["permissions"]["contents"] == "read"
    assert 0 < int(job["timeout-minutes"]) <= 120
    assert job["runs-on"] == "ubuntu-24.04"


@pytest.mark.parametrize(("path", "name", "job"), jobs())
def test_only_who_signs_in_gets_a_token_for_clouds_and_only_who_deletes_the_environment(
    path: Path, name: str, job: Any
) -> None:
    deletes = name in DELETES.get(path.name, [])
    assert ("environment" in job) is deletes
    signs_in = deletes or (path.name, name) == ("janitor-cron.yml", "plan")
    assert job["permissions"].get("id-token", "none") == ("write" if signs_in else "none")


@pytest.mark.parametrize(("path", "name", "job"), jobs())
def test_no_job_that_may_delete_is_ever_cancelled(path: Path, name: str, job: Any) -> None:
    if name not in DELETES.get(path.name, []):
        return
    assert job["concurrency"]["cancel-in-progress"] == "false"
    assert job["concurrency"]["queue"] == "max", "else a third one takes the waiting second one's place"
    assert job.get("strategy", {"fail-fast": "false"})["fail-fast"] == "false"
    assert "always()" not in job["if"], "a person who cancels before it begins means it"


def test_no_command_is_dropped_for_others_that_come_after_it() -> None:
    """Anybody may comment; GitHub keeps one that waits, unless it is told to keep all."""
    comment = load(ROOT / ".github" / "workflows" / "driftguard-main.yml")["jobs"]["comment"]
    assert comment["concurrency"]["queue"] == "max"


def test_no_token_stands_on_a_command_line() -> None:
    """Whoever shares a self-hosted runner reads the list of processes."""
    commands = [line for _, step in steps() for line in step.get("run", "").splitlines()]
    named = [line for line in commands if re.search(r"\$\{?(TOKEN|basic)", line)]
    assert named
    assert [line for line in named if not line.lstrip().startswith(("basic=$(printf", "export ", "echo "))] == []


def test_every_checkout_leaves_no_credentials_behind() -> None:
    checkouts = [step for _, step in steps() if step.get("uses", "").startswith("actions/checkout@")]
    assert len(checkouts) >= 8
    assert {step["with"]["persist-credentials"] for step in checkouts} == {"false"}


def test_the_head_of_a_pull_request_is_never_checked_out_where_secrets_or_rights_are() -> None:
    """`teardown` takes the base's commit; `check` the merge commit with a read-only token where it is a fork's."""
    main = load(ROOT / ".github" / "workflows" / "driftguard-main.yml")
    teardown = main["jobs"]["teardown"]
    assert teardown["steps"][0]["with"]["ref"] == "${{ github.event.pull_request.base.sha }}"
    assert "head.repo.full_name == github.repository" in teardown["if"]
    assert "pull_request.base.ref == github.event.repository.default_branch" in teardown["if"], "whose policy decides"
    assert all("head" not in json.dumps(step.get("with", {}).get("ref", "")) for _, step in steps())


def test_a_forks_findings_are_not_sent_where_it_may_not_write() -> None:
    main = load(ROOT / ".github" / "workflows" / "driftguard-main.yml")
    run = next(step for step in main["jobs"]["check"]["steps"] if step["uses"].startswith("$/"))
    assert "head.repo.full_name == github.repository" in run["with"]["sarif"]


def test_nobody_is_listened_to_by_pull_request_target() -> None:
    text = "".join(path.read_text() for path in WORKFLOWS)
    assert "pull_request_target" not in text
    assert "workflow_run" not in text


def test_a_plan_that_is_blocked_or_unknown_deletes_nothing() -> None:
    apply = load(ROOT / ".github" / "workflows" / "janitor-cron.yml")["jobs"]["apply"]
    assert """contains(fromJSON('["clean", "incomplete"]'), needs.total.outputs.conclusion)""" in apply["if"]
    assert "needs.total.result == 'success'" in apply["if"]


def test_the_root_action_hands_on_everything_it_takes() -> None:
    root, inner = map(load, ACTIONS)
    assert root["inputs"] == inner["inputs"]
    assert list(root["outputs"]) == list(inner["outputs"])
    (step,) = root["runs"]["steps"]
    assert step["uses"] == "$/.github/actions/driftguard"
    assert step["with"] == {name: f"${{{{ inputs.{name} }}}}" for name in root["inputs"]}
    assert {name: output["value"] for name, output in root["outputs"].items()} == {
        name: f"${{{{ steps.driftguard.outputs.{name} }}}}" for name in root["outputs"]
    }


def test_ci_runs_what_everybody_runs() -> None:
    ci = load(ROOT / ".github" / "workflows" / "ci.yml")
    assert ci["jobs"]["test"]["steps"][-1]["run"] == "bash .ci/run"


def test_every_exception_from_a_linter_has_its_reason() -> None:
    """`# zizmor: ignore[audit] reason`; today there is none."""
    for path in [*WORKFLOWS, *ACTIONS]:
        for _, reason in re.findall(r"zizmor: ignore\[([\w,-]+)\](.*)", path.read_text()):
            assert len(reason.strip()) > 15
    assert not (ROOT / ".github" / "zizmor.yml").exists()


@pytest.mark.parametrize(("path", "name", "job"), jobs())
def test_whoever_may_tell_a_chat_is_given_its_address_and_nobody_else(path: Path, name: str, job: Any) -> None:
    """A job that looks without changing anything, plans or adds up tells nobody."""
    given = json.dumps(job)
    tells = path.name == "driftguard-main.yml" or (path.name, name) == ("janitor-cron.yml", "apply")
    assert ("secrets.slack-webhook" in given, "secrets.teams-webhook" in given) == (tells, tells)
