"""The base branch's policy governs a pull request; what the pull request says of it is told and doesn't count yet."""

import subprocess
from pathlib import Path

import pytest
from fakes.parents import FakeParents

from driftguard import policy_file, wiring
from driftguard.clients.git import GitTree
from driftguard.errors import UsageError
from driftguard.governance import Change, Governing, moving, of_pull_request
from driftguard.model import Mode, Severity
from driftguard.policy_file import PolicyDefects
from driftguard.ports import Parents

STRICT = b"version: 1\njanitor: {max_deletions: 1}\n"
LOOSE = b"version: 1\ndry_run: false\njanitor: {max_deletions: 1000}\n"


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    git(tmp_path, "init", "-q", "-b", "main")
    commit(tmp_path, "policy.yaml", STRICT)
    return tmp_path


def git(directory: Path, *words: str) -> str:
    who = ("-c", "user.name=t", "-c", "user.email=t@example.com")
    return subprocess.run(
        ["git", *who, *words], cwd=directory, check=True, capture_output=True, text=True
    ).stdout.strip()


def commit(directory: Path, path: str, data: bytes) -> str:
    (directory / path).write_bytes(data)
    git(directory, "add", "-A")
    git(directory, "commit", "-qm", "x")
    return git(directory, "rev-parse", "HEAD")


def governing(
    repo: Path, own: bytes | None, base: str = "HEAD", parents: Parents = policy_file.NO_PARENTS
) -> Governing:
    with GitTree.open(repo) as tree:
        return of_pull_request(tree, base, Change("policy.yaml", own, "acme"), parents)


def test_the_bases_policy_counts_and_the_change_is_told(repo: Path) -> None:
    found = governing(repo, LOOSE)
    assert (found.policy.dry_run, found.policy.janitor.max_deletions) == (True, 1)
    (finding,) = found.findings
    assert (finding.severity, finding.path) == (Severity.NOTE, "policy.yaml")
    assert "the base branch's governs until that is merged" in finding.message


def test_a_pull_request_that_leaves_it_alone_has_nothing_told(repo: Path) -> None:
    assert governing(repo, STRICT).findings == ()


def test_each_defect_of_the_new_policy_is_an_error_at_its_line(repo: Path) -> None:
    found = governing(repo, b"version: 1\njanitor:\n  max_deletion: 1\n")
    (finding,) = found.findings
    assert (finding.severity, finding.line) == (Severity.ERROR, 3)
    assert "max_deletions" in finding.message
    assert found.policy.janitor.max_deletions == 1


def test_taking_the_policy_away_takes_no_rule_away(repo: Path) -> None:
    found = governing(repo, None)
    assert found.policy.janitor.max_deletions == 1
    assert found.findings[0].severity is Severity.WARNING


