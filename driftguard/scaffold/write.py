"""The files that ``init`` writes, and what a person must still do. Nothing that exists is replaced unasked."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from driftguard.errors import UsageError
from driftguard.scaffold.answers import Answers
from driftguard.scaffold.detect import Found
from driftguard.scaffold.policy_text import policy_text

POLICY = "policy.yaml"
PULL_REQUESTS = ".github/workflows/driftguard.yml"
NIGHTLY = ".github/workflows/driftguard-nightly.yml"
TERRAFORM = "terraform/driftguard/main.tf"
ENVIRONMENT = "driftguard"


@dataclass(frozen=True, slots=True)
class Written:
    """One file and what became of it: written, replaced, unchanged or kept."""

    path: str
    what: str


def texts(found: Found, answers: Answers) -> Mapping[str, str]:
    """Path -> content."""
    files = {POLICY: policy_text(found, answers)}
    files[PULL_REQUESTS] = _pull_requests(found, answers)
    if answers.accounts:
        files[NIGHTLY] = _nightly(answers)
        files[TERRAFORM] = _terraform(found, answers)
    return files


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
    if answers.accounts:
        yield (
            f"Make the environment '{ENVIRONMENT}' in the repository's settings, with reviewers if deletions shall "
            "wait for them"
        )
        yield f"Fill in owner_id and repository_id in {TERRAFORM}, if GitHub's tokens for this repository carry them"
        yield f"In {Path(TERRAFORM).parent}: terraform init && terraform apply, once for each account"
    if found.contracts and not answers.consumers:
        yield f"Name the consumers of each contract in {POLICY}; store an App's token as the secret DRIFTGUARD_TOKEN"
    if answers.consumers:
        yield "Store the token of an App that reaches the consumers as the secret DRIFTGUARD_TOKEN"
    yield "Make 'DriftGuard' a required check of the default branch"
    yield "driftguard doctor: says what would still fail tonight"
    yield f"Read a few dry runs; then set dry_run: false in {POLICY}, in a reviewed pull request"


def _naming(answers: Answers) -> Iterator[str]:
    """The files that name the engine."""
    yield from (PULL_REQUESTS, *((NIGHTLY, TERRAFORM) if answers.accounts else ()))


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


def _terraform(found: Found, answers: Answers) -> str:
    region = answers.regions[0] if answers.regions else "us-east-1"
    return f"""\
# Two roles that only this repository's workflows can take; apply it once in each account, by hand.

terraform {{
  required_version = ">= 1.11" # use_lockfile

  required_providers {{
    aws = {{
      source  = "hashicorp/aws"
      version = ">= 5.40, < 7.0"
    }}
  }}

  backend "s3" {{
    key          = "driftguard/terraform.tfstate"
    encrypt      = true
    use_lockfile = true # bucket and region: -backend-config
  }}
}}

provider "aws" {{
  region = {_hcl(region)}
}}

module "driftguard" {{
  source = "git::https://github.com/{answers.engine.repo}.git//terraform/modules/oidc/aws?ref={answers.engine.commit}"

  repository  = {_hcl(found.repo)}
  branch      = {_hcl(found.branch)}
  environment = "{ENVIRONMENT}"
  namespace   = "dg-"

  # gh api repos/{found.repo} --jq '.owner.id, .id'; empty for a repository from before July 2026 that never switched.
  owner_id      = ""
  repository_id = ""

  # Only DriftGuard's own workflows of this commit may sign in: apply again whenever the workflows name another one.
  engine = "{answers.engine.repo}@{answers.engine.commit}"
}}

output "policy_yaml" {{
  value = <<-EOT
    role: ${{module.driftguard.read_role_arn}}
    write_role: ${{module.driftguard.write_role_arn}}
  EOT
}}
"""


def _hcl(text: str) -> str:
    """``text`` as a string of Terraform's, with nothing in it evaluated."""
    return json.dumps(text).replace("${", "$${").replace("%{", "%%{")
