"""The read side: all that planners, publishers and the gate's second look may look at."""

from __future__ import annotations

import importlib
import logging
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import cast

from driftguard import audit
from driftguard.commands.store import OverrideStore
from driftguard.cross_repo.nonces import RunNonces
from driftguard.cross_repo.pace import Pacer
from driftguard.errors import DriftGuardError
from driftguard.forge import Forge, Overrides
from driftguard.model import Event, History
from driftguard.policy import Janitor, Policy
from driftguard.ports import Clock, Cloud, LanguageModel, Progress, SourceTree, Tools
from driftguard.progress import Silent, Watched
from driftguard.wiring.request import DEFAULT_AUDIT_DIR

LISTING = 0.5
"""The part of a run's time by which a cloud's listings must have ended; one that hasn't is a gap."""

log = logging.getLogger(__name__)


@dataclass
class LazySources:
    """``ports.Sources``: each part is built when first asked for, and can only read."""

    policy: Policy
    directory: Path
    environ: Mapping[str, str]
    clock: Clock
    stack: ExitStack
    audit_dir: Path = DEFAULT_AUDIT_DIR
    progress: Progress = field(default_factory=Silent)

    @cached_property
    def history(self) -> History:
        return audit.history(self.audit_dir) if any(rule.run == "janitor" for rule in self.policy.rules) else History()

    @cached_property
    def tree(self) -> SourceTree:
        git = importlib.import_module("driftguard.clients.git")
        tree: SourceTree = self.stack.enter_context(git.GitTree.open(self.directory))
        return tree

    @property
    def tools(self) -> Tools:
        return tools()

    @cached_property
    def clouds(self) -> Sequence[Cloud]:
        names = configured_clouds(self.policy.janitor)
        watched = [Watched(built_cloud(name, self.policy, self.environ), self.progress) for name in names]
        return cast("list[Cloud]", watched)

    @cached_property
    def model(self) -> LanguageModel | None:
        if not self.policy.ai_sync.model:
            return None
        client = importlib.import_module(f"driftguard.clients.{self.policy.ai_sync.ai.provider}")
        model: LanguageModel = client.model(self.policy.ai_sync.ai, self.environ)
        return model

    @cached_property
    def forge(self) -> Forge | None:
        token = self.environ.get(self.policy.github.token_env)
        if not token:
            return None
        github = importlib.import_module("driftguard.clients.github")
        forge: Forge = github.reader(token, self.environ, self.pacer.turn)
        return forge

    @cached_property
    def pacer(self) -> Pacer:
        """One for all requests to GitHub that this run makes."""
        return Pacer()

    @cached_property
    def nonces(self) -> RunNonces:
        return RunNonces()

    @property
    def web_url(self) -> str:
        return (self.environ.get("GITHUB_SERVER_URL") or "https://github.com").rstrip("/")

    @property
    def run_url(self) -> str:
        return run_url(self.environ)

    def overrides(self, event: Event) -> Overrides:
        return OverrideStore(self.forge, self.policy.github, self.clock).overrides(event)


def named_secrets(policy: Policy, environ: Mapping[str, str]) -> tuple[str, ...]:
    """The values of the variables that the policy names for tokens and keys, whatever they are called."""
    names = [policy.github.token_env, policy.cross_repo.token_env]
    names += [policy.cross_repo.app.key_env] if policy.cross_repo.app else []
    return tuple(filter(None, map(environ.get, names)))


def tools() -> Tools:
    """The programs that compare contracts; each is looked for when first asked."""
    return importlib.import_module("driftguard.clients.buf").Buf()  # type: ignore[no-any-return]


def identities(sources: LazySources, event: Event) -> list[str]:
    """Whose accounts the credentials open, as far as a rule that ``event`` matches looks into clouds.

    One that can't be told is left out: then no plan of it matches, and every run says itself what is wrong.
    """
    found = []
    if any(rule.run == "janitor" and rule.matches(event.kind) for rule in sources.policy.rules):
        for cloud in sources.clouds:
            try:
                found.append(cloud.identity())
            except DriftGuardError as error:
                log.warning("%s: whose account this is can't be told: %s", cloud.provider, error)
    return found


def configured_clouds(janitor: Janitor) -> list[str]:
    """The names under ``janitor.clouds`` that the policy fills in; each has a client and a folder of resources."""
    return [name for name in type(janitor.clouds).model_fields if getattr(janitor.clouds, name) is not None]


def built_cloud(name: str, policy: Policy, environ: Mapping[str, str]) -> Cloud:
    """The read side of the cloud called ``name``."""
    client = importlib.import_module(f"driftguard.clients.{name}")
    resources = importlib.import_module(f"driftguard.janitor.resources.{name}")
    seconds = LISTING * policy.limits.deadline.total_seconds()
    cloud: Cloud = resources.cloud(policy.janitor, client.reader(policy.janitor, environ, policy.auth), seconds)
    return cloud


def run_url(environ: Mapping[str, str]) -> str:
    """Where this run's log is; empty outside Actions."""
    server, repo, run = (environ.get(f"GITHUB_{name}") for name in ("SERVER_URL", "REPOSITORY", "RUN_ID"))
    return f"{server}/{repo}/actions/runs/{run}" if server and repo and run else ""
