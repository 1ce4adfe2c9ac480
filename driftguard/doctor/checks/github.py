"""GitHub: whether there is a token, what it may do here, and how much of its limit is left."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, ClassVar

from driftguard.doctor.examine import Patient, Result, State

ENOUGH = 200
"""Requests that a pull request's run may take."""

_REPO = re.compile(r"[\w.-]+/[\w.-]+")


class GitHubCheck:
    kind: ClassVar[str] = "github"

    def look(self, patient: Patient) -> Iterator[Result]:
        token = patient.environ.get("GITHUB_TOKEN") or patient.environ.get("GH_TOKEN") or ""
        if not token:
            in_job = patient.environ.get("GITHUB_ACTIONS") == "true"
            fix = "hand it on: env: GITHUB_TOKEN: ${{ github.token }}" if in_job else "set GITHUB_TOKEN to see it"
            state = State.FAIL if in_job else State.SKIPPED
            yield Result("github token", state, "GITHUB_TOKEN is not set", fix)
            return
        yield from _limit(patient, token)
        yield from _access(patient, token, patient.repo, "github token")


def _limit(patient: Patient, token: str) -> Iterator[Result]:
    status, _, body = patient.github(token).get("/rate_limit")
    if status == 401:  # noqa: PLR2004 - HTTP
        yield Result("github token", State.FAIL, "GitHub doesn't know this token (401)", "make a new one")
        return
    core = _dig(body, "resources", "core")
    if status != 200 or not isinstance(core, dict):  # noqa: PLR2004 - HTTP
        yield Result("github limit", State.SKIPPED, f"GitHub answered {status}")
        return
    left, limit = int(core.get("remaining", 0)), int(core.get("limit", 0))
    said = f"{left} of {limit} requests left until {datetime.fromtimestamp(int(core.get('reset', 0)), UTC):%H:%M} UTC"
    if left < ENOUGH:
        yield Result("github limit", State.FAIL, said, "use an App's token: 5,000 requests an hour")
    else:
        yield Result("github limit", State.OK, said)


def _access(patient: Patient, token: str, repo: str, name: str) -> Iterator[Result]:
    if not _REPO.fullmatch(repo) or repo.startswith("local/"):
        yield Result(name, State.SKIPPED, f"'{repo}' is no repository on GitHub", "add the remote 'origin'")
        return
    status, headers, body = patient.github(token).get(f"/repos/{repo}")
    if status == 200:  # noqa: PLR2004 - HTTP
        scopes = headers.get("x-oauth-scopes", "")
        may = ", ".join(key for key, value in (_dig(body, "permissions") or {}).items() if value is True)
        wide = f"; it is a person's, with the scopes {scopes}" if scopes else ""
        state = State.WARN if scopes else State.OK
        yield Result(
            name, state, f"reaches {repo} ({may or 'read'}){wide}", "an App's token lasts an hour" if scopes else ""
        )
    elif status in (403, 404):
        yield Result(
            name, State.FAIL, f"doesn't reach {repo} ({status})", f"install the App on {repo}, or name it right"
        )
    elif status != 401:  # noqa: PLR2004 - HTTP; told by _limit
        yield Result(name, State.SKIPPED, f"GitHub answered {status} for {repo}")


def _dig(value: Any, *keys: str) -> Any:
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value


CHECK = GitHubCheck()
