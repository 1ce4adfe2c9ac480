"""The policy that ``init`` writes: what was found, and a comment at each line that somebody will ask about."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from driftguard.scaffold.answers import Answers
from driftguard.scaffold.detect import Found
from driftguard.scaffold.oidc_text import AZURE, GCP

_PLAIN = re.compile(r"[A-Za-z_./][A-Za-z0-9_./-]*")
_WORDS = frozenset({"true", "false", "yes", "no", "on", "off", "null", "y", "n", ".", "..", ".inf", ".nan"})

_JANITOR_LATER = """\
# Cloud environments that nobody needs any more: name an account, sign in by OIDC (docs/oidc.md), and add the rules
#   - {name: teardown, on: [pull_request.closed], run: janitor, scope: event}
#   - {name: nightly, on: [schedule, workflow_dispatch], run: janitor, scope: expired}
# janitor:
#   namespace: dg-
#   clouds:
#     aws:
#       accounts: ["123456789012"]
#       regions: [eu-west-1, global]
#     azure: {subscriptions: [00000000-0000-0000-0000-000000000000]} # docs/azure.md
#     gcp: {projects: ["123456789012"]} # docs/gcp.md
"""


def policy_text(found: Found, answers: Answers) -> str:
    """A policy that validates, whatever was found; what was answered may still be wrong in it."""
    return "\n".join(_lines(found, answers)) + "\n"


def _lines(found: Found, answers: Answers) -> Iterator[str]:
    yield f"# What DriftGuard may do in {' '.join(found.repo.split())}. `driftguard validate` checks this file."
    yield "version: 1"
    yield ""
    yield "# Nothing is changed while this is true; no flag overrides it. Going live is a reviewed change of this line."
    yield "dry_run: true"
    yield ""
    yield "# When which part answers. mode: block fails the check, warn only tells."
    yield "rules:"
    yield from _rules(found, answers)
    yield ""
    yield "auth:"
    yield "  long_lived_keys: warn # a stored cloud key in a job's environment; block refuses to work with one"
    if answers.subscriptions:
        yield f"  # azure: {{tenant: …, client: …}} as `terraform output policy_yaml` says in {Path(AZURE).parent}"
    if answers.projects:
        yield f"  # gcp: {{provider: …}} as `terraform output policy_yaml` says in {Path(GCP).parent}"
    yield ""
    yield from _janitor(found, answers) if answers.cleans else _JANITOR_LATER.splitlines()
    yield ""
    yield from _docs(found)
    yield from _contracts(found, answers)


def _rules(found: Found, answers: Answers) -> Iterator[str]:
    later = "; make it block once you agree with what it finds" if answers.docs_mode == "warn" else ""
    yield f"  - name: docs # new settings must be documented{later}"
    yield "    on: [pull_request.opened, pull_request.synchronize, pull_request.reopened]"
    yield "    run: ai_sync"
    yield f"    mode: {answers.docs_mode}"
    yield "  - {name: commands, on: [issue_comment], run: commands} # /driftguard override, keep, recheck"
    if found.contracts:
        yield "  - name: contracts # a changed contract asks its consumers; a sweep tells who is silent"
        yield "    on:"
        yield "      - pull_request.opened"
        yield "      - pull_request.synchronize"
        yield "      - pull_request.reopened"
        yield "      - repository_dispatch.driftguard-verdict"
        yield "      - schedule"
        yield "    run: cross_repo"
        yield "    mode: block"
    if answers.cleans:
        yield "  - {name: teardown, on: [pull_request.closed], run: janitor, scope: event} # ends its environment"
        yield "  - {name: nightly, on: [schedule, workflow_dispatch], run: janitor, scope: expired}"


def _janitor(found: Found, answers: Answers) -> Iterator[str]:
    yield "janitor:"
    yield "  namespace: dg- # only what is called so ..."
    yield "  owner_tag: driftguard:owner # ... and carries this tag is ours"
    yield f"  ttl: {answers.ttl} # from creation, where no tag driftguard:expires-at or driftguard:ttl says otherwise"
    yield "  protected_tags:"
    yield "    Environment: [Production, Prod]"
    yield '    Protected: ["*"]'
    yield "  max_deletions: 50 # a plan that deletes more is denied as a whole"
    yield from _terraform(found)
    yield "  clouds:"
    yield from _aws(answers) if answers.accounts else ()
    yield from _azure(answers) if answers.subscriptions else ()
    yield from _gcp(answers) if answers.projects else ()


def _aws(answers: Answers) -> Iterator[str]:
    yield "    aws:"
    yield f"      accounts: [{', '.join(json.dumps(account) for account in answers.accounts)}]"
    yield f"      regions: [{', '.join(answers.regions)}]" + ("" if answers.regions else " # all that are enabled")
    yield "      role: arn:aws:iam::{account}:role/driftguard-read # `terraform output policy_yaml` says the same"
    yield "      write_role: arn:aws:iam::{account}:role/driftguard-write"


def _azure(answers: Answers) -> Iterator[str]:
    yield "    azure:"
    yield f"      subscriptions: [{', '.join(map(_scalar, answers.subscriptions))}]"
    yield f"      # write_client: the second id of `terraform output` in {Path(AZURE).parent}, for deletions"


def _gcp(answers: Answers) -> Iterator[str]:
    yield "    gcp:"
    numbers = ", ".join(json.dumps(project.number) for project in answers.projects)
    yield f"      projects: [{numbers}] # {', '.join(project.id for project in answers.projects)}"


def _terraform(found: Found) -> Iterator[str]:
    if found.terraform:
        yield "  # Environments that Terraform builds are destroyed by Terraform first (docs/terraform.md):"
        yield "  # terraform:"
        yield f'  #   stacks: [{{dir: {_scalar(found.terraform[0])}, workspace: "pr-{{number}}"}}]'


def _docs(found: Found) -> Iterator[str]:
    yield f"# Found: {', '.join(found.languages) or 'no language that is known here'}."
    yield "ai_sync:"
    yield f"  docs: [{', '.join(map(_scalar, found.docs or ('README*',)))}]"
    yield '  not_docs: ["**/CHANGELOG*", "**/CHANGES*", "**/HISTORY*"] # a changelog tells what happened, not what is'
    yield "  ignore: [] # names that need no documentation"


def _contracts(found: Found, answers: Answers) -> Iterator[str]:
    if not found.contracts:
        return
    yield ""
    yield "cross_repo:"
    yield "  token_env: DRIFTGUARD_TOKEN # the variable with a token that reaches the consumers"
    yield "  contracts:"
    for contract in found.contracts:
        yield f"    - name: {_scalar(contract.name)}"
        yield f"      paths: [{', '.join(map(_scalar, contract.paths))}]"
        yield from _consumers(answers.consumers.get(contract.name, ()))


def _consumers(repos: Sequence[str]) -> Iterator[str]:
    if not repos:
        yield "      consumers: [] # - {repo: OWNER/NAME, timeout: 30m}"
        return
    yield "      consumers:"
    yield from (f"        - {{repo: {_scalar(repo)}, timeout: 30m}}" for repo in repos)


def _scalar(text: str) -> str:
    """``text`` as a YAML scalar that reads back as the same text."""
    plain = _PLAIN.fullmatch(text) and text.lower() not in _WORDS
    return text if plain else f'"{"".join(map(_escaped, text))}"'


def _escaped(character: str) -> str:
    if character in '"\\':
        return f"\\{character}"
    return character if character.isprintable() else f"\\U{ord(character):08x}"
