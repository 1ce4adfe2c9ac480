"""Trails are added to a bucket of each cloud, and what lies there is never replaced."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from stage import oidc as stage
from stage.moto_cloud import ACCOUNT, MotoCloud

from driftguard.clients import bucket
from driftguard.errors import AccessDenied, PermanentError
from driftguard.policy import Auth, AzureIdentity, GcpIdentity

NOBODY = bucket.SignIn("", Auth(), {})
TENANT = AzureIdentity(tenant="11111111-1111-1111-1111-111111111111", client="22222222-2222-2222-2222-222222222222")
PROVIDER = "projects/42/locations/global/workloadIdentityPools/github/providers/driftguard"


@pytest.fixture
def s3(aws: MotoCloud, monkeypatch: pytest.MonkeyPatch) -> MotoCloud:
    for name, value in aws.environ.items():
        monkeypatch.setenv(name, value)
    aws.client("s3").create_bucket(
        Bucket="trails",
        CreateBucketConfiguration={"LocationConstraint": "eu-west-1"},
        ObjectLockEnabledForBucket=True,
    )
    return aws


def test_s3_takes_each_file_under_the_prefix(s3: MotoCloud) -> None:
    bucket.add("s3://trails/team/a", {"run/audit.jsonl": b"{}\n", "run/audit.head": b"1"}, NOBODY)
    listed = s3.client("s3").list_objects_v2(Bucket="trails")["Contents"]
    assert [each["Key"] for each in listed] == ["team/a/run/audit.head", "team/a/run/audit.jsonl"]
    body = s3.client("s3").get_object(Bucket="trails", Key="team/a/run/audit.jsonl")["Body"].read()
    assert body == b"{}\n"


def test_s3_keeps_what_lies_there(s3: MotoCloud) -> None:
    bucket.add("s3://trails", {"a": b"first"}, NOBODY)
    bucket.add("s3://trails", {"a": b"second"}, NOBODY)
    assert s3.client("s3").get_object(Bucket="trails", Key="a")["Body"].read() == b"first"


def test_a_bucket_that_isnt_there_is_an_error_that_names_it(s3: MotoCloud) -> None:
    with pytest.raises(PermanentError, match="s3://none/a: 404 NoSuchBucket"):
        bucket.add("s3://none", {"a": b""}, NOBODY)


def test_s3_is_signed_in_to_with_the_policys_role(aws: MotoCloud, monkeypatch: pytest.MonkeyPatch) -> None:
    issuer = stage.Issuer(stage.Clock())
    sts = stage.CheckingSts(issuer, aws.url)
    aws.bucket("trails", {})
    with stage.serving(issuer.answer) as issuer.url, stage.serving(sts.answer) as url:
        monkeypatch.setenv("AWS_ENDPOINT_URL", aws.url)
        monkeypatch.setenv("AWS_ENDPOINT_URL_STS", url)
        role = f"arn:aws:iam::{ACCOUNT}:role/driftguard-read"
        bucket.add("s3://trails", {"a": b"x"}, bucket.SignIn(role, Auth(), issuer.environ))
    assert sts.roles == [role]


@dataclass
class Store:
    """Google's and Azure's way to add an object, as far as a trail needs it."""

    token: str
    objects: dict[str, bytes] = field(default_factory=dict)

    def answer(self, asked: BaseHTTPRequestHandler, body: bytes) -> stage.Answer:
        if not asked.headers["Authorization"].startswith(f"Bearer {self.token}"):
            return 403, "text/plain", ""
        parts, query = urlsplit(asked.path), parse_qs(urlsplit(asked.path).query)
        name = query["name"][0] if "name" in query else parts.path
        only_new = query.get("ifGenerationMatch") == ["0"] or asked.headers.get("If-None-Match") == "*"
        assert only_new, "a trail must never replace another"
        if name in self.objects:
            return 412, "text/plain", ""
        self.objects[name] = body
        return 201, "application/json", "{}"


@pytest.fixture
def issuer() -> Iterator[stage.Issuer]:
    issuer = stage.Issuer(stage.Clock())
    with stage.serving(issuer.answer) as issuer.url:
        yield issuer


def test_google_takes_each_file_with_a_token_of_the_pool(issuer: stage.Issuer, monkeypatch: pytest.MonkeyPatch) -> None:
    stage.stay_on_loopback(monkeypatch)
    store, sts = Store("google-"), stage.CheckingGoogleSts(issuer, PROVIDER)
    with stage.serving(sts.answer) as exchange, stage.serving(store.answer) as host:
        monkeypatch.setattr("driftguard.clients.oidc.GCP_TOKEN_URL", exchange)
        sign_in = bucket.SignIn(
            "", Auth(gcp=GcpIdentity(provider=PROVIDER)), issuer.environ | {"STORAGE_EMULATOR_HOST": host}
        )
        bucket.add("gs://trails/a", {"b/audit.jsonl": b"x"}, sign_in)
        bucket.add("gs://trails/a", {"b/audit.jsonl": b"y"}, sign_in)
        assert store.objects == {"a/b/audit.jsonl": b"x"}
        issuer.claims["sub"] = "repo:evil/fork:pull_request"
        with pytest.raises(AccessDenied, match="gs://trails/c"):
            bucket.add("gs://trails", {"c": b""}, sign_in)


def test_azure_takes_each_file_with_a_token_of_the_application(
    issuer: stage.Issuer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, entra = Store("azure-"), stage.CheckingEntra(issuer)
    tls, chain = stage.self_signed(tmp_path)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(chain))
    with stage.serving(entra.answer, tls) as authority, stage.serving(store.answer) as host:
        monkeypatch.setenv("AZURE_AUTHORITY_HOST", authority)
        environ = issuer.environ | {"AZURE_STORAGE_BLOB_ENDPOINT": host}
        sign_in = bucket.SignIn("", Auth(azure=TENANT), environ)
        bucket.add("az://account/trails/a", {"b/audit.jsonl": b"x"}, sign_in)
        assert store.objects == {"/trails/a/b/audit.jsonl": b"x"}
        store.token = "another"
        with pytest.raises(AccessDenied, match="az://account/trails/c: 403"):
            bucket.add("az://account/trails", {"c": b""}, sign_in)
