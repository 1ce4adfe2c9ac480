"""The Terraform that a team applies: formatted, valid, and closed to everybody else."""

import json
import re
import runpy
from pathlib import Path

import hcl2
import pytest
from stage import tf

from driftguard.janitor import rights

ROOTS = {"": "hashicorp/aws", "modules/oidc/aws": "hashicorp/aws", "modules/audit-bucket": "hashicorp/aws"} | {
    "preview-environment": "hashicorp/aws",
    "modules/oidc/azure": "hashicorp/azurerm",
    "modules/oidc/gcp": "hashicorp/google",
}
FILES = sorted(tf.ROOT.rglob("*.tf"))


@pytest.mark.skipif(tf.missing() != "", reason=tf.missing() or "-")
def test_every_file_is_formatted(tmp_path: Path) -> None:
    done = tf.terraform("fmt", "-check", "-recursive", "-diff", cwd=tf.copied("", tmp_path))
    assert done.returncode == 0, done.stdout


@pytest.mark.slow
@pytest.mark.parametrize(("part", "provider"), ROOTS.items())
def test_every_module_is_valid(part: str, provider: str, tmp_path: Path) -> None:
    if tf.missing(provider):
        pytest.skip(tf.missing(provider))
    directory = tf.copied(part, tmp_path)
    for words in (("init", "-backend=false", "-input=false"), ("validate",)):
        done = tf.terraform(*words, cwd=directory)
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.relative_to(tf.ROOT).as_posix())
def test_every_file_can_be_read_where_no_provider_is_at_hand(file: Path) -> None:
    with file.open() as stream:
        assert hcl2.load(stream)


def test_every_module_has_a_directory_here() -> None:
    assert {file.parent for file in FILES} == {tf.ROOT / part for part in ROOTS}


def test_state_is_locked_and_encrypted() -> None:
    for root in (tf.ROOT, tf.ROOT / "preview-environment"):
        text = (root / "main.tf").read_text()
        assert re.search(r"use_lockfile\s*= true", text)
        assert re.search(r"encrypt\s*= true", text)


def test_trust_compares_subject_and_audience_as_they_stand() -> None:
    """StringLike and wildcards are how other people's repositories get in."""
    trust = re.search(r'data "aws_iam_policy_document" "trust" \{.*?\n\}', _text("modules/oidc/aws/main.tf"), re.DOTALL)
    assert trust is not None
    assert trust[0].count('"StringEquals"') == 3, "and whatever claim says which workflow it is"
    assert ":aud" in trust[0]
    assert ":sub" in trust[0]
    assert "StringLike" not in trust[0]
    assert "*" not in trust[0]


def test_the_roles_actions_are_those_that_the_types_declare() -> None:
    """`make iam` writes the file again; a type with a new call and a call that nobody makes any more both show here."""
    generated = runpy.run_path(str(tf.ROOT.parent / "tools" / "iam_policy.py"))["text"]()
    assert _text("modules/oidc/aws/actions.json") == generated


def test_every_deletion_is_limited_by_name_or_by_tag() -> None:
    for grant in rights.needed().delete:
        by_name = all("{namespace}" in arn for arn in grant.resources)
        assert by_name or grant.tagged or grant.sid == "cloud-control", grant


def test_no_action_is_a_pattern_and_no_read_writes() -> None:
    needed = rights.needed()
    actions = [*needed.read, *(action for grant in needed.delete for action in grant.actions)]
    assert [action for action in actions if not re.fullmatch(r"[a-z0-9-]+:[A-Z][A-Za-z0-9]+", action)] == []
    reads = r"[a-z0-9-]+:((Describe|List|Get|Head|Search|Lookup|BatchGet)\w+|GET)"
    assert [action for action in needed.read if not re.fullmatch(reads, action)] == []


def test_an_unknown_service_is_held_by_its_tag() -> None:
    grant = rights._grant("newservice", ("newservice:DeleteThing",))
    assert (grant.resources, grant.tagged) == (("*",), True)


