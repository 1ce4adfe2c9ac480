"""Cloud keys that lie in a job's environment though OIDC makes them unnecessary. Never shows a value."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from driftguard.model import Finding, Severity
from driftguard.policy import LongLivedKeys, Policy

RULE = "auth/long-lived-key"
_SEVERITIES = {LongLivedKeys.WARN: Severity.WARNING, LongLivedKeys.BLOCK: Severity.ERROR}
_FIX = {
    "AWS": "janitor.clouds.aws.role names the role to sign in as",
    "AZURE": "auth.azure names the application to sign in as",
    "GOOGLE": "auth.gcp names the workload identity provider",
}


def long_lived(policy: Policy, environ: Mapping[str, str], is_key_file: Callable[[str], bool]) -> tuple[Finding, ...]:
    """A finding for each stored key in a job of GitHub Actions; elsewhere there is no OIDC, and so nothing to say.

    ``is_key_file`` tells whether a path holds a service account's key. Session credentials, which end by themselves,
    are no finding.
    """
    severity = _SEVERITIES.get(policy.auth.long_lived_keys)
    if severity is None or environ.get("GITHUB_ACTIONS") != "true":
        return ()
    return tuple(_finding(name, severity) for name in _stored(environ, is_key_file))


def _stored(environ: Mapping[str, str], is_key_file: Callable[[str], bool]) -> Iterator[str]:
    if environ.get("AWS_SECRET_ACCESS_KEY") and not environ.get("AWS_SESSION_TOKEN"):
        yield "AWS_SECRET_ACCESS_KEY"
    yield from (name for name in ("AZURE_CLIENT_SECRET", "AZURE_CLIENT_CERTIFICATE_PATH") if environ.get(name))
    path = environ.get("GOOGLE_APPLICATION_CREDENTIALS")
    if path and is_key_file(path):
        yield "GOOGLE_APPLICATION_CREDENTIALS"


def _finding(name: str, severity: Severity) -> Finding:
    what = "names a service account's key" if name.startswith("GOOGLE") else "is set"
    return Finding(
        id=f"{RULE}/{name}",
        rule=RULE,
        kind="environment",
        name=name,
        message=f"{name} {what}; OIDC makes it unnecessary",
        severity=severity,
        fix=f"Remove the secret and give the job 'permissions: id-token: write'; {_FIX[name.partition('_')[0]]}.",
    )
