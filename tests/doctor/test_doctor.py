"""``driftguard doctor`` tells what would fail tonight: each illness shows, and a healthy repository ends 0."""

import json
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
from fakes.azure import Fault
from fakes.gcp import FakeGoogle
from fakes.gcp import Fault as GoogleFault
from fakes.gcp import error as google_error
from fakes.nobody import nothing_but
from stage import google_things as things
from stage import oidc as stage
from stage.azure_cloud import ONE, OTHER, AzureCloud
from stage.command import within
from stage.moto_cloud import ACCOUNT, MotoCloud

from driftguard import doctor, wiring
from driftguard.doctor.checks.consumers import CHECK as CONSUMERS
from driftguard.doctor.checks.terraform import CHECK as TERRAFORM
from driftguard.errors import PermanentError
from driftguard.janitor import rights
from driftguard.policy import Policy

POLICY = f"""\
version: 1
rules:
  - {{name: nightly, on: [schedule], run: janitor}}
janitor:
  clouds: {{aws: {{accounts: ["{ACCOUNT}"], regions: [eu-west-1], write_role: "arn:aws:iam::{ACCOUNT}:role/w", role: "arn:aws:iam::{ACCOUNT}:role/r"}}}}
cross_repo:
  contracts: [{{name: api, paths: [api/**], consumers: [{{repo: acme/web}}]}}]
"""  # noqa: E501 - one line of a policy
WRITES = {action for grant in rights.needed().delete for action in grant.actions}


@dataclass
class Hub:
    """The three paths of GitHub's API that are asked."""

    left: int = 4000
    scopes: str = ""
    repos: dict[str, int] = field(default_factory=lambda: {"acme/shop": 200, "acme/web": 200})
    push: bool = True

    def answer(self, asked: BaseHTTPRequestHandler, _body: bytes) -> stage.Answer:
        if asked.headers["Authorization"] != "Bearer good":
            return 401, "application/json", "{}"
        if asked.path == "/rate_limit":
            core = {"limit": 5000, "remaining": self.left, "reset": 1795444800}
            return 200, "application/json", json.dumps({"resources": {"core": core}})
        status = self.repos.get(asked.path.removeprefix("/repos/"), 404)
        return status, "application/json", json.dumps({"permissions": {"pull": True, "push": self.push}})


@dataclass
class Simulating:
    """moto, and IAM's simulator, which moto doesn't have: every action is allowed but those in ``denied``."""

    cloud: MotoCloud
    denied: set[str] = field(default_factory=set)
    silent: bool = False
    asked: list[Mapping[str, list[str]]] = field(default_factory=list)

    def answer(self, asked: BaseHTTPRequestHandler, body: bytes) -> stage.Answer:
        form = parse_qs(body.decode("latin-1"))
        if form.get("Action") != ["SimulatePrincipalPolicy"]:
            return stage.relay(self.cloud.url, asked, body)
        if self.silent:
            said = "<Error><Code>AccessDenied</Code><Message>no</Message></Error>"
            return 403, "text/xml", f"<ErrorResponse>{said}</ErrorResponse>"
        self.asked.append(form)
        names = [values[0] for key, values in form.items() if key.startswith("ActionNames.member.")]
        members = "".join(
            f"<member><EvalActionName>{name}</EvalActionName><EvalDecision>"
            f"{'implicitDeny' if name in self.denied else 'allowed'}</EvalDecision></member>"
            for name in names
        )
        result = f"<SimulatePrincipalPolicyResult><EvaluationResults>{members}</EvaluationResults>"
        return (
            200,
            "text/xml",
            (
                '<SimulatePrincipalPolicyResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/">'
                f"{result}</SimulatePrincipalPolicyResult></SimulatePrincipalPolicyResponse>"
            ),
        )


@dataclass
class Ward:
    """A healthy repository; a test makes it ill."""

    directory: Path
    hub: Hub
    iam: Simulating
    environ: dict[str, str]

    def look(self) -> tuple[int, str]:
        return within("doctor", cwd=self.directory, environ=self.environ)


@pytest.fixture
def ward(aws: MotoCloud, tmp_path: Path) -> Iterator[Ward]:
    subprocess.run(["git", "init", "-q", "-b", "main", str(tmp_path)], check=True)
    (tmp_path / "policy.yaml").write_text(POLICY)
    hub, iam = Hub(), Simulating(aws)
    with stage.serving(hub.answer) as api, stage.serving(iam.answer) as endpoint:
        environ = dict(aws.environ) | {
            "AWS_ENDPOINT_URL": endpoint,
            "GITHUB_API_URL": api,
            "GITHUB_REPOSITORY": "acme/shop",
            "GITHUB_TOKEN": "good",
            "DRIFTGUARD_TOKEN": "good",
        }
        yield Ward(tmp_path, hub, iam, environ)


def test_a_healthy_repository_ends_0(ward: Ward) -> None:
    code, printed = ward.look()
    assert code == 0, printed
    assert f"ok       aws read: signed in to account {ACCOUNT} as arn:aws:iam::{ACCOUNT}:role/r" in printed
    assert "ok       aws write rights: every right that is needed is there" in printed
    assert "ok       github limit: 4000 of 5000 requests left" in printed
    assert "ok       github token: reaches acme/shop (pull, push)" in printed
    assert "ok       consumers: acme/web is reached" in printed
    assert "fail" not in printed


