"""A copy of the trail in a bucket: files are added, and none that lies there already is ever replaced."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from driftguard.clients import oidc
from driftguard.errors import AccessDenied, MissingExtra, PermanentError, TransientError
from driftguard.policy import Auth
from driftguard.retry import with_backoff

_TIMEOUT = 60
_GOOGLE = "https://storage.googleapis.com"
_AZURE_SCOPE = "https://storage.azure.com/.default"
_AZURE_VERSION = "2021-12-02"

Put = Callable[[str, bytes], None]
"""Add one file under a name. Raises ``PermanentError`` or ``TransientError``."""


@dataclass(frozen=True, slots=True)
class SignIn:
    """Whose rights are used: the AWS role (or none), the policy's identities, and the job's environment."""

    role: str
    auth: Auth
    environ: Mapping[str, str]


def add(url: str, files: Mapping[str, bytes], sign_in: SignIn) -> None:
    """Add ``files`` (name below the bucket's prefix -> content). ``url`` is as the policy's ``audit.bucket`` has it.

    Raises a ``DriftGuardError`` if one of them couldn't be added.
    """
    scheme, _, rest = url.partition("://")
    bucket, _, prefix = rest.partition("/")
    if scheme == "az":
        container, _, prefix = prefix.partition("/")
        put = _azure(bucket, container, sign_in)
    else:
        put = {"s3": _s3, "gs": _google}[scheme](bucket, sign_in)
    for name, content in files.items():
        with_backoff(put)("/".join(filter(None, (prefix.strip("/"), name))), content)


def _s3(bucket: str, sign_in: SignIn) -> Put:
    try:
        from botocore import exceptions  # noqa: PLC0415 - 100 ms that most commands don't need
        from botocore.config import Config  # noqa: PLC0415
        from botocore.session import get_session  # noqa: PLC0415
    except ImportError as error:
        raise MissingExtra("aws", f"s3://{bucket}") from error
    session: Any = oidc.aws_session(sign_in.role, sign_in.environ) or get_session()
    config = Config(retries={"total_max_attempts": 1}, connect_timeout=5, read_timeout=_TIMEOUT)

    def put(name: str, content: bytes) -> None:
        try:
            client = session.create_client("s3", config=config)
            client.put_object(Bucket=bucket, Key=name, Body=content, IfNoneMatch="*", ChecksumAlgorithm="SHA256")
        except exceptions.ClientError as error:
            status = int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
            code = str(error.response.get("Error", {}).get("Code", ""))
            _judge(f"s3://{bucket}/{name}", status, code)
        except exceptions.BotoCoreError as error:
            raise TransientError(f"s3://{bucket}/{name}: {error}") from error

    return put


def _google(bucket: str, sign_in: SignIn) -> Put:
    try:
        import google.auth  # noqa: PLC0415 - many packages that most commands don't need
        from google.auth.transport.requests import AuthorizedSession  # noqa: PLC0415
    except ImportError as error:
        raise MissingExtra("gcp", f"gs://{bucket}") from error
    host = sign_in.environ.get("STORAGE_EMULATOR_HOST") or _GOOGLE
    default: Any = google.auth.default
    found = oidc.gcp_credentials(sign_in.auth.gcp, sign_in.environ)
    signed: Any = AuthorizedSession
    session = signed(found or default(scopes=[oidc.GCP_SCOPE])[0])

    def put(name: str, content: bytes) -> None:
        where = f"{host}/upload/storage/v1/b/{quote(bucket)}/o?uploadType=media&ifGenerationMatch=0"
        with _said(f"gs://{bucket}/{name}"):
            answer = session.post(f"{where}&name={quote(name, safe='')}", data=content, timeout=_TIMEOUT)
            _judge(f"gs://{bucket}/{name}", answer.status_code, answer.reason)

    return put


def _azure(account: str, container: str, sign_in: SignIn) -> Put:
    import requests  # noqa: PLC0415 - comes with PyGithub

    try:
        from azure.identity import DefaultAzureCredential  # noqa: PLC0415 - 196 ms that most commands don't need
    except ImportError as error:
        raise MissingExtra("azure", f"az://{account}/{container}") from error
    credential = oidc.azure_credential(sign_in.auth.azure, sign_in.environ) or DefaultAzureCredential()
    host = sign_in.environ.get("AZURE_STORAGE_BLOB_ENDPOINT") or f"https://{account}.blob.core.windows.net"

    def put(name: str, content: bytes) -> None:
        with _said(f"az://{account}/{container}/{name}"):
            headers = {
                "Authorization": f"Bearer {credential.get_token(_AZURE_SCOPE).token}",
                "If-None-Match": "*",
                "x-ms-blob-type": "BlockBlob",
                "x-ms-version": _AZURE_VERSION,
            }
            answer = requests.put(f"{host}/{container}/{quote(name)}", content, headers=headers, timeout=_TIMEOUT)
            _judge(f"az://{account}/{container}/{name}", answer.status_code, answer.reason)

    return put


@contextmanager
def _said(where: str) -> Iterator[None]:
    """Foreign errors of a sign-in or a connection as ours."""
    import requests  # noqa: PLC0415 - comes with PyGithub

    try:
        yield
    except requests.exceptions.RequestException as error:
        raise TransientError(f"{where}: {type(error).__name__}") from error
    except (PermanentError, TransientError):
        raise
    except Exception as error:  # two SDKs' sign-in errors share no root
        raise AccessDenied(f"{where}: {type(error).__name__}: {str(error).splitlines()[0]}") from error


def _judge(where: str, status: int, said: str) -> None:
    """A name that is taken was added by an earlier try of the same file."""
    if status < 300 or status in (409, 412):  # noqa: PLR2004 - HTTP
        return
    if status >= 500 or status == 429:  # noqa: PLR2004 - HTTP
        raise TransientError(f"{where}: {status} {said}")
    kind = AccessDenied if status in (401, 403) else PermanentError
    raise kind(f"{where}: {status} {said}")
