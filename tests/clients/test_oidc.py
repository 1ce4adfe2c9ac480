"""Each cloud is signed in to with GitHub's token alone, and with no other token; a long run stays signed in."""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from azure.core.exceptions import ClientAuthenticationError
from google.auth import _helpers
from google.auth.exceptions import OAuthError
from google.auth.transport.requests import Request
from stage import oidc as stage
from stage.moto_cloud import ACCOUNT, MotoCloud

from driftguard.clients import aws as aws_client
from driftguard.clients import oidc
from driftguard.errors import AccessDenied, PermanentError, TransientError
from driftguard.policy import AzureIdentity, GcpIdentity, Janitor
from driftguard.retry import Backoff

ROLE = f"arn:aws:iam::{ACCOUNT}:role/driftguard-read"
PROVIDER = "projects/42/locations/global/workloadIdentityPools/github/providers/driftguard"
AZURE = AzureIdentity(tenant="11111111-1111-1111-1111-111111111111", client="22222222-2222-2222-2222-222222222222")
GCP = GcpIdentity(provider=PROVIDER)
SCOPE = "https://management.azure.com/.default"
bad_tokens = pytest.mark.parametrize("spoil", stage.BAD_TOKENS.values(), ids=stage.BAD_TOKENS)


@pytest.fixture
def clock() -> stage.Clock:
    return stage.Clock()


@pytest.fixture
def issuer(clock: stage.Clock) -> Iterator[stage.Issuer]:
    issuer = stage.Issuer(clock)
    with stage.serving(issuer.answer) as issuer.url:
        yield issuer


# GitHub ------------------------------------------------------------------------------------------------------------


def test_the_token_service_is_asked_for_the_audience_with_the_jobs_own_bearer(issuer: stage.Issuer) -> None:
    tokens = oidc.source(issuer.environ, "api://x?y&z=1")
    assert tokens is not None
    issuer.check(tokens.token(), "api://x?y&z=1")


def test_a_source_never_shows_its_bearer(issuer: stage.Issuer) -> None:
    assert stage.BEARER not in repr(oidc.source(issuer.environ, "x"))


def test_outside_actions_there_is_no_source() -> None:
    assert oidc.source({}, "x") is None
    assert oidc.source({oidc.URL: "http://127.0.0.1"}, "x") is None


def test_a_refusal_says_which_permission_the_job_needs(issuer: stage.Issuer) -> None:
    tokens = oidc.source(issuer.environ | {oidc.BEARER: "wrong"}, "x")
    assert tokens is not None
    with pytest.raises(AccessDenied, match="id-token: write"):
        tokens.token()


@pytest.mark.parametrize("answer", [(200, "text/html", "<html>"), (200, "application/json", "[]"), (302, "x/y", "")])
def test_an_answer_without_a_token_is_a_refusal(answer: stage.Answer) -> None:
    with stage.serving(lambda *_: answer) as url:
        tokens = oidc.TokenSource(url, "b", "x")
        with pytest.raises(AccessDenied):
            tokens.token()


def test_a_failing_service_is_asked_again_and_then_said() -> None:
    answers = [(503, "text/plain", ""), (200, "application/json", json.dumps({"value": "t"}))]
    pauses: list[float] = []
    with stage.serving(lambda *_: answers.pop(0)) as url:
        assert oidc.TokenSource(url, "b", "x", Backoff(sleep=pauses.append)).token() == "t"
    assert len(pauses) == 1
    with pytest.raises(TransientError):
        oidc.TokenSource(url, "b", "x", Backoff(attempts=2, sleep=pauses.append)).token()


# AWS ---------------------------------------------------------------------------------------------------------------


@dataclass
class Aws:
    sts: stage.CheckingSts
    environ: dict[str, str]

    def session(self, issuer: stage.Issuer) -> Any:
        return oidc.aws_session(ROLE, issuer.environ, issuer.clock.now)


@pytest.fixture
def signed_in(issuer: stage.Issuer, aws: MotoCloud, monkeypatch: pytest.MonkeyPatch) -> Iterator[Aws]:
    sts = stage.CheckingSts(issuer, aws.url)
    with stage.serving(sts.answer) as url:
        environ = {"AWS_ENDPOINT_URL": url, "AWS_DEFAULT_REGION": "eu-west-1"}
        for name, value in environ.items():
            monkeypatch.setenv(name, value)
        yield Aws(sts, environ)


def identity(session: Any) -> str:
    return str(session.create_client("sts", region_name="eu-west-1").get_caller_identity()["Arn"])


def test_aws_signs_in_with_the_right_token_and_names_the_run_for_cloudtrail(
    signed_in: Aws, issuer: stage.Issuer
) -> None:
    session = signed_in.session(issuer)
    assert issuer.issued == 0, "nobody signs in before the first call"
    assert "driftguard-read" in identity(session)
    assert signed_in.sts.roles == [ROLE]
    assert signed_in.sts.names == ["driftguard-acme-shop-4711"]


@bad_tokens
def test_aws_refuses_every_other_token(signed_in: Aws, issuer: stage.Issuer, spoil: Any) -> None:
    spoil(issuer)
    with pytest.raises(AccessDenied, match=r"AWS refuses .*trust policy"):
        identity(signed_in.session(issuer))
    assert signed_in.sts.roles == []


def test_a_run_of_90_minutes_renews_its_credentials_once_and_asks_github_again(
    signed_in: Aws, issuer: stage.Issuer
) -> None:
    session = signed_in.session(issuer)
    for minutes in range(0, 91, 10):
        issuer.clock.ahead = timedelta(minutes=minutes)
        identity(session)
    assert len(signed_in.sts.roles) == issuer.issued == 2


