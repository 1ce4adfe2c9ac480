"""Questions that only ``doctor`` asks: plain GETs of GitHub's API, and Terraform's version."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from driftguard.errors import TransientError

_TIMEOUT = 10
_KEPT = ("PATH", "HOME", "SYSTEMROOT", "TMPDIR", "TEMP")


@dataclass(frozen=True, slots=True)
class GitHubProbe:
    """GitHub as ``token`` sees it. Nothing is tried again: whoever runs doctor can."""

    token: str = field(repr=False)
    api_url: str

    def get(self, path: str) -> tuple[int, Mapping[str, str], Any]:
        """Status, headers (lower case) and JSON (``None`` if it isn't any)."""
        import requests  # noqa: PLC0415 - comes with PyGithub; 60 ms that most commands don't need

        headers = {"Authorization": f"Bearer {self.token}", "Accept": "application/vnd.github+json"}
        try:
            answer = requests.get(f"{self.api_url}{path}", headers=headers, timeout=_TIMEOUT, allow_redirects=False)
        except requests.exceptions.RequestException as error:
            raise TransientError(f"GitHub can't be reached at {self.api_url}: {type(error).__name__}") from error
        try:
            body = answer.json()
        except ValueError:
            body = None
        return answer.status_code, {name.lower(): value for name, value in answer.headers.items()}, body


def terraform_version() -> str:
    """What ``terraform version`` prints; empty if there is none."""
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    try:
        done = subprocess.run(
            ["terraform", "version"],
            env=kept | {"CHECKPOINT_DISABLE": "1"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_TIMEOUT,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.decode(errors="replace")