def test_without_a_policy_at_the_base_the_new_one_is_tried_and_changes_nothing(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q", "-b", "main")
    commit(tmp_path, "README.md", b"x")
    found = governing(tmp_path, LOOSE)
    assert found.mode is Mode.REHEARSAL
    assert "nothing was changed" in found.notes[0]
    with pytest.raises(PolicyDefects):
        governing(tmp_path, None)


def test_a_base_that_isnt_in_the_clone_is_an_error_that_says_what_to_do(repo: Path) -> None:
    with pytest.raises(UsageError, match="fetch-depth: 0"):
        governing(repo, STRICT, base="1" * 40)


def test_a_broken_policy_at_the_base_governs_nothing(repo: Path) -> None:
    commit(repo, "policy.yaml", b"version: 9\n")
    with pytest.raises(PolicyDefects):
        governing(repo, STRICT)


def event(repo: Path, base: str) -> Path:
    path = repo / ".git" / "event.json"
    path.write_text(f'{{"action": "opened", "pull_request": {{"base": {{"sha": "{base}"}}}}}}')
    return path


def test_in_actions_the_wiring_asks_the_base_and_elsewhere_the_work_tree(repo: Path) -> None:
    base = git(repo, "rev-parse", "HEAD")
    commit(repo, "policy.yaml", LOOSE)
    request = wiring.Request(repo_dir=repo, event_name="pull_request", event_path=event(repo, base))
    assert wiring.govern(request, {"GITHUB_ACTIONS": "true"}).policy.dry_run
    assert not wiring.govern(request, {}).policy.dry_run


def test_the_event_that_actions_hands_over_is_enough(repo: Path) -> None:
    base = git(repo, "rev-parse", "HEAD")
    commit(repo, "policy.yaml", LOOSE)
    job = {"GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": "pull_request", "GITHUB_EVENT_PATH": str(event(repo, base))}
    assert wiring.govern(wiring.Request(repo_dir=repo), job).policy.dry_run


def test_a_policy_named_in_the_repository_is_read_from_the_base_and_one_outside_as_it_is(
    repo: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    commit(repo, "other.yaml", STRICT)
    base = git(repo, "rev-parse", "HEAD")
    commit(repo, "other.yaml", LOOSE)
    outside = tmp_path_factory.mktemp("outside") / "policy.yaml"
    outside.write_bytes(LOOSE)
    job = {"GITHUB_ACTIONS": "true"}
    given = {"repo_dir": repo, "event_name": "pull_request", "event_path": event(repo, base)}
    assert wiring.govern(wiring.Request(policy_path=repo / "other.yaml", **given), job).policy.dry_run  # type: ignore[arg-type]
    assert not wiring.govern(wiring.Request(policy_path=outside, **given), job).policy.dry_run  # type: ignore[arg-type]


def test_a_link_in_the_pull_request_doesnt_lead_to_another_policy(
    repo: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """A policy.yaml that has become a link to a file outside is not "outside of the repository"."""
    base = git(repo, "rev-parse", "HEAD")
    outside = tmp_path_factory.mktemp("outside") / "loose.yaml"
    outside.write_bytes(LOOSE)
    (repo / "policy.yaml").unlink()
    (repo / "policy.yaml").symlink_to(outside)
    request = wiring.Request(repo_dir=repo, event_name="pull_request", event_path=event(repo, base))
    assert wiring.govern(request, {"GITHUB_ACTIONS": "true"}).policy.dry_run


def test_a_link_in_the_pull_request_shows_nothing_of_what_it_leads_to(
    repo: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    base = git(repo, "rev-parse", "HEAD")
    secret = tmp_path_factory.mktemp("outside") / "secret"
    secret.write_text("password-of-the-runner: [")
    (repo / "policy.yaml").unlink()
    (repo / "policy.yaml").symlink_to(secret)
    request = wiring.Request(repo_dir=repo, event_name="pull_request", event_path=event(repo, base))
    found = wiring.govern(request, {"GITHUB_ACTIONS": "true"})
    assert "password-of-the-runner" not in repr(found)
    assert found.policy.janitor.max_deletions == 1


def test_a_directory_of_the_repository_is_asked_for_its_own_policy(repo: Path) -> None:
    (repo / "part").mkdir()
    base = commit(repo, "part/policy.yaml", STRICT)
    commit(repo, "part/policy.yaml", LOOSE)
    request = wiring.Request(repo_dir=repo / "part", event_name="pull_request", event_path=event(repo, base))
    assert wiring.govern(request, {"GITHUB_ACTIONS": "true"}).policy.dry_run


PLATFORM = "version: 1\nlocked: [janitor.max_deletions]\njanitor: {max_deletions: 10}\n"
CHILD = b"version: 1\nextends: acme/platform//policy.yaml@main\n"


@pytest.fixture
def family() -> FakeParents:
    return FakeParents({"acme/platform//policy.yaml": PLATFORM, "acme/other//p.yaml": PLATFORM})


def extending(repo: Path, own: bytes | None, family: FakeParents) -> Governing:
    return governing(repo, own, commit(repo, "policy.yaml", CHILD), family)


def test_the_base_s_parent_governs_and_one_that_can_move_is_told(repo: Path, family: FakeParents) -> None:
    found = extending(repo, CHILD, family)
    assert found.policy.janitor.max_deletions == 10
    (finding,) = moving(found.policy)
    assert (finding.rule, finding.path, finding.line) == ("policy/moving-parent", "policy.yaml", 2)
    assert family.sha in finding.message


def test_a_pull_request_that_loosens_what_the_parent_locks_is_told_at_its_line(repo: Path, family: FakeParents) -> None:
    (finding,) = extending(repo, CHILD + b"janitor: {max_deletions: 99}\n", family).findings
    assert (finding.severity, finding.line) == (Severity.ERROR, 3)
    assert "locks 'janitor.max_deletions' at 10" in finding.message


def test_leaving_the_parent_is_told_and_the_parent_governs(repo: Path, family: FakeParents) -> None:
    found = extending(repo, b"version: 1\n", family)
    assert found.policy.janitor.max_deletions == 10
    (finding,) = found.findings
    assert "no longer extends acme/platform" in finding.message
    assert finding.severity is Severity.WARNING


@pytest.mark.parametrize("base", [True, False])
def test_no_other_owner_s_file_is_read_on_a_pull_request_s_word(repo: Path, family: FakeParents, base: bool) -> None:
    """Its defects would tell a stranger what stands in a file that only our token can read."""
    own = b"version: 1\nextends: rival/secret//plans.yaml@main\n"
    if base:
        (finding,) = extending(repo, own, family).findings
        assert (finding.severity, "once this is merged" in finding.message) == (Severity.WARNING, True)
    else:
        git(repo, "rm", "-q", "policy.yaml")
        git(repo, "commit", "-qm", "gone")
        with pytest.raises(PolicyDefects, match="once this is merged"):
            governing(repo, own, "HEAD", family)
    assert not any("rival" in asked for asked in family.asked)


def test_a_new_parent_of_the_same_owner_is_checked_before_it_is_merged(repo: Path, family: FakeParents) -> None:
    own = b"version: 1\nextends: acme/other//p.yaml@main\njanitor: {max_deletions: 11}\n"
    (finding,) = extending(repo, own, family).findings
    assert "acme/other//p.yaml" in finding.message
    assert finding.severity is Severity.ERROR
