"""The files that ``init`` writes, and what a person must still do. Nothing that exists is replaced unasked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from driftguard.errors import UsageError
from driftguard.scaffold.answers import Answers
from driftguard.scaffold.detect import Found
from driftguard.scaffold.oidc_text import AWS, AZURE, DIRECTORY, ENVIRONMENT, GCP, terraform
from driftguard.scaffold.policy_text import policy_text

POLICY = "policy.yaml"
PULL_REQUESTS = ".github/workflows/driftguard.yml"
NIGHTLY = ".github/workflows/driftguard-nightly.yml"


@dataclass(frozen=True, slots=True)
class Written:
    """One file and what became of it: written, replaced, unchanged or kept."""

    path: str
    what: str


def texts(found: Found, answers: Answers) -> Mapping[str, str]:
    """Path -> content."""
    files = {POLICY: policy_text(found, answers)}
    files[PULL_REQUESTS] = _pull_requests(found, answers)
    if answers.cleans:
        files[NIGHTLY] = _nightly(answers)
    return {**files, **terraform(found, answers)}


def write(directory: Path, files: Mapping[str, str], replace: frozenset[str]) -> Iterator[Written]:
    """Write each of ``files``; one that exists with other content only if its path is in ``replace``.

    Raises ``UsageError`` if it can't be written; a path that leads out of ``directory`` can't.
    """
    for path, text in files.items():
        target = directory / path
        try:
            if not target.resolve().is_relative_to(directory.resolve()):
                raise UsageError(f"{path}: leads out of {directory}; nothing is written through a link")
            there = target.read_text(encoding="utf-8") if target.exists() else None
            if there is None or (there != text and path in replace):
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_text(text, encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(f"{path}: can't be written: {error}") from error
        yield Written(path, _what(there, text, path in replace))


def _what(there: str | None, text: str, replaced: bool) -> str:  # noqa: FBT001 - one of two words
    if there is None:
        return "written"
    if there == text:
        return "unchanged"
    return "replaced" if replaced else "kept: it exists and differs; --force replaces it"


def left_to_do(found: Found, answers: Answers) -> Iterator[str]:
    """What only a person can do, in order."""
    if not answers.engine.known:
        missing = f"{answers.engine.repo}@{answers.engine.commit[:3]}…"
        yield f"Write DriftGuard's repository and commit where {missing} stands: {', '.join(_naming(answers))}"
    if answers.cleans:
        yield (
            f"Make the environment '{ENVIRONMENT}' in the repository's settings, with reviewers if deletions shall "
            "wait for them"
        )
        yield f"Fill in owner_id and repository_id below {DIRECTORY}, if GitHub's tokens for this repository carry them"
    yield from _to_apply(answers)
    if found.contracts and not answers.consumers:
        yield f"Name the consumers of each contract in {POLICY}; store an App's token as the secret DRIFTGUARD_TOKEN"
    if answers.consumers:
        yield "Store the token of an App that reaches the consumers as the secret DRIFTGUARD_TOKEN"
    yield "Make 'DriftGuard' a required check of the default branch"
    yield "driftguard doctor: says what would still fail tonight"
    yield f"Read a few dry runs; then set dry_run: false in {POLICY}, in a reviewed pull request"


def _to_apply(answers: Answers) -> Iterator[str]:
    """The Terraform of each cloud that was named."""
    run = "terraform init && terraform apply"
    if answers.accounts:
        yield f"In {Path(AWS).parent}: {run}, once for each account"
    if answers.subscriptions:
        more = "; assign both roles in the other subscriptions, too" if len(answers.subscriptions) > 1 else ""
        yield f"In {Path(AZURE).parent}: name the scopes of deletions, {run}, paste its output into {POLICY}{more}"
    if answers.projects:
        more = "; bind both roles in the other projects, too" if len(answers.projects) > 1 else ""
        yield f"In {Path(GCP).parent}: {run}, and paste its output into {POLICY}{more}"


def _naming(answers: Answers) -> Iterator[str]:
    """The files that name the engine."""
    named = ((AWS, answers.accounts), (AZURE, answers.subscriptions), (GCP, answers.projects))
    yield PULL_REQUESTS
    yield from (NIGHTLY,) if answers.cleans else ()
    yield from (path for path, scopes in named if scopes)


def _pull_requests(found: Found, answers: Answers) -> str:
    sweeping = '  schedule: # consumers that are silent\n    - cron: "23 * * * *"\n' if found.contracts else ""
    return f"""\
name: DriftGuard

on:
  pull_request:
    types: [opened, synchronize, reopened, closed]
  issue_comment: # zizmor: ignore[dangerous-triggers] only the default branch runs, and GitHub is asked who may command
    types: [created]
  repository_dispatch:
{sweeping}
permissions: {{}}

concurrency: # each job below has its own; none that deletes is ever cancelled
  group: driftguard-${{{{ github.run_id }}}}
  cancel-in-progress: false

jobs:
  driftguard:
    name: DriftGuard
    permissions: # the most that any of its jobs takes; each takes less
      contents: read # check out
      checks: write # the answer
      statuses: write # the answers of consumers of a contract
      pull-requests: write # the comment
      security-events: write # findings in code scanning
      id-token: write # sign in to the clouds when an environment ends; GitHub starts nothing without it
    cache-mode: read # whoever comments or forks brings nothing into the cache; the nightly run fills it
    uses: {answers.engine.repo}/.github/workflows/driftguard-main.yml@{answers.engine.commit}
    secrets:
      consumers-token: ${{{{ secrets.DRIFTGUARD_TOKEN }}}} # empty until a contract is asked about, here or elsewhere
      consumers-app-key: ${{{{ secrets.DRIFTGUARD_APP_KEY }}}} # for cross_repo.app in policy.yaml, instead of the token
      slack-webhook: ${{{{ secrets.SLACK_WEBHOOK_URL }}}} # for notify.slack in policy.yaml
      teams-webhook: ${{{{ secrets.TEAMS_WEBHOOK_URL }}}} # for notify.teams
"""


def _nightly(answers: Answers) -> str:
    return f"""\
name: DriftGuard nightly

on:
  schedule:
    - cron: "17 3 * * *"
  workflow_dispatch:

permissions: {{}}

concurrency: # two nights never meet, and a destroy is never cancelled
  group: driftguard-nightly
  cancel-in-progress: false

jobs:
  janitor:
    name: Janitor
    permissions:
      contents: read # check out
      id-token: write # sign in: to look with one role, to delete with another
    uses: {answers.engine.repo}/.github/workflows/janitor-cron.yml@{answers.engine.commit}
    secrets:
      slack-webhook: ${{{{ secrets.SLACK_WEBHOOK_URL }}}} # for notify.slack in policy.yaml
      teams-webhook: ${{{{ secrets.TEAMS_WEBHOOK_URL }}}} # for notify.teams
"""
