"""Sessions for other repositories: as the App where the policy names one, else with one token for all."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from typing import Any

from driftguard.errors import UsageError
from driftguard.policy import Policy

Reach = Callable[[str, str], Any]
"""By repository and permission (``contents:write``)."""


def reach(policy: Policy, environ: Mapping[str, str], turn: Callable[[str], None]) -> Reach:
    """Raises ``UsageError`` with the policy's line where token or key aren't there."""
    crossing = policy.cross_repo
    if crossing.app is None:
        token = secret(policy, environ, "cross_repo.token_env", crossing.token_env)
        same: Reach = importlib.import_module("driftguard.clients.github").same_for_all(token, environ, turn)
        return same
    client = importlib.import_module("driftguard.clients.github_app")
    key = secret(policy, environ, "cross_repo.app.key_env", crossing.app.key_env)
    identity = client.AppKey(crossing.app.id, key, crossing.app.key_env, policy.where("cross_repo.app"))
    consumers = [one.repo for contract in crossing.contracts for one in contract.consumers]
    sessions: Reach = client.AppSessions(identity, consumers, environ, turn).reach
    return sessions


def secret(policy: Policy, environ: Mapping[str, str], path: str, variable: str) -> str:
    found = environ.get(variable)
    if not found:
        raise UsageError(f"{policy.where(path)}: {path}: the environment variable {variable} is not set")
    return found
