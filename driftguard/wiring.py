"""The composition root: the only builder of clients, executors and the gate.

Whether a run may change anything is settled here, once, by what is built: a rehearsal gets no executor and no write
session, so there is nothing it could write with. Everything is built when first asked for; SDKs load only then.
"""

from __future__ import annotations

import importlib
import logging
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

from driftguard import events, policy_file
from driftguard.audit import Trail
from driftguard.cross_repo import diffing
from driftguard.cross_repo.contracts.changes import Setup
from driftguard.engine import UniFlow
from driftguard.errors import UsageError
from driftguard.gate import Gate, Rehearsal
from driftguard.logs import Redactor, secret_values
from driftguard.model import AuditRecord, ContractDiff, Event, Mode, Target
from driftguard.policy import ContractRole, Janitor, Policy
from driftguard.ports import (
    Clock,
    Cloud,
    CloudWriter,
    DiffRenderer,
    Dispatcher,
    Executor,
    LanguageModel,
    Planner,
    Renderer,
    Reread,
    RunContext,
    SourceTree,
    Tools,
)
from driftguard.registry import discover

log = logging.getLogger(__name__)

DEFAULT_POLICY = "policy.yaml"
DEFAULT_AUDIT_DIR = Path(".driftguard") / "audit"


@dataclass(frozen=True, slots=True)
class Request:
    """What the command line was asked for. ``mode`` is ``Mode.REHEARSAL`` to force one; nothing forces live."""

    repo_dir: Path = field(default_factory=Path)
    policy_path: Path | None = None
    event_name: str | None = None
    event_path: Path | None = None
    base: str | None = None
    head: str | None = None
    audit_dir: Path = DEFAULT_AUDIT_DIR
    mode: Mode | None = None


@dataclass(frozen=True, slots=True)
class Run:
    """A run that is ready to go."""

    engine: UniFlow
    event: Event
    trail: Path


def utc_now() -> datetime:
    return datetime.now(UTC)


def load_policy(request: Request) -> Policy:
    """The policy that ``--policy`` names, else the one beside the repository."""
    return policy_file.load(request.policy_path or request.repo_dir / DEFAULT_POLICY)


@contextmanager
def assemble(request: Request, policy: Policy, environ: Mapping[str, str]) -> Iterator[Run]:
    """Everything a run needs, closed again at the end. Raises a ``DriftGuardError`` where something is missing."""
    redact = Redactor(secret_values(environ))
    with ExitStack() as stack:
        sources = LazySources(policy, request.repo_dir, environ, utc_now, stack)
        event = receive(request, sources, environ)
        mode = Mode.REHEARSAL if policy.dry_run else request.mode or Mode.LIVE
        context = RunContext(uuid.uuid4().hex, mode, policy.sha, who(event, environ))
        trail = stack.enter_context(Trail.open(_prepared(request.audit_dir), context, utc_now, redact))
        engine = UniFlow(
            policy=policy,
            planners=planners(sources),
            gate=_gate(policy, mode, sources, trail),
            trail=trail,
            clock=utc_now,
            run_id=context.run_id,
            mode=mode,
            notes=tuple(_interrupted(record) for record in trail.interrupted),
        )
        yield Run(engine, event, trail.path)


def receive(request: Request, sources: LazySources, environ: Mapping[str, str]) -> Event:
    """The event that was named, else the one Actions hands over, else the local git range."""
    named = request.event_name is not None
    ranged = request.base is not None or request.head is not None
    if named and ranged:
        raise UsageError("--event-name and --base/--head say two different events; give one of them")
    if named or (environ.get("GITHUB_ACTIONS") == "true" and not ranged):
        name = request.event_name or environ.get("GITHUB_EVENT_NAME") or ""
        path = request.event_path or (None if named else environ.get("GITHUB_EVENT_PATH"))
        return events.from_webhook(name, _payload(path), environ, sources.clock)
    actor = environ.get("GITHUB_ACTOR") or environ.get("USER") or environ.get("USERNAME") or ""
    repo = environ.get("GITHUB_REPOSITORY") or sources.tree.remote_repo()
    return events.from_range(sources.tree, repo, request.base, request.head, actor, sources.clock)


def _payload(path: str | Path | None) -> bytes:
    if not path:
        return b"{}"
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}; --event-path names the file with the event's JSON") from error


def who(event: Event, environ: Mapping[str, str]) -> Mapping[str, str]:
    """Actor, run URL and commit, for every record of the trail."""
    server, run = environ.get("GITHUB_SERVER_URL"), environ.get("GITHUB_RUN_ID")
    url = f"{server}/{event.repo}/actions/runs/{run}" if server and run else ""
    return {"actor": event.actor, "run_url": url, "commit": event.sha}


