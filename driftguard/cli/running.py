"""A run, in one step or in two: run, plan, apply."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from driftguard.cli.options import (
    CODES,
    DATA,
    EPILOG,
    AuditDirOption,
    BaseOption,
    DryRunOption,
    EventNameOption,
    EventPathOption,
    HeadOption,
    LogFormat,
    LogFormatOption,
    LogLevel,
    LogLevelOption,
    OutputFormat,
    OutputOption,
    PolicyOption,
    RepoOption,
    SaveOption,
    ShardOption,
)
from driftguard.errors import UsageError

if TYPE_CHECKING:
    from driftguard.model import Report
    from driftguard.plan_file import Reviewed
    from driftguard.wiring import Request

app = typer.Typer()


@app.command(
    epilog=f"{EPILOG}\n\nExamples:\n\n"
    "  driftguard run --dry-run                        what a push of this work tree would meet\n\n"
    "  driftguard run --base main --head topic         the same from git objects, a bare clone too\n\n"
    "  driftguard run --event-name schedule            tonight's cleaning, as the policy says"
)
def run(
    policy: PolicyOption = None,
    event_name: EventNameOption = None,
    event_path: EventPathOption = None,
    base: BaseOption = None,
    head: HeadOption = None,
    repo: RepoOption = Path(),
    dry_run: DryRunOption = False,
    fix: Annotated[
        bool, typer.Option("--fix", help="Write the proposed documentation lines into the work tree.")
    ] = False,
    output: OutputOption = OutputFormat.TEXT,
    audit_dir: AuditDirOption = None,
    shard: ShardOption = None,
    save: SaveOption = None,
    log_level: LogLevelOption = None,
    log_format: LogFormatOption = LogFormat.AUTO,
) -> None:
    """Take an event the whole way: plan, decide, apply (if the policy says so), verify, report."""
    from driftguard import wiring
    from driftguard.model import Mode

    if fix and (dry_run or head is not None or event_name is not None):
        raise UsageError("--fix writes into the work tree; it goes with neither --dry-run, --head nor an event")
    _log_to_stderr(log_level, log_format)
    request = wiring.Request(
        repo_dir=repo,
        policy_path=policy,
        event_name=event_name,
        event_path=event_path,
        base=base,
        head=head,
        audit_dir=audit_dir or wiring.DEFAULT_AUDIT_DIR,
        mode=Mode.REHEARSAL if dry_run else None,
        shard=shard,
    )
    files = [_format_and_file(word) for word in save or ()]
    report = _go(request)
    if fix:
        _write_fixes(repo, report)
    _show(report, output, files)


def _write_fixes(repo: Path, report: Report) -> None:
    from driftguard import fixes

    for line in fixes.write(repo, report.findings):
        typer.echo(f"added {line}", err=True)


@app.command(
    epilog="Example:\n\n"
    "  driftguard plan --event-name schedule -o plan.json   with credentials that only read\n\n"
    "  driftguard apply plan.json                           after review, with credentials that may delete"
)
def plan(
    file: Annotated[Path, typer.Option("--out", "-o", help="Where the plan goes.")] = Path("plan.json"),
    policy: PolicyOption = None,
    event_name: EventNameOption = None,
    event_path: EventPathOption = None,
    base: BaseOption = None,
    head: HeadOption = None,
    repo: RepoOption = Path(),
    output: OutputOption = OutputFormat.TEXT,
    audit_dir: AuditDirOption = None,
    shard: ShardOption = None,
    save: SaveOption = None,
    log_level: LogLevelOption = None,
    log_format: LogFormatOption = LogFormat.AUTO,
) -> None:
    """Rehearse a run and write down what it would do, for a review and for `apply`. Changes nothing."""
    from driftguard import plan_file, wiring
    from driftguard.model import Mode

    _log_to_stderr(log_level, log_format)
    request = wiring.Request(
        repo_dir=repo,
        policy_path=policy,
        event_name=event_name,
        event_path=event_path,
        base=base,
        head=head,
        audit_dir=audit_dir or wiring.DEFAULT_AUDIT_DIR,
        mode=Mode.REHEARSAL,
        shard=shard,
    )
    files = [_format_and_file(word) for word in save or ()]
    _show(_go(request, lambda reviewed: plan_file.write(file, reviewed)), output, files)


@app.command()
def apply(
    file: Annotated[Path, typer.Argument(help="A plan of `driftguard plan`.")] = Path("plan.json"),
    policy: PolicyOption = None,
    event_name: EventNameOption = None,
    event_path: EventPathOption = None,
    repo: RepoOption = Path(),
    dry_run: DryRunOption = False,
    output: OutputOption = OutputFormat.TEXT,
    audit_dir: AuditDirOption = None,
    shard: ShardOption = None,
    save: SaveOption = None,
    log_level: LogLevelOption = None,
    log_format: LogFormatOption = LogFormat.AUTO,
) -> None:
    """Plan again and do only what the reviewed plan holds too. Refuses one of another account, policy, event or day."""
    from driftguard import plan_file, wiring
    from driftguard.model import Mode

    _log_to_stderr(log_level, log_format)
    request = wiring.Request(
        repo_dir=repo,
        policy_path=policy,
        event_name=event_name,
        event_path=event_path,
        audit_dir=audit_dir or wiring.DEFAULT_AUDIT_DIR,
        mode=Mode.REHEARSAL if dry_run else None,
        reviewed=plan_file.load(file),
        shard=shard,
    )
    files = [_format_and_file(word) for word in save or ()]
    _show(_go(request), output, files)


def _show(report: Report, output: OutputFormat, files: Sequence[tuple[str, Path]] = ()) -> NoReturn:
    from driftguard import wiring
    from driftguard.hush import deaf
    from driftguard.report import job

    for form, file in files:
        with file.open("w", encoding="utf-8") as out:
            wiring.renderers()[form].render(report, out)
    with deaf(sys.stderr if output in DATA else sys.stdout, os.environ):
        wiring.renderers()[output.value].render(report, sys.stdout)
        sys.stdout.flush()
    job.tell(report, os.environ, sys.stderr)
    raise typer.Exit(CODES[report.conclusion.value])


def _format_and_file(word: str) -> tuple[str, Path]:
    from driftguard import wiring

    form, _, file = word.partition("=")
    known = sorted(wiring.renderers())
    if form not in known or not file:
        raise UsageError(f"--save {word}: write FORMAT=FILE, the format one of {', '.join(known)}")
    return form, Path(file)


def _go(request: Request, keep: Callable[[Reviewed], None] | None = None) -> Report:
    from dataclasses import replace

    from driftguard import progress, wiring
    from driftguard.verdict import conclude

    governing = wiring.govern(request, os.environ)
    with (
        _terminated_like_interrupted(),
        progress.shown(sys.stderr, os.environ) as watching,
        wiring.assemble(replace(request, progress=watching), governing, os.environ) as ready,
    ):
        try:
            report = ready.engine.run(ready.event)
            if keep is not None:
                keep(ready.plan_of(report))
        finally:
            lost = wiring.copy_trail(ready, governing.policy, os.environ)
        gaps = (*report.gaps, *lost)
        said = conclude(report.findings, gaps, report.outcomes)
        return replace(report, trail=str(ready.trail), gaps=gaps, conclusion=said)


def _log_to_stderr(level: LogLevel | None, form: LogFormat) -> None:
    import logging

    from driftguard import logs

    style = logs.pick_style(os.environ, sys.stderr) if form is LogFormat.AUTO else logs.LogStyle(form.value)
    usual = LogLevel.INFO if style is logs.LogStyle.JSON else LogLevel.WARNING
    redact = logs.Redactor(logs.secret_values(os.environ))
    logs.configure(sys.stderr, style, redact, logging.getLevelName((level or usual).value.upper()))


@contextmanager
def _terminated_like_interrupted() -> Iterator[None]:
    """SIGTERM (a cancelled job) ends a run as Ctrl-C does: nothing new begins, what is under way is waited for."""

    def interrupt(_number: int, _frame: FrameType | None) -> NoReturn:
        raise KeyboardInterrupt

    try:
        before = signal.signal(signal.SIGTERM, interrupt)
    except ValueError:  # not the main thread: whoever runs us there handles signals
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
