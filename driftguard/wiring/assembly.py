"""A run, with everything that it needs, closed again at its end."""

from __future__ import annotations

import importlib
import importlib.util
import logging
import uuid
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from driftguard import plan_file
from driftguard.audit import Trail
from driftguard.engine import UniFlow
from driftguard.errors import DriftGuardError
from driftguard.governance import Governing
from driftguard.logs import Redactor, secret_values
from driftguard.model import AuditRecord, Event, Gap, Mode, Report
from driftguard.plan_file import Reviewed
from driftguard.policy import Policy
from driftguard.ports import Planner, Publisher, RunContext
from driftguard.registry import discover
from driftguard.wiring.gatehouse import built_gate
from driftguard.wiring.receiving import receive, who
from driftguard.wiring.request import DEFAULT_AUDIT_DIR, Request, utc_now
from driftguard.wiring.sources import LazySources, identities, named_secrets

log = logging.getLogger(__name__)


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


@contextmanager
def assemble(request: Request, governing: Governing, environ: Mapping[str, str]) -> Iterator[Run]:
    """Everything a run needs, closed again at the end. Raises a ``DriftGuardError`` where something is missing."""
    policy = governing.policy
    redact = Redactor((*secret_values(environ), *named_secrets(policy, environ)))
    with ExitStack() as stack:
        sources = LazySources(policy, request.repo_dir, environ, utc_now, stack, request.audit_dir, request.progress)
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
            gate=built_gate(policy, mode, sources, trail),
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


def planners(sources: LazySources) -> dict[str, Planner]:
    """The planners that the policy's rules run, each found as ``PLANNER`` in ``driftguard/<run>/planner.py``."""
    wanted = sorted({rule.run for rule in sources.policy.rules})
    return {name: importlib.import_module(f"driftguard.{name}.planner").PLANNER(sources) for name in wanted}


def publishers(sources: LazySources) -> list[Publisher]:
    """Those of every run, and those of the modules that the policy's rules run."""
    names = [f"driftguard.{name}.publisher" for name in sorted({rule.run for rule in sources.policy.rules})]
    own = [importlib.import_module(name).PUBLISHER for name in names if importlib.util.find_spec(name)]
    return [make(sources) for make in (*discover("driftguard.report.publishers", "PUBLISHER").values(), *own)]