def _prepared(directory: Path) -> Path:
    """Keep the default directory out of git by itself, as tools do that write beside the code."""
    if directory == DEFAULT_AUDIT_DIR:
        ignore = directory.parent / ".gitignore"
        try:
            directory.parent.mkdir(exist_ok=True)
            ignore.write_text("*\n", encoding="utf-8")
        except OSError:
            log.debug("could not write %s", ignore)  # the trail itself says it better if it can't write either
    return directory


def _interrupted(record: AuditRecord) -> str:
    target = record.body.get("action_id", "?")
    return f"run {record.run_id[:8]} was interrupted during {target} ({record.at}); it was looked at again"


@dataclass
class LazySources:
    """``ports.Sources``: each part is built when first asked for, and can only read."""

    policy: Policy
    directory: Path
    environ: Mapping[str, str]
    clock: Clock
    stack: ExitStack

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
        return [_cloud(name, self.policy.janitor, self.environ) for name in configured_clouds(self.policy.janitor)]

    @cached_property
    def model(self) -> LanguageModel | None:
        if not self.policy.ai_sync.model:
            return None
        client = importlib.import_module(f"driftguard.clients.{self.policy.ai_sync.ai.provider}")
        model: LanguageModel = client.model(self.policy.ai_sync.ai, self.environ)
        return model


def tools() -> Tools:
    """The programs that compare contracts; each is looked for when first asked."""
    return importlib.import_module("driftguard.clients.buf").Buf()  # type: ignore[no-any-return]


def configured_clouds(janitor: Janitor) -> list[str]:
    """The names under ``janitor.clouds`` that the policy fills in; each has a client and a folder of resources."""
    return [name for name in type(janitor.clouds).model_fields if getattr(janitor.clouds, name) is not None]


def _cloud(name: str, janitor: Janitor, environ: Mapping[str, str]) -> Cloud:
    client = importlib.import_module(f"driftguard.clients.{name}")
    resources = importlib.import_module(f"driftguard.janitor.resources.{name}")
    cloud: Cloud = resources.cloud(janitor, client.reader(janitor, environ))
    return cloud


@dataclass
class LazyWriters:
    """``ports.Writers``. Only ``_gate`` builds one, and only for a live run."""

    policy: Policy
    environ: Mapping[str, str]

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
    def dispatcher(self) -> Dispatcher:
        variable = self.policy.cross_repo.token_env
        token = self.environ.get(variable)
        if not token:
            where = self.policy.where("cross_repo.token_env")
            raise UsageError(f"{where}: cross_repo.token_env: the environment variable {variable} is not set")
        github = importlib.import_module("driftguard.clients.github")
        dispatcher: Dispatcher = github.dispatcher(token, self.environ)
        return dispatcher


def planners(sources: LazySources) -> dict[str, Planner]:
    """The planners that the policy's rules run, each found as ``PLANNER`` in ``driftguard/<run>/planner.py``."""
    wanted = sorted({rule.run for rule in sources.policy.rules})
    return {name: importlib.import_module(f"driftguard.{name}.planner").PLANNER(sources) for name in wanted}


def _gate(policy: Policy, mode: Mode, sources: LazySources, trail: Trail) -> Gate:
    if mode is Mode.REHEARSAL:
        return Gate(policy, _Rehearsals(), _as_planned, trail, utc_now)
    writers = LazyWriters(policy, sources.environ)
    executors = {kind: factory(writers) for kind, factory in discover("driftguard.executors", "EXECUTOR").items()}
    return Gate(policy, executors, _second_look(sources), trail, utc_now)


class _Rehearsals(dict[str, Executor]):
    """Every kind of action is rehearsed by the same executor, which has nothing to write with."""

    def __missing__(self, kind: str) -> Executor:
        return self.setdefault(kind, Rehearsal())


def _as_planned(target: Target) -> Target:
    """A rehearsal's second look: what was planned a moment ago, since nothing was changed."""
    return target


def _second_look(sources: LazySources) -> Reread:
    def reread(target: Target) -> Target | None:
        cloud = next(cloud for cloud in sources.clouds if cloud.provider == target.provider)
        return cloud.read(target)

    return reread


def renderers() -> dict[str, Renderer]:
    """Format name -> renderer."""
    return discover("driftguard.report", "RENDERER")


def contract_diff(old: Path, new: Path, kind: str | None, role: str | None) -> ContractDiff:
    """Two paths compared as one contract; ``diffing.compare`` says what it raises."""
    setup = Setup(tools(), ContractRole(role) if role else None)
    return diffing.compare(old, new, kind, setup)


def diff_renderers() -> dict[str, DiffRenderer]:
    """Format name -> renderer of a bare contract diff."""
    return discover("driftguard.report.contract_diff", "RENDERER")
