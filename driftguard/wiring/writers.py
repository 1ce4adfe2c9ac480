"""The write side: nothing but a live run ever builds it."""

from __future__ import annotations

import importlib
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from driftguard.audit import Trail
from driftguard.cross_repo import asking, ledger, pages
from driftguard.forge import ForgeWriter
from driftguard.policy import Policy
from driftguard.ports import CloudWriter, Dispatcher, Nonces, StackDestroyer, Webhook, Workbench
from driftguard.wiring.reaching import Reach, reach, secret
from driftguard.wiring.sources import LazySources, configured_clouds, named_secrets


@dataclass
class LazyWriters:
    """``ports.Writers``. Only ``built_gate`` builds one, and only for a live run."""

    policy: Policy
    environ: Mapping[str, str]
    sources: LazySources
    trail: Trail
    begun: float = field(default_factory=time.monotonic)

    @cached_property
    def stacks(self) -> StackDestroyer:
        limit = self.policy.limits.deadline.total_seconds()
        git = importlib.import_module("driftguard.clients.git")
        client = importlib.import_module("driftguard.clients.terraform")
        directory, until = self.sources.directory, self.begun + max(limit / 2, limit - client.STOPPING)
        api = client.Terraform(self.environ, lambda: git.GitTree.open(directory), until)
        self.sources.stack.callback(api.stop)
        teardown = importlib.import_module("driftguard.janitor.teardown")
        destroyer: StackDestroyer = teardown.Teardown(self.policy, api, self.trail, self.sources.clock)
        return destroyer

    @cached_property
    def _clouds(self) -> dict[str, CloudWriter]:
        return {name: self._writer(name) for name in configured_clouds(self.policy.janitor)}

    def _writer(self, name: str) -> CloudWriter:
        client = importlib.import_module(f"driftguard.clients.{name}")
        resources = importlib.import_module(f"driftguard.janitor.resources.{name}")
        writer: CloudWriter = resources.cloud_writer(
            self.policy.janitor, client.writer(self.policy.janitor, self.environ, self.policy.auth)
        )
        return writer

    def cloud(self, provider: str) -> CloudWriter:
        return self._clouds[provider]

    @cached_property
    def forge(self) -> ForgeWriter:
        token = secret(self.policy, self.environ, "github.token_env", self.policy.github.token_env)
        github = importlib.import_module("driftguard.clients.github")
        forge: ForgeWriter = github.writer(token, self.environ, self.sources.pacer.turn)
        return forge

    @cached_property
    def dispatcher(self) -> Dispatcher:
        dispatcher: Dispatcher = importlib.import_module("driftguard.clients.github").dispatcher(self._reach)
        return dispatcher

    @property
    def workbench(self) -> Workbench:
        client = importlib.import_module("driftguard.clients.workbench")
        reading = client.Reading(asking.digest, pages.listed, ledger.has_answer)
        hidden = frozenset(named_secrets(self.policy, self.environ))
        bench: Workbench = client.Workbench(self._reach, dict(self.environ), self.sources.directory, reading, hidden)
        return bench

    @property
    def nonces(self) -> Nonces:
        return self.sources.nonces

    @cached_property
    def _reach(self) -> Reach:
        return reach(self.policy, self.environ, self.sources.pacer.turn)

    def webhook(self, variable: str) -> Webhook:
        hook: Webhook = importlib.import_module("driftguard.clients.webhook").webhook(variable, self.environ)
        return hook