def test_the_simulator_is_asked_for_our_own_arns_with_our_own_tag(ward: Ward) -> None:
    ward.look()
    deletes = next(form for form in ward.iam.asked if form["ActionNames.member.1"] == ["sqs:DeleteQueue"])
    assert deletes["ResourceArns.member.1"] == [f"arn:aws:sqs:us-east-1:{ACCOUNT}:dg-doctor"]
    assert deletes["ContextEntries.member.1.ContextKeyName"] == ["aws:ResourceTag/driftguard:owner"]


def test_a_right_that_is_missing_is_named(ward: Ward) -> None:
    ward.iam.denied = {"sqs:DeleteQueue", "s3:GetBucketTagging"}
    code, printed = ward.look()
    assert code == 3
    assert "fail     aws read rights: denied: s3:GetBucketTagging\n" in printed
    assert "fail     aws write rights: denied: s3:GetBucketTagging, sqs:DeleteQueue\n" in printed
    assert "fix: terraform apply" in printed


def test_where_iam_wont_tell_nobody_pretends_to_know(ward: Ward) -> None:
    ward.iam.silent = True
    code, printed = ward.look()
    assert code == 0
    assert "skipped  aws read rights: whether every right is there couldn't be asked" in printed


def test_no_sign_in_and_the_wrong_account_would_fail_tonight(ward: Ward, monkeypatch: pytest.MonkeyPatch) -> None:
    (ward.directory / "policy.yaml").write_text(POLICY.replace(ACCOUNT, "999999999999"))
    code, printed = ward.look()
    assert code == 3
    assert "fail     aws read: the credentials are of account 123456789012" in printed


ILLNESSES: list[tuple[dict[str, Any], dict[str, str], int, str]] = [
    ({"left": 3}, {}, 3, "fail     github limit: 3 of 5000 requests left"),
    ({"scopes": ""}, {"GITHUB_TOKEN": "bad"}, 3, "fail     github token: GitHub doesn't know this token (401)"),
    ({"repos": {"acme/web": 200}}, {}, 3, "fail     github token: doesn't reach acme/shop (404)"),
    ({"repos": {"acme/shop": 200}}, {}, 3, "fail     consumers: acme/web can't be asked (404)"),
    ({"push": False}, {}, 3, "fail     consumers: acme/web can't be asked (200)"),
    ({}, {"DRIFTGUARD_TOKEN": ""}, 3, "fail     consumers: DRIFTGUARD_TOKEN is not set"),
    ({}, {"GITHUB_TOKEN": ""}, 0, "skipped  github token: GITHUB_TOKEN is not set"),
    ({}, {"GITHUB_TOKEN": "", "GITHUB_ACTIONS": "true"}, 3, "fail     github token: GITHUB_TOKEN is not set"),
    ({}, {"GITHUB_ACTIONS": "true"}, 0, "warn     keys: AWS_SECRET_ACCESS_KEY is set; OIDC makes it unnecessary"),
    ({}, {"GITHUB_REPOSITORY": "local/x"}, 0, "skipped  github token: 'local/x' is no repository on GitHub"),
    ({}, {"GITHUB_API_URL": "http://127.0.0.1:1"}, 3, "GitHub can't be reached at http://127.0.0.1:1"),
]


@pytest.mark.parametrize(("hub", "environ", "code", "said"), ILLNESSES, ids=[each[3][9:45] for each in ILLNESSES])
def test_each_illness_shows(hub: dict[str, Any], environ: dict[str, str], code: int, said: str, ward: Ward) -> None:
    for name, value in hub.items():
        setattr(ward.hub, name, value)
    ward.environ |= environ
    found, printed = ward.look()
    assert said in printed
    assert found == code, printed


def test_a_blocking_key_fails(ward: Ward) -> None:
    (ward.directory / "policy.yaml").write_text(POLICY + "auth: {long_lived_keys: block}\n")
    ward.environ["GITHUB_ACTIONS"] = "true"
    assert ward.look()[0] == 3


def test_no_token_is_ever_printed(ward: Ward) -> None:
    ward.environ |= {"GITHUB_TOKEN": "ghp_this-is-secret", "DRIFTGUARD_TOKEN": "ghp_this-is-secret"}
    assert "this-is-secret" not in ward.look()[1]


def test_a_policy_with_defects_ends_2(ward: Ward) -> None:
    (ward.directory / "policy.yaml").write_text("version: 2\n")
    assert ward.look()[0] == 2


@pytest.mark.parametrize(
    ("version", "state"),
    [("Terraform v1.11.4\n", "ok"), ("Terraform v1.9.8\n", "warn"), ("", "warn"), ("Terraform v2.0.0", "ok")],
)
def test_terraform_must_lock_in_s3_itself(version: str, state: str, ward: Ward) -> None:
    policy = Policy.model_validate({"version": 1, "rules": [{"name": "n", "on": ["schedule"], "run": "janitor"}]})

    def never(*_: str) -> Any:
        raise AssertionError

    patient = doctor.Patient(Path(), "a/b", policy, {}, never, never, never, lambda: version, wiring.is_key_file, never)
    (result,) = TERRAFORM.look(patient)
    assert result.state.value == state


