"""The composition root: the only builder of clients, executors and the gate.

Whether a run may change anything is settled here, once, by what is built: a rehearsal gets no executor and no write
session, so there is nothing it could write with. Everything is built when first asked for; SDKs load only then.
"""

from __future__ import annotations

import importlib
import importlib.util
import json
import logging
import os
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from typing import Any

from driftguard import audit, events, governance, keys, plan_file, policy_file, shards
from driftguard.audit import Trail
from driftguard.commands.store import OverrideStore
from driftguard.cross_repo import asking, diffing, pictures
from driftguard.cross_repo.contracts.changes import Setup
from driftguard.cross_repo.graph import Graph
from driftguard.cross_repo.pace import Pacer
from driftguard.engine import UniFlow
from driftguard.errors import DriftGuardError, NotFound, UsageError
from driftguard.forge import Forge, ForgeWriter, Overrides
from driftguard.gate import Gate, Rehearsal
from driftguard.governance import Governing
from driftguard.logs import Redactor, secret_values
from driftguard.model import AuditRecord, ContractDiff, Event, Gap, History, Mode, Report, Severity, Target
from driftguard.plan_file import Reviewed
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
    Publisher,
    Renderer,
    Reread,
    RunContext,
    SourceTree,
    StackDestroyer,
    Tools,
    Workbench,
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
    reviewed: Reviewed | None = None
    shard: str | None = None


@dataclass(frozen=True, slots=True)
class Run:
    """A run that is ready to go."""

    engine: UniFlow
    event: Event
    trail: Path
    sources: LazySources

    def plan_of(self, report: Report) -> Reviewed:
        """What ``report`` proposes, for a plan file."""
        return plan_file.of(report, self.sources.policy, identities(self.sources, self.event), utc_now())


def utc_now() -> datetime:
    return datetime.now(UTC)


def load_policy(request: Request) -> Policy:
    """The policy that ``--policy`` names, else the one beside the repository."""
    return policy_file.load(_policy_path(request))


def govern(request: Request, environ: Mapping[str, str]) -> Governing:
    """The policy that governs this run: in Actions a pull request's base's, else what ``load_policy`` finds."""
    event = _webhook(request, environ) if environ.get("GITHUB_ACTIONS") == "true" else None
    governing = _base_s(request, event) if event is not None and event.base_sha else None
    governing = governing or Governing(load_policy(request))
    if request.shard is not None:
        governing = replace(governing, policy=shards.narrowed(governing.policy, request.shard))
    stored = keys.long_lived(governing.policy, environ, is_key_file)
    if any(finding.severity is Severity.ERROR for finding in stored):
        governing = replace(governing, mode=Mode.REHEARSAL)
    return replace(governing, findings=(*governing.findings, *stored))


@contextmanager
def open_tree(directory: Path) -> Iterator[tuple[SourceTree, str]]:
    """The repository in ``directory``, and the name of its default branch. Raises ``UsageError`` if there is none."""
    git = importlib.import_module("driftguard.clients.git")
    with git.GitTree.open(directory) as tree:
        yield tree, tree.branch()


def _policy_path(request: Request) -> Path:
    return request.policy_path or request.repo_dir / DEFAULT_POLICY


def _base_s(request: Request, event: Event) -> Governing | None:
    """``None`` for a policy that lies outside of the repository: no pull request reaches it there."""
    with open_tree(request.repo_dir) as (tree, _):
        name = _name_in(request.repo_dir, _policy_path(request))
        if name is None:
            return None
        try:
            own = tree.read(tree.resolve(event.sha), name)
        except NotFound:
            own = tree.read("", name)  # the work tree: where only the merge commit was fetched
        return governance.of_pull_request(tree, event.base_sha or "", name, own)


def _name_in(repo_dir: Path, path: Path) -> str | None:
    """``path`` as git names it from the repository's top; ``None`` if it lies outside.

    By its words, without following links: a link is the pull request's, and may lead to any file.
    """
    top = Path(os.path.abspath(repo_dir))  # noqa: PTH100 - resolve() follows links
    while not (top / ".git").exists() and top != top.parent:
        top = top.parent
    if not (top / ".git").exists():
        return None  # a bare repository has no policy beside it
    try:
        return Path(os.path.abspath(path)).relative_to(top).as_posix()  # noqa: PTH100 - see above
    except ValueError:
        return None


