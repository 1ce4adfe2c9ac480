"""The write side: nothing but a live run ever builds it."""

from __future__ import annotations

import importlib
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from driftguard.audit import Trail
from driftguard.cross_repo import asking
from driftguard.cross_repo.pace import Pacer
from driftguard.errors import UsageError
from driftguard.forge import ForgeWriter
from driftguard.policy import Policy
from driftguard.ports import CloudWriter, Dispatcher, StackDestroyer, Workbench
from driftguard.wiring.sources import LazySources, configured_clouds


@dataclass
class LazyWriters:
    """``ports.Writers``. Only ``built_gate`` builds one, and only for a live run."""

    policy: Policy
    environ: Mapping[str, str]
    sources: LazySources
    trail: Trail

    @cached_property
    def stacks(self) -> StackDestroyer:
        limit = self.policy.limits.deadline.total_seconds()
        git = importlib.import_module("driftguard.clients.git")
        client = importlib.import_module("driftguard.clients.terraform")
        directory, until = self.sources.directory, time.monotonic() + max(limit / 2, limit - client.STOPPING)
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
            self.policy.janitor, client.writer(self.policy.janitor, self.environ)
        )
        return writer

    def cloud(self, provider: str) -> CloudWriter:
        return self._clouds[provider]

    @cached_property
    def forge(self) -> ForgeWriter:
        variable = self.policy.github.token_env
        token = self.environ.get(variable)
        if not token:
            where = self.policy.where("github.token_env")
            raise UsageError(f"{where}: github.token_env: the environment variable {variable} is not set")
        forge: ForgeWriter = importlib.import_module("driftguard.clients.github").writer(token, self.environ)
        return forge

    @cached_property
    def dispatcher(self) -> Dispatcher:
        github = importlib.import_module("driftguard.clients.github")
        dispatcher: Dispatcher = github.dispatcher(self._token, self.environ, Pacer().wait)
        return dispatcher

    @property
    def _token(self) -> str:
        """For other repositories."""
        variable = self.policy.cross_repo.token_env
        token = self.environ.get(variable)
        if not token:
            where = self.policy.where("cross_repo.token_env")
            raise UsageError(f"{where}: cross_repo.token_env: the environment variable {variable} is not set")
        return token

    @property
    def workbench(self) -> Workbench:
        client = importlib.import_module("driftguard.clients.workbench")
        bench: Workbench = client.workbench(self._token, self.environ, self.sources.directory, asking.digest)
        return bench