def test_cloud_control_alone_is_limited_by_the_other_statements() -> None:
    grants = rights._grants(["cloudformation:DeleteResource", "sns:DeleteTopic", "cloudformation:DeleteStack"])
    assert [(grant.sid, grant.tagged) for grant in grants] == [
        ("cloud-control", False),
        ("cloudformation", True),
        ("sns", True),
    ]


def test_checkov_is_told_a_reason_for_every_exception() -> None:
    skips = re.findall(r"#checkov:skip=([A-Z0-9_]+)(.*)", "\n".join(file.read_text() for file in FILES))
    assert skips
    assert [check for check, reason in skips if len(reason) < 15] == []


def _text(name: str) -> str:
    return (tf.ROOT / name).read_text()


def test_the_generated_file_is_json() -> None:
    assert set(json.loads(_text("modules/oidc/aws/actions.json"))) == {"read", "delete"}


@pytest.mark.parametrize("cloud", ["aws", "azure", "gcp"])
def test_numbers_in_the_subject_go_together_and_into_every_subject(cloud: str) -> None:
    """https://github.blog/changelog/2026-04-23-immutable-subject-claims-for-github-actions-oidc-tokens/."""
    main = _text(f"modules/oidc/{cloud}/main.tf")
    numbered = '"repo:${local.owner}@${var.owner_id}/${local.name}@${var.repository_id}"'
    assert f'var.repository_id == "" ? "repo:${{var.repository}}" : {numbered}' in main
    assert main.count("repo:$") == 2, "every subject begins with local.origin"
    assert main.count("${local.origin}:") == (3 if cloud == "aws" else 2)
    required = 'variable "owner_id" {\n  description = "The owner\'s number: gh api'
    assert "owner_id and repository_id go together" in main or required in _text(f"modules/oidc/{cloud}/variables.tf")


COMMIT = "5a" * 20
SUBJECTS = " || ".join(
    f"assertion.sub == 'repo:acme@41/shop@42:{end}'" for end in ("ref:refs/heads/main", "environment:driftguard")
)
WORKFLOW = "assertion.job_workflow_ref == 'acme/driftguard/.github/workflows/{}.yml@" + COMMIT + "'"
OURS_ALONE = (
    f" && (({WORKFLOW.format('janitor-cron')} && assertion.ref == 'refs/heads/main')"
    f" || {WORKFLOW.format('driftguard-main')})"
)


@pytest.mark.skipif(tf.missing() != "", reason=tf.missing() or "-")
@pytest.mark.parametrize(("engine", "workflows"), [("", ""), (f"acme/driftguard@{COMMIT}", OURS_ALONE)])
def test_google_s_condition_reads_as_it_is_meant(engine: str, workflows: str, tmp_path: Path) -> None:
    """Terraform's own words, without the provider: its locals and the condition made of them."""
    main = _text("modules/oidc/gcp/main.tf")
    found = re.search(r"^locals \{.*?^\}", main, re.DOTALL | re.MULTILINE)
    condition = re.search(r"attribute_condition = (.*)", main)
    assert found is not None
    assert condition is not None
    own = "\n".join(line for line in found[0].splitlines() if "google_" not in line)
    (tmp_path / "main.tf").write_text(f'{own}\noutput "condition" {{\n  value = {condition[1]}\n}}\n')
    (tmp_path / "variables.tf").write_text(_text("modules/oidc/gcp/variables.tf"))
    given = {"repository": "acme/shop", "owner_id": "41", "repository_id": "42", "project": "x", "engine": engine}
    said = tf.apply(tmp_path, {}, **given)["condition"]
    assert said == f"assertion.repository_owner_id == '41' && ({SUBJECTS}){workflows}"


def test_google_s_write_role_reaches_names_of_ours_alone() -> None:
    """A project whose own id begins with the namespace would make every name ours; an object's name is anybody's."""
    role = re.search(
        r'resource "google_project_iam_member" "write" \{.*?\n\}', _text("modules/oidc/gcp/main.tf"), re.DOTALL
    )
    assert role is not None
    assert "resource.name.extract('/${var.namespace}{rest}') != '' && (" in role[0]
    assert "resource.name.startsWith('projects/_/buckets/${var.namespace}')" in role[0]
    assert "!startswith(var.project, var.namespace)" in role[0]