def test_as_an_app_each_consumer_is_reached_with_the_right_that_it_is_asked_by() -> None:
    """Minting the token is the whole question; one that is refused says what to do."""
    asked: list[tuple[str, str]] = []

    def reaches(repo: str, permission: str) -> object:
        asked.append((repo, permission))
        if repo == "acme/web":
            raise PermanentError("the App 1234 is not installed at acme/web: install it there")
        return None

    consumers = [{"repo": "acme/web"}, {"repo": "acme/app", "ask": "workflow_dispatch"}]
    contract = {"name": "api", "paths": ["api/**"], "consumers": consumers}
    policy = Policy.model_validate({"version": 1, "cross_repo": {"app": {"id": 1234}, "contracts": [contract]}})
    nobody: Any = nothing_but
    patient = doctor.Patient(Path(), "a/b", policy, {}, nobody, reaches, nobody, lambda: "", wiring.is_key_file, nobody)
    said = [(result.state.value, result.said) for result in CONSUMERS.look(patient)]
    assert said == [
        ("ok", "acme/app is reached as the App"),
        ("fail", "the App 1234 is not installed at acme/web: install it there"),
    ]
    assert asked == [("acme/app", "actions:write"), ("acme/web", "contents:write")]


class TestAzure:
    """Signed in, every subscription seen, and its locks readable; each that isn't says what to do."""

    def look(self, azure: AzureCloud, cwd: Path) -> tuple[int, str]:
        subprocess.run(["git", "init", "-q", "-b", "main", str(cwd)], check=True)
        listed = f'subscriptions: ["{ONE}", "{OTHER}"]'
        text = f'version: 1\nrules: []\njanitor: {{clouds: {{azure: {{{listed}, endpoint: "{azure.fake.url}"}}}}}}\n'
        (cwd / "policy.yaml").write_text(text)
        code, printed = within("doctor", cwd=cwd, environ={})
        return code, "\n".join(line for line in printed.splitlines() if "azure" in line)

    def test_where_all_is_well_it_says_so(self, azure: AzureCloud, tmp_path: Path) -> None:
        azure.fake.lock(f"/subscriptions/{ONE}")
        _, said = self.look(azure, tmp_path)
        assert said.count("ok ") == 3
        assert f"azure {ONE}: seen, with 1 locks" in said

    def test_a_subscription_that_isnt_seen_and_locks_that_cant_be_read_fail(
        self, azure: AzureCloud, tmp_path: Path
    ) -> None:
        del azure.fake.subscriptions[OTHER]
        azure.fake.faults.append(Fault(f"GET .*{ONE}.*/locks", 403, "AuthorizationFailed"))
        code, said = self.look(azure, tmp_path)
        assert code == 3
        assert "don't see this subscription" in said
        assert "its locks can't be read" in said
        assert said.count("terraform/modules/oidc/azure") == 2


class TestGcp:
    """Every project opens and can be searched, folders can be listed; each that can't says what to do."""

    def look(self, google: FakeGoogle, cwd: Path) -> tuple[int, str]:
        subprocess.run(["git", "init", "-q", "-b", "main", str(cwd)], check=True)
        listed = f'projects: ["{things.ONE}", "{things.TWO}"], ephemeral: [{things.FOLDER}]'
        endpoint = f'endpoint: "{google.url}/{{service}}"'
        text = f"version: 1\nrules: []\njanitor: {{clouds: {{gcp: {{{listed}, {endpoint}}}}}}}\n"
        (cwd / "policy.yaml").write_text(text)
        code, printed = within("doctor", cwd=cwd, environ=google.environ(cwd))
        return code, "\n".join(line for line in printed.splitlines() if "gcp" in line or "grant" in line)

    def test_where_all_is_well_it_says_so(self, google_cloud: FakeGoogle, tmp_path: Path) -> None:
        for number, name in things.IDS.items():
            google_cloud.project(number, name)
        google_cloud.project("200000000001", "dg-preview-1", parent=things.FOLDER)
        _, said = self.look(google_cloud, tmp_path)
        assert said.count("ok ") == 3
        assert f"gcp {things.ONE}: sandbox-one opens, and can be searched" in said
        assert "1 projects lie directly below it" in said
        assert google_cloud.writes == []

    def test_a_project_that_doesnt_open_and_one_that_cant_be_searched_fail(
        self, google_cloud: FakeGoogle, tmp_path: Path
    ) -> None:
        google_cloud.project(things.ONE, "sandbox-one")
        answer = google_error(403, "PERMISSION_DENIED", "SERVICE_DISABLED", "Cloud Asset API has not been used")
        google_cloud.faults.append(GoogleFault("searchAllResources", answer[0], answer[1]))
        code, said = self.look(google_cloud, tmp_path)
        assert code == 3
        assert "has not been used" in said
        assert said.count("roles/cloudasset.viewer") == 2
