"""Signing in to each cloud with the token that GitHub issues to a job: nothing is stored that could leak.

A ``TokenSource`` asks GitHub anew each time, since its tokens live for minutes; each cloud's SDK asks the source again
when its own credentials run out, so a run of any length stays signed in.
https://docs.github.com/en/actions/reference/security/oidc
"""

from __future__ import annotations

import json
import re
from base64 import urlsafe_b64decode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from driftguard.errors import AccessDenied, MissingExtra, TransientError
from driftguard.policy import AzureIdentity, GcpIdentity
from driftguard.ports import Clock
from driftguard.retry import Backoff, with_backoff

URL, BEARER = "ACTIONS_ID_TOKEN_REQUEST_URL", "ACTIONS_ID_TOKEN_REQUEST_TOKEN"
AWS_AUDIENCE = "sts.amazonaws.com"
AZURE_AUDIENCE = "api://AzureADTokenExchange"
GCP_TOKEN_URL = "https://sts.googleapis.com/v1/token"  # noqa: S105 - an address
GCP_SCOPE = "https://www.googleapis.com/auth/cloud-platform"
LIFETIME = 3600
"""Seconds; what a role allows unless its ``max_session_duration`` says more."""

_TIMEOUT = 10
_HINT = "the job needs 'permissions: id-token: write'; a fork's pull request never gets it"


@dataclass(frozen=True, slots=True)
class TokenSource:
    """GitHub's token for one audience. Safe to share between threads; remembers nothing."""

    url: str
    bearer: str = field(repr=False)
    audience: str
    backoff: Backoff = field(default_factory=Backoff)

    def token(self) -> str:
        """A fresh token. Raises ``AccessDenied`` if GitHub gives none, ``TransientError`` if it doesn't answer."""
        return with_backoff(self._ask, self.backoff)()

    def _ask(self) -> str:
        import requests  # noqa: PLC0415 - comes with PyGithub; 60 ms that most commands don't need

        joint = "&" if "?" in self.url else "?"
        try:
            answer = requests.get(
                f"{self.url}{joint}audience={quote(self.audience, safe='')}",
                headers={"Authorization": f"Bearer {self.bearer}", "Accept": "application/json"},
                timeout=_TIMEOUT,
                allow_redirects=False,  # the bearer goes to GitHub and nowhere else
            )
        except requests.exceptions.RequestException as error:
            raise TransientError(f"GitHub's token service: {type(error).__name__}") from error
        return _token_in(answer)


def _token_in(answer: Any) -> str:
    if answer.status_code >= 500 or answer.status_code == 429:  # noqa: PLR2004 - HTTP
        raise TransientError(f"GitHub's token service answered {answer.status_code}")
    try:
        body = answer.json()
    except ValueError:
        body = None
    token = body.get("value") if isinstance(body, Mapping) else None
    if answer.status_code != 200 or not isinstance(token, str) or not token:  # noqa: PLR2004 - HTTP
        raise AccessDenied(f"GitHub's token service answered {answer.status_code} and no token; {_HINT}")
    return token


def subject(token: str) -> str:
    """Whom ``token`` says that it is for, for people: nothing is checked here."""
    try:
        body = token.split(".")[1]
        claims = json.loads(urlsafe_b64decode(body + "=" * (-len(body) % 4)))
        return str(claims["sub"])
    except (ValueError, KeyError, IndexError, TypeError):
        return "that GitHub's token carries"


def source(environ: Mapping[str, str], audience: str) -> TokenSource | None:
    """GitHub's token service as Actions names it; ``None`` outside Actions and where the job may not use it."""
    url, bearer = environ.get(URL), environ.get(BEARER)
    return TokenSource(url, bearer, audience) if url and bearer else None


def aws_session(role: str, environ: Mapping[str, str], clock: Clock = lambda: datetime.now(UTC)) -> Any | None:
    """A session of botocore that acts as ``role``; ``None`` where Actions offers no token and its own chain must do.

    The first call signs in. Raises ``AccessDenied`` from any call if AWS refuses the token.
    """
    tokens = source(environ, AWS_AUDIENCE)
    if not role or tokens is None:
        return None
    try:
        from botocore.credentials import (  # noqa: PLC0415 - 100 ms that most commands don't need
            CredentialResolver,
            DeferredRefreshableCredentials,
        )
        from botocore.session import get_session  # noqa: PLC0415
    except ImportError as error:
        raise MissingExtra("aws", "signing in to AWS") from error
    session = get_session()
    refresh = _assume(session, role, _session_name(environ), tokens)
    credentials = DeferredRefreshableCredentials(refresh, "github-oidc", time_fetcher=clock)
    session.register_component("credential_provider", CredentialResolver([_provider(credentials)]))
    return session