def test_the_janitors_sessions_take_the_role_of_the_policy(
    signed_in: Aws, issuer: stage.Issuer, aws: MotoCloud
) -> None:
    write_role = "arn:aws:iam::{account}:role/driftguard-write"
    clouds = {"aws": {"accounts": [ACCOUNT], "regions": ["eu-west-1"], "role": ROLE, "write_role": write_role}}
    janitor = Janitor.model_validate({"clouds": clouds})
    assert aws_client.reader(janitor, issuer.environ).account == ACCOUNT
    assert aws_client.writer(janitor, issuer.environ).account == ACCOUNT
    assert signed_in.sts.roles == [ROLE, f"arn:aws:iam::{ACCOUNT}:role/driftguard-write"]


def test_one_job_never_guesses_between_accounts() -> None:
    clouds = {"aws": {"accounts": [ACCOUNT, "210987654321"], "role": "arn:aws:iam::{account}:role/x"}}
    with pytest.raises(PermanentError, match="driftguard shards"):
        aws_client.reader(Janitor.model_validate({"clouds": clouds}), {})


def test_without_a_role_or_a_token_botos_own_chain_serves(issuer: stage.Issuer) -> None:
    assert oidc.aws_session("", issuer.environ) is None
    assert oidc.aws_session(ROLE, {}) is None


@pytest.mark.parametrize(
    ("role", "region"),
    [(ROLE, "us-east-1"), (ROLE.replace("arn:aws:", "arn:aws-cn:"), "cn-north-1")],
)
def test_each_partition_signs_in_at_home(role: str, region: str) -> None:
    assert oidc._region(role) == region


# Azure -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def entra(issuer: stage.Issuer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[stage.CheckingEntra]:
    checker = stage.CheckingEntra(issuer)
    tls, chain = stage.self_signed(tmp_path)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(chain))
    with stage.serving(checker.answer, tls) as url:
        monkeypatch.setenv("AZURE_AUTHORITY_HOST", url)
        yield checker


def azure(issuer: stage.Issuer) -> Any:
    return oidc.azure_credential(AZURE, issuer.environ, disable_instance_discovery=True, retry_total=0)


def test_azure_signs_in_with_the_right_token(entra: stage.CheckingEntra, issuer: stage.Issuer) -> None:
    assert azure(issuer).get_token(SCOPE).token == "azure-1"


@bad_tokens
def test_azure_refuses_every_other_token(entra: stage.CheckingEntra, issuer: stage.Issuer, spoil: Any) -> None:
    spoil(issuer)
    with pytest.raises(ClientAuthenticationError, match="AADSTS700213"):
        azure(issuer).get_token(SCOPE)


def test_azure_renews_over_90_minutes(
    entra: stage.CheckingEntra, issuer: stage.Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    credential, real = azure(issuer), time.time
    monkeypatch.setattr(time, "time", lambda: real() + issuer.clock.ahead.total_seconds())
    for minutes in range(0, 91, 15):
        issuer.clock.ahead = timedelta(minutes=minutes)
        credential.get_token(SCOPE)
    assert entra.given == issuer.issued == 2


# Google ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def google(issuer: stage.Issuer, monkeypatch: pytest.MonkeyPatch) -> Iterator[stage.CheckingGoogleSts]:
    stage.stay_on_loopback(monkeypatch)
    checker = stage.CheckingGoogleSts(issuer, PROVIDER)
    with stage.serving(checker.answer) as url:
        checker.url = f"{url}/v1/token"
        yield checker


def _google_token(checker: stage.CheckingGoogleSts, issuer: stage.Issuer) -> Any:
    found = oidc.gcp_credentials(GCP, issuer.environ, checker.url)
    assert found is not None
    found.refresh(Request())
    return found


def test_google_signs_in_with_the_right_token(google: stage.CheckingGoogleSts, issuer: stage.Issuer) -> None:
    assert _google_token(google, issuer).token == "google-1"


@bad_tokens
def test_google_refuses_every_other_token(google: stage.CheckingGoogleSts, issuer: stage.Issuer, spoil: Any) -> None:
    spoil(issuer)
    with pytest.raises(OAuthError, match="invalid_grant"):
        _google_token(google, issuer)


def test_google_renews_over_90_minutes(
    google: stage.CheckingGoogleSts, issuer: stage.Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = oidc.gcp_credentials(GCP, issuer.environ, google.url)
    assert found is not None
    monkeypatch.setattr(_helpers, "utcnow", lambda: issuer.clock.now().replace(tzinfo=None))
    for minutes in range(0, 91, 15):
        issuer.clock.ahead = timedelta(minutes=minutes)
        found.before_request(Request(), "GET", "https://example.invalid", {})
    assert google.given == issuer.issued == 2


def test_without_an_identity_in_the_policy_the_sdks_own_chain_serves(issuer: stage.Issuer) -> None:
    assert oidc.azure_credential(None, issuer.environ) is None
    assert oidc.azure_credential(AZURE, {}) is None
    assert oidc.gcp_credentials(None, issuer.environ) is None
    assert oidc.gcp_credentials(GCP, {}) is None


def test_a_service_account_is_impersonated_if_the_policy_names_one(issuer: stage.Issuer) -> None:
    with_account = GCP.model_copy(update={"service_account": "janitor@p.iam.gserviceaccount.com"})
    found = oidc.gcp_credentials(with_account, issuer.environ)
    assert found is not None
    assert found.service_account_email == "janitor@p.iam.gserviceaccount.com"