@contextmanager
def assemble(request: Request, governing: Governing, environ: Mapping[str, str]) -> Iterator[Run]:
    """Everything a run needs, closed again at the end. Raises a ``DriftGuardError`` where something is missing."""
    redact, policy = Redactor(secret_values(environ)), governing.policy
    with ExitStack() as stack:
        sources = LazySources(policy, request.repo_dir, environ, utc_now, stack, request.audit_dir)
        event = receive(request, sources, environ)
        if request.reviewed is not None:
            plan_file.check(request.reviewed, policy, utc_now())
            plan_file.check_event(request.reviewed, event)
            plan_file.check_accounts(request.reviewed, identities(sources, event))
        mode = Mode.REHEARSAL if policy.dry_run else governing.mode or request.mode or Mode.LIVE
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
            notes=(*governing.notes, *(_interrupted(record) for record in trail.interrupted)),
            publishers=publishers(sources),
            overrides=sources.overrides,
            reviewed=request.reviewed,
            findings=governing.findings,
        )
        yield Run(engine, event, trail.path, sources)


def copy_trail(run: Run, policy: Policy, environ: Mapping[str, str]) -> tuple[Gap, ...]:
    """Add this run's trail to the policy's bucket, if it names one; a gap if that didn't work."""
    if policy.audit.bucket is None:
        return ()
    bucket = importlib.import_module("driftguard.clients.bucket")
    aws = policy.janitor.clouds.aws
    role = (aws.role or "").replace("{account}", aws.accounts[0]) if aws else ""
    below = f"{run.event.repo}/{utc_now():%Y-%m-%d}/{run.engine.run_id}"
    try:
        files = {f"{below}/{path.name}": path.read_bytes() for path in (run.trail, run.trail.with_name("audit.head"))}
        bucket.add(policy.audit.bucket, files, bucket.SignIn(role, policy.auth, environ))
    except (DriftGuardError, OSError) as error:
        return (Gap("audit", f"the copy of the trail in {policy.audit.bucket}", str(error)),)
    return ()


def receive(request: Request, sources: LazySources, environ: Mapping[str, str]) -> Event:
    """The event that was named, else the one Actions hands over, else the reviewed plan's, else the local git range."""
    event = _webhook(request, environ)
    if event is not None:
        return event
    ranged = request.base is not None or request.head is not None
    if request.reviewed is not None and not ranged:
        return request.reviewed.occasion.event
    actor = environ.get("GITHUB_ACTOR") or environ.get("USER") or environ.get("USERNAME") or ""
    repo = environ.get("GITHUB_REPOSITORY") or sources.tree.remote_repo()
    return events.from_range(sources.tree, repo, request.base, request.head, actor, sources.clock)


def _webhook(request: Request, environ: Mapping[str, str]) -> Event | None:
    named = request.event_name is not None
    ranged = request.base is not None or request.head is not None
    if named and ranged:
        raise UsageError("--event-name and --base/--head say two different events; give one of them")
    if not named and (ranged or environ.get("GITHUB_ACTIONS") != "true"):
        return None
    name = request.event_name or environ.get("GITHUB_EVENT_NAME") or ""
    path = request.event_path or (None if named else environ.get("GITHUB_EVENT_PATH"))
    return events.from_webhook(name, _payload(path), environ, utc_now)


def _payload(path: str | Path | None) -> bytes:
    if not path:
        return b"{}"
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}; --event-path names the file with the event's JSON") from error


def who(event: Event, environ: Mapping[str, str]) -> Mapping[str, str]:
    """Actor, run URL and commit, for every record of the trail."""
    return {"actor": event.actor, "run_url": _run_url(environ), "commit": event.sha}