def _provider(credentials: Any) -> Any:
    """A credential provider as botocore shapes it, for credentials that are there already."""
    from botocore.credentials import CredentialProvider  # noqa: PLC0415 - see aws_session

    class Given(CredentialProvider):
        METHOD = "github-oidc"

        def load(self) -> Any:
            return credentials

    return Given()


def _assume(session: Any, role: str, name: str, tokens: TokenSource) -> Callable[[], Mapping[str, str]]:
    def refresh() -> Mapping[str, str]:
        from botocore import UNSIGNED  # noqa: PLC0415 - see aws_session
        from botocore.config import Config  # noqa: PLC0415
        from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415

        config = Config(signature_version=UNSIGNED, connect_timeout=5, read_timeout=30)
        token = tokens.token()
        try:
            sts = session.create_client("sts", region_name=_region(role), config=config)
            answer = sts.assume_role_with_web_identity(
                RoleArn=role, RoleSessionName=name, WebIdentityToken=token, DurationSeconds=LIFETIME
            )
        except ClientError as error:
            said = error.response.get("Error", {})
            raise AccessDenied(
                f"AWS refuses {role}: {said.get('Code')}: {said.get('Message')}; its trust policy must name the "
                f"subject {subject(token)} and the audience {AWS_AUDIENCE} as they stand"
            ) from error
        except BotoCoreError as error:
            raise TransientError(f"signing in as {role}: {error}") from error
        return _for_botocore(answer["Credentials"])

    return refresh


def _for_botocore(found: Mapping[str, Any]) -> Mapping[str, str]:
    return {
        "access_key": found["AccessKeyId"],
        "secret_key": found["SecretAccessKey"],
        "token": found["SessionToken"],
        "expiry_time": found["Expiration"].isoformat(),
    }


def _region(role: str) -> str:
    """A region of the role's own partition: ``arn:aws-cn:...`` signs in within China."""
    return {"aws-cn": "cn-north-1", "aws-us-gov": "us-gov-west-1"}.get(role.split(":")[1], "us-east-1")


def _session_name(environ: Mapping[str, str]) -> str:
    """What CloudTrail shows beside each call: which repository's which run."""
    text = f"driftguard-{environ.get('GITHUB_REPOSITORY', '')}-{environ.get('GITHUB_RUN_ID', '')}"
    return re.sub(r"[^\w+=,.@-]+", "-", text, flags=re.ASCII).strip("-")[-64:]


def azure_credential(identity: AzureIdentity | None, environ: Mapping[str, str], **options: Any) -> Any | None:
    """An azure-identity credential that asserts GitHub's token; ``None`` where Azure's default chain must do.

    ``options`` go to azure-identity: ``authority`` and ``transport`` for sovereign clouds and tests.
    """
    tokens = source(environ, AZURE_AUDIENCE)
    if identity is None or tokens is None:
        return None
    try:
        from azure.identity import ClientAssertionCredential  # noqa: PLC0415 - 196 ms that most commands don't need
    except ImportError as error:
        raise MissingExtra("azure", "signing in to Azure") from error
    return ClientAssertionCredential(identity.tenant, identity.client, tokens.token, **options)


def gcp_credentials(
    identity: GcpIdentity | None,
    environ: Mapping[str, str],
    token_url: str | None = None,
    scopes: Sequence[str] = (GCP_SCOPE,),
) -> Any | None:
    """google-auth credentials of the workload identity pool; ``None`` where Google's default chain must do."""
    if identity is None:
        return None
    provider = f"//iam.googleapis.com/{identity.provider}"
    tokens = source(environ, f"https:{provider}")
    if tokens is None:
        return None
    try:
        from google.auth import identity_pool  # noqa: PLC0415 - many packages that most commands don't need
    except ImportError as error:
        raise MissingExtra("gcp", "signing in to Google Cloud") from error
    account = identity.service_account
    host = "https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts"
    build: Any = identity_pool.Credentials  # google-auth says nothing about its types
    return build(
        audience=provider,
        subject_token_type="urn:ietf:params:oauth:token-type:jwt",  # noqa: S106 - a type's name
        token_url=token_url or GCP_TOKEN_URL,
        subject_token_supplier=_Supplier(tokens),
        service_account_impersonation_url=f"{host}/{account}:generateAccessToken" if account else None,
        scopes=list(scopes),
    )


@dataclass(frozen=True, slots=True)
class _Supplier:
    """google-auth's shape of a source of subject tokens."""

    tokens: TokenSource

    def get_subject_token(self, _context: Any, _request: Any) -> str:
        return self.tokens.token()
