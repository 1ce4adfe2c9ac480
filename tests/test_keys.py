"""Stored keys are found where OIDC could do, by name, and never shown."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from driftguard import keys, wiring
from driftguard.model import Severity
from driftguard.policy import Auth, LongLivedKeys, Policy

JOB = {"GITHUB_ACTIONS": "true"}
AWS = {"AWS_ACCESS_KEY_ID": "AKIAEXAMPLE", "AWS_SECRET_ACCESS_KEY": "very-secret-value"}


def found(environ: dict[str, str], mode: LongLivedKeys = LongLivedKeys.WARN) -> dict[str, Severity]:
    policy = Policy(version=1, auth=Auth(long_lived_keys=mode))
    return {finding.name: finding.severity for finding in keys.long_lived(policy, environ, wiring._is_key_file)}


def test_an_aws_secret_is_a_warning_that_names_the_cure() -> None:
    (finding,) = keys.long_lived(Policy(version=1), JOB | AWS, wiring._is_key_file)
    assert finding.message == "AWS_SECRET_ACCESS_KEY is set; OIDC makes it unnecessary"
    assert finding.severity is Severity.WARNING
    assert "id-token: write" in finding.fix
    assert "janitor.clouds.aws.role" in finding.fix


def test_the_policy_makes_it_block_or_silent() -> None:
    assert found(JOB | AWS, LongLivedKeys.BLOCK) == {"AWS_SECRET_ACCESS_KEY": Severity.ERROR}
    assert found(JOB | AWS, LongLivedKeys.ALLOW) == {}


def test_session_credentials_end_by_themselves() -> None:
    assert found(JOB | AWS | {"AWS_SESSION_TOKEN": "t"}) == {}


@pytest.mark.parametrize("name", ["AZURE_CLIENT_SECRET", "AZURE_CLIENT_CERTIFICATE_PATH"])
def test_azures_secrets_count(name: str) -> None:
    assert found(JOB | {name: "x"}) == {name: Severity.WARNING}
    assert found(JOB | {name: ""}) == {}


@pytest.mark.parametrize(("kind", "counts"), [("service_account", True), ("external_account", False), ("", False)])
def test_a_google_file_counts_if_it_holds_a_key(kind: str, counts: bool, tmp_path: Path) -> None:
    file = tmp_path / "credentials.json"
    file.write_text(json.dumps({"type": kind}))
    assert bool(found(JOB | {"GOOGLE_APPLICATION_CREDENTIALS": str(file)})) is counts


@pytest.mark.parametrize("content", [b"\xff", b"[]", b"", b"{"])
def test_a_google_file_that_is_none_doesnt_count(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "credentials.json"
    file.write_bytes(content)
    assert found(JOB | {"GOOGLE_APPLICATION_CREDENTIALS": str(file)}) == {}
    assert found(JOB | {"GOOGLE_APPLICATION_CREDENTIALS": str(tmp_path / "none")}) == {}


def test_on_a_persons_machine_there_is_no_oidc_and_so_no_finding() -> None:
    assert found(AWS) == {}


@given(st.text(min_size=9))
def test_no_finding_holds_the_value(value: str) -> None:
    environ = JOB | {"AWS_SECRET_ACCESS_KEY": f"<<{value}>>", "AZURE_CLIENT_SECRET": f"<<{value}>>"}
    findings = keys.long_lived(Policy(version=1), environ, wiring._is_key_file)
    assert len(findings) == 2
    assert f"<<{value}>>" not in repr(findings)
