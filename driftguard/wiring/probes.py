"""What ``doctor`` looks through, and whether a file is a stored key. Reads only."""

from __future__ import annotations

import importlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from driftguard.policy import Policy
from driftguard.wiring.reaching import Reach, reach
from driftguard.wiring.sources import built_cloud


def github_probe(token: str, environ: Mapping[str, str]) -> Any:
    """GitHub as ``token`` sees it, for ``doctor``."""
    probe = importlib.import_module("driftguard.clients.probe")
    return probe.GitHubProbe(token, environ.get("GITHUB_API_URL") or "https://api.github.com")


@dataclass
class AppReach:
    """Sessions for repositories as the policy's App; each raises a ``DriftGuardError`` that says what is missing."""

    policy: Policy
    environ: Mapping[str, str]

    @cached_property
    def _sessions(self) -> Reach:
        return reach(self.policy, self.environ, lambda _verb: None)

    def __call__(self, repo: str, permission: str) -> object:
        return self._sessions(repo, permission)


def aws_as(which: str, policy: Policy, environ: Mapping[str, str]) -> Any:
    """AWS as the policy's role for reads; for ``write`` as the other role, and still reading only."""
    aws = policy.janitor.clouds.aws
    if which == "write" and aws is not None:
        aws = aws.model_copy(update={"role": aws.write_role or aws.role})
    clouds = policy.janitor.clouds.model_copy(update={"aws": aws})
    client = importlib.import_module("driftguard.clients.aws")
    return client.reader(policy.janitor.model_copy(update={"clouds": clouds}), environ)


def cloud_called(name: str, policy: Policy, environ: Mapping[str, str]) -> Any:
    """The read side of one of the policy's clouds."""
    return built_cloud(name, policy, environ)


def terraform_version() -> str:
    version: str = importlib.import_module("driftguard.clients.probe").terraform_version()
    return version


def is_key_file(path: str) -> bool:
    """Whether ``path`` holds a service account's key; a file that can't be read serves nobody."""
    try:
        content = json.loads(Path(path).read_bytes())
    except (OSError, ValueError):
        return False
    return isinstance(content, dict) and content.get("type") == "service_account"