def _run_url(environ: Mapping[str, str]) -> str:
    """Where this run's log is; empty outside Actions."""
    server, repo, run = (environ.get(f"GITHUB_{name}") for name in ("SERVER_URL", "REPOSITORY", "RUN_ID"))
    return f"{server}/{repo}/actions/runs/{run}" if server and repo and run else ""


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
    audit_dir: Path = DEFAULT_AUDIT_DIR

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
        return [_cloud(name, self.policy.janitor, self.environ) for name in configured_clouds(self.policy.janitor)]

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
        forge: Forge = importlib.import_module("driftguard.clients.github").reader(token, self.environ)
        return forge

    @property
    def web_url(self) -> str:
        return (self.environ.get("GITHUB_SERVER_URL") or "https://github.com").rstrip("/")

    @property
    def run_url(self) -> str:
        return _run_url(self.environ)

    def overrides(self, event: Event) -> Overrides:
        return OverrideStore(self.forge, self.policy.github, self.clock).overrides(event)


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


def planners(sources: LazySources) -> dict[str, Planner]:
    """The planners that the policy's rules run, each found as ``PLANNER`` in ``driftguard/<run>/planner.py``."""
    wanted = sorted({rule.run for rule in sources.policy.rules})
    return {name: importlib.import_module(f"driftguard.{name}.planner").PLANNER(sources) for name in wanted}


def publishers(sources: LazySources) -> list[Publisher]:
    """Those of every run, and those of the modules that the policy's rules run."""
    names = [f"driftguard.{name}.publisher" for name in sorted({rule.run for rule in sources.policy.rules})]
    own = [importlib.import_module(name).PUBLISHER for name in names if importlib.util.find_spec(name)]
    return [make(sources) for make in (*discover("driftguard.report.publishers", "PUBLISHER").values(), *own)]


def _gate(policy: Policy, mode: Mode, sources: LazySources, trail: Trail) -> Gate:
    if mode is Mode.REHEARSAL:
        return Gate(policy, _Rehearsals(), _as_planned, trail, utc_now, sources.history)
    writers = LazyWriters(policy, sources.environ, sources, trail)
    if policy.janitor.terraform is not None:
        _ = writers.stacks  # before the lanes: they would build it twice
    executors = {kind: factory(writers) for kind, factory in discover("driftguard.executors", "EXECUTOR").items()}
    return Gate(policy, executors, _second_look(sources), trail, utc_now, sources.history)


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


def github_probe(token: str, environ: Mapping[str, str]) -> Any:
    """GitHub as ``token`` sees it, for ``doctor``."""
    probe = importlib.import_module("driftguard.clients.probe")
    return probe.GitHubProbe(token, environ.get("GITHUB_API_URL") or "https://api.github.com")


def aws_as(which: str, policy: Policy, environ: Mapping[str, str]) -> Any:
    """AWS as the policy's role for reads; for ``write`` as the other role, and still reading only."""
    aws = policy.janitor.clouds.aws
    if which == "write" and aws is not None:
        aws = aws.model_copy(update={"role": aws.write_role or aws.role})
    clouds = policy.janitor.clouds.model_copy(update={"aws": aws})
    client = importlib.import_module("driftguard.clients.aws")
    return client.reader(policy.janitor.model_copy(update={"clouds": clouds}), environ)


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


def renderers() -> dict[str, Renderer]:
    """Format name -> renderer."""
    return discover("driftguard.report", "RENDERER")


def contract_diff(old: Path, new: Path, kind: str | None, role: str | None) -> ContractDiff:
    """Two paths compared as one contract; ``diffing.compare`` says what it raises."""
    setup = Setup(tools(), ContractRole(role) if role else None)
    return diffing.compare(old, new, kind, setup)


def consumers(policy: Policy, contract: str | None, form: str) -> str:
    """Who relies on the policy's contracts, or on one of them. Raises ``UsageError`` if there is no such contract."""
    graph = Graph.of(policy.cross_repo.contracts)
    if contract is not None and contract not in graph.contracts:
        close = get_close_matches(contract, graph.contracts, n=1)
        hint = f"; did you mean '{close[0]}'?" if close else ""
        raise UsageError(f"the policy has no contract '{contract}'{hint}")
    names = tuple(graph.contracts) if contract is None else (contract,)
    return pictures.picture(graph, names, form) or "the policy has no contracts"


def diff_renderers() -> dict[str, DiffRenderer]:
    """Format name -> renderer of a bare contract diff."""
    return discover("driftguard.report.contract_diff", "RENDERER")
