"""Signed in to Google: a session whose wire itself refuses what a check refuses, and google-auth's errors as ours."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from driftguard.clients import oidc
from driftguard.errors import AccessDenied, MissingExtra, TransientError
from driftguard.policy import GcpIdentity

NEEDED_FOR = "the janitor on Google Cloud"
Check = Callable[[str, str], None]
"""Raises ``ReadOnlyViolation`` for a verb and path that a session may not send."""


def signed_in(identity: GcpIdentity | None, environ: Mapping[str, str], scopes: Sequence[str], check: Check) -> Any:
    """A requests session with these ``scopes``: by GitHub's token in a job, else as Google's default chain finds it.

    Raises ``AccessDenied`` where there are no credentials.
    """
    try:
        import google.auth  # noqa: PLC0415 - many packages that most commands don't need
        from google.auth.transport.requests import AuthorizedSession  # noqa: PLC0415
    except ImportError as error:
        raise MissingExtra("gcp", NEEDED_FOR) from error
    log = logging.getLogger("google.auth")
    if not log.handlers:
        log.addHandler(logging.NullHandler())  # it misses a default project, which nothing here goes by
    default: Any = google.auth.default
    credentials = oidc.gcp_credentials(identity, environ, scopes=scopes) or default(scopes=list(scopes))[0]
    build: Any = AuthorizedSession
    session = build(credentials, max_refresh_attempts=1)
    session.mount("https://", _wire(check))
    session.mount("http://", _wire(_nothing))
    session.headers["User-Agent"] = "driftguard"
    return session


def _wire(check: Check) -> Any:
    """The last thing before the network. Google's sign-in has a session of its own and doesn't pass here."""
    from requests.adapters import HTTPAdapter  # noqa: PLC0415 - see signed_in

    class Wire(HTTPAdapter):
        def send(self, request: Any, *args: Any, **more: Any) -> Any:
            check(request.method, urlsplit(request.url).path)
            return super().send(request, *args, **more)

    return Wire(pool_maxsize=64, max_retries=0)  # ours are the only retries, or they would multiply


def _nothing(_verb: str, where: str) -> None:
    raise AccessDenied(f"{where}: a token is never sent without TLS")


@contextmanager
def google_errors(what: str) -> Iterator[None]:
    """Errors of the sign-in and of the connection as ours. ``what`` is what was asked for."""
    try:
        import requests  # noqa: PLC0415 - comes with google-auth's transport
        from google.auth import exceptions  # noqa: PLC0415 - see signed_in
    except ImportError as error:
        raise MissingExtra("gcp", NEEDED_FOR) from error
    try:
        yield
    except exceptions.DefaultCredentialsError as error:
        raise AccessDenied(
            f"{what}: no Google credentials were found; sign in, or name the job's workload identity under auth.gcp"
        ) from error
    except exceptions.TransportError as error:
        raise TransientError(f"{what}: signing in: {_first_line(error)}") from error
    except exceptions.GoogleAuthError as error:
        kind = TransientError if getattr(error, "retryable", False) else AccessDenied
        raise kind(f"{what}: signing in: {_first_line(error)}") from error
    except requests.exceptions.RequestException as error:
        raise TransientError(f"{what}: {type(error).__name__}") from error


def _first_line(error: Exception) -> str:
    """Without what a token service may have echoed in further arguments."""
    return next(iter(str(error.args[0] if error.args else error).splitlines()), type(error).__name__)
