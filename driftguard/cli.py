"""The command line: flags, rendering, exit codes; no logic.

Whatever a command needs is imported inside it, so that ``--version`` and ``validate`` load no SDK and no engine.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from driftguard import __version__
from driftguard.errors import DriftGuardError, PolicyError, UsageError

if TYPE_CHECKING:
    from driftguard.model import Report
    from driftguard.plan_file import Reviewed
    from driftguard.wiring import Request

CLEAN, BLOCKED, USAGE, INCOMPLETE, INTERRUPTED = 0, 1, 2, 3, 130

_EPILOG = (
    "Exit codes: 0 clean · 1 blocked by policy · 2 policy or usage error · 3 incomplete (a gap or a failed action)"
)

app = typer.Typer(
    name="driftguard",
    help="A policy engine for platform teams: documentation true to code, no forgotten clouds, no broken consumers.",
    epilog=_EPILOG,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)
audit_app = typer.Typer(help="Read the audit trail, or check that nobody has touched it.", no_args_is_help=True)
app.add_typer(audit_app, name="audit")
contracts_app = typer.Typer(help="Compare versions of what other repositories rely on.", no_args_is_help=True)
app.add_typer(contracts_app, name="contracts")


class LogLevel(StrEnum):
    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class LogFormat(StrEnum):
    AUTO = "auto"
    TEXT = "text"
    JSON = "json"


class OutputFormat(StrEnum):
    TEXT = "text"
    JSON = "json"
    SARIF = "sarif"
    MARKDOWN = "markdown"


class GraphFormat(StrEnum):
    TEXT = "text"
    MERMAID = "mermaid"
    JSON = "json"


DATA = frozenset({OutputFormat.JSON, OutputFormat.SARIF})
"""Printed whole and alone: whoever reads them is a program."""


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"driftguard {__version__}")
        raise typer.Exit


@app.callback()
def driftguard(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """The options before any command."""


PolicyOption = Annotated[
    Path | None,
    typer.Option("--policy", "-p", help="The policy file. Default: policy.yaml in --repo.", show_default=False),
]
AuditDirOption = Annotated[
    Path | None, typer.Option("--audit-dir", help="Where the trail lies.  [.driftguard/audit]", show_default=False)
]


EventNameOption = Annotated[
    str | None, typer.Option("--event-name", help="A GitHub event's name. Default: GITHUB_EVENT_NAME in Actions.")
]
EventPathOption = Annotated[Path | None, typer.Option("--event-path", help="The file with the event's JSON.")]
BaseOption = Annotated[
    str | None, typer.Option("--base", help="Compare with this revision. Default: the default branch.")
]
HeadOption = Annotated[str | None, typer.Option("--head", help="The revision to judge. Default: the work tree.")]
RepoOption = Annotated[Path, typer.Option("--repo", help="The repository's directory; may be bare.")]
DryRunOption = Annotated[bool, typer.Option("--dry-run", help="Change nothing, whatever the policy says.")]
OutputOption = Annotated[OutputFormat, typer.Option("--format", "-f", help="What to print.")]
LogLevelOption = Annotated[
    LogLevel | None, typer.Option("--log-level", help="How much to log to stderr.", show_default=False)
]
LogFormatOption = Annotated[LogFormat, typer.Option("--log-format", help="auto: JSON in CI, text in a terminal.")]


SaveOption = Annotated[
    list[str] | None, typer.Option(help="Write the report to a file, too: json=report.json. May be repeated.")
]
ShardOption = Annotated[
    str | None, typer.Option("--shard", help="Only this part of the clouds: 3/8. `driftguard shards` lists them.")
]


@app.command(
    epilog=f"{_EPILOG}\n\nExamples:\n\n"
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
    if fix and (dry_run or head is not None):
        raise UsageError("--fix writes into the work tree: it goes with neither --dry-run nor --head")
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
    from driftguard.report import job

    for form, file in files:
        with file.open("w", encoding="utf-8") as out:
            wiring.renderers()[form].render(report, out)
    with job.deaf(sys.stderr if output in DATA else sys.stdout, os.environ):
        wiring.renderers()[output.value].render(report, sys.stdout)
        sys.stdout.flush()
    job.tell(report, os.environ, sys.stderr)
    raise typer.Exit(_exit_code(report))


def _format_and_file(word: str) -> tuple[str, Path]:
    from driftguard import wiring

    form, _, file = word.partition("=")
    known = sorted(wiring.renderers())
    if form not in known or not file:
        raise UsageError(f"--save {word}: write FORMAT=FILE, the format one of {', '.join(known)}")
    return form, Path(file)


def _go(request: Request, keep: Callable[[Reviewed], None] | None = None) -> Report:
    from dataclasses import replace

    from driftguard import wiring
    from driftguard.verdict import conclude

    governing = wiring.govern(request, os.environ)
    with _terminated_like_interrupted(), wiring.assemble(request, governing, os.environ) as ready:
        try:
            report = ready.engine.run(ready.event)
            if keep is not None:
                keep(ready.plan_of(report))
        finally:
            lost = wiring.copy_trail(ready, governing.policy, os.environ)
        gaps = (*report.gaps, *lost)
        said = conclude(report.findings, gaps, report.outcomes)
        return replace(report, trail=str(ready.trail), gaps=gaps, conclusion=said)


def _exit_code(report: Report) -> int:
    return {"clean": CLEAN, "blocked": BLOCKED, "incomplete": INCOMPLETE}[report.conclusion.value]


@app.command()
def validate(
    file: Annotated[Path, typer.Argument(help="The policy file.")] = Path("policy.yaml"),
) -> None:
    """Check a policy: every defect at once, each with its line and column."""
    from driftguard import policy_file

    policy = policy_file.load(file)
    rules = f"{len(policy.rules)} rule{'' if len(policy.rules) == 1 else 's'}"
    mode = "dry-run: nothing will be changed" if policy.dry_run else "LIVE: allowed actions will be carried out"
    typer.echo(f"{file}: valid, {rules}, {mode}")


@app.command()
def schema() -> None:
    """Print the policy's JSON Schema, for editors."""
    from driftguard import policy_file

    typer.echo(policy_file.schema_text(), nl=False)


@app.command("shards")
def list_shards(
    policy: PolicyOption = None,
    names: Annotated[bool, typer.Option("--names", help="One name a line instead of JSON.")] = False,
) -> None:
    """Print the clouds' scopes as an Actions matrix: accounts times regions, at most 256 jobs."""
    import json

    from driftguard import shards, wiring

    found = shards.spread(wiring.load_policy(wiring.Request(policy_path=policy)))
    typer.echo("\n".join(shard.name for shard in found) if names else json.dumps(shards.matrix(found)))


@app.command("merge")
def merge_reports(
    directory: Annotated[Path, typer.Argument(help="Holds a directory for each shard, with its report.json.")],
    policy: PolicyOption = None,
    prefix: Annotated[str, typer.Option(help="What the directories' names begin with before the shard's.")] = "",
    outputs: Annotated[Path | None, typer.Option(help="Append conclusion and deletions, as $GITHUB_OUTPUT.")] = None,
) -> None:
    """Make one report of all shards': the worst of them, and none that is missing is passed over."""
    from driftguard import merge, shards, wiring

    governing = wiring.load_policy(wiring.Request(policy_path=policy))
    expected = [f"{prefix}{shard.name}" for shard in shards.spread(governing)]
    merged = merge.merge(directory, expected, governing.janitor.max_deletions)
    if outputs is not None:
        with outputs.open("a", encoding="utf-8") as out:
            out.write(f"conclusion={merged.conclusion.value}\ndeletions={merged.deletions}\n")
    typer.echo("\n".join(merged.lines))
    raise typer.Exit({"clean": CLEAN, "blocked": BLOCKED, "incomplete": INCOMPLETE}[merged.conclusion.value])


@audit_app.command("verify")
def audit_verify(
    directory: Annotated[Path, typer.Argument(help="The trail's directory.")] = Path(".driftguard/audit"),
) -> None:
    """Check the hash chain: a line changed, dropped, swapped or cut ends with exit code 1."""
    from driftguard import audit

    verification = audit.verify(directory)
    for line in verification.lines():
        typer.echo(line)
    raise typer.Exit(BLOCKED if verification.problems else CLEAN)


@audit_app.command("show")
def audit_show(
    directory: Annotated[Path, typer.Argument(help="The trail's directory.")] = Path(".driftguard/audit"),
    run_id: Annotated[str, typer.Option("--run", help="Only the run whose id begins so.")] = "",
) -> None:
    """Print the trail, a line a record: when, who, what and why."""
    from driftguard import audit

    for record in audit.read(directory):
        if record.run_id.startswith(run_id):
            typer.echo(audit.line(record))


class DiffFormat(StrEnum):
    TEXT = "text"
    JSON = "json"
    SARIF = "sarif"


class DiffRole(StrEnum):
    PRODUCER = "producer"
    CONSUMER = "consumer"
    BOTH = "both"


@contracts_app.command(
    "diff",
    epilog="Exit codes: 0 nothing breaks · 1 something breaks, or can't be read · 2 usage error · 3 incomplete",
)
def contracts_diff(
    old: Annotated[Path, typer.Argument(help="The contract as it was: a file, a directory, or /dev/null for none.")],
    new: Annotated[Path, typer.Argument(help="The contract as it is to be.")],
    kind: Annotated[
        str | None, typer.Option("--type", "-t", help="The type of contract. Default: what the files look like.")
    ] = None,
    role: Annotated[
        DiffRole | None, typer.Option(help="Which end of the wire we are, for schemas.", show_default=False)
    ] = None,
    output: Annotated[DiffFormat, typer.Option("--format", "-f", help="What to print.")] = DiffFormat.TEXT,
) -> None:
    """What changed between two versions of a contract, and whether it breaks whoever relies on it."""
    from driftguard import wiring
    from driftguard.model import Conclusion

    diff = wiring.contract_diff(old, new, kind, role.value if role else None)
    wiring.diff_renderers()[output.value].render(diff, sys.stdout)
    sys.stdout.flush()
    raise typer.Exit(BLOCKED if diff.conclusion is Conclusion.BLOCKED else CLEAN)


@app.command(
    epilog="Examples:\n\n"
    "  driftguard consumers                                everyone, as a tree\n\n"
    "  driftguard consumers --contract orders -f mermaid   one contract, as a picture for a page"
)
def consumers(
    policy: PolicyOption = None,
    contract: Annotated[str | None, typer.Option(help="Only this one.", show_default=False)] = None,
    output: Annotated[GraphFormat, typer.Option("--format", "-f", help="What to print.")] = GraphFormat.TEXT,
) -> None:
    """Show who relies on which contract, who republishes it, and every cycle among them."""
    from driftguard import wiring

    governing = wiring.load_policy(wiring.Request(policy_path=policy))
    typer.echo(wiring.consumers(governing, contract, output.value))


@app.command()
def init(
    repo: Annotated[Path, typer.Option(help="The repository's directory.")] = Path(),
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Ask nothing; take what is found.")] = False,
    aws_account: Annotated[list[str] | None, typer.Option(help="An AWS account to clean. May be repeated.")] = None,
    region: Annotated[list[str] | None, typer.Option(help="A region of it. May be repeated.")] = None,
    engine: Annotated[str | None, typer.Option(help="Where workflows get DriftGuard from: OWNER/NAME@COMMIT.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace files that exist.")] = False,
) -> None:
    """Write policy.yaml, the workflows and the OIDC Terraform into a repository, and say what is left to do."""
    from driftguard import policy_file, scaffold, wiring

    with wiring.open_tree(repo) as (tree, branch):
        found = scaffold.look(tree.remote_repo(), branch, tree.files(""), lambda path: tree.read("", path))
    for line in scaffold.summary(found):
        typer.echo(line)
    accounts, regions = tuple(aws_account or ()), tuple(region or ())
    if not yes and not accounts:
        answer = typer.prompt("AWS accounts to clean, separated by spaces (none: press Enter)", "", show_default=False)
        accounts = tuple(answer.split())
    if not yes and accounts and not regions:
        regions = tuple(typer.prompt("Their regions (all: press Enter)", "", show_default=False).split())
    known = scaffold.Engine.parse(engine) if engine else scaffold.installed_from()
    answers = scaffold.Answers(known, accounts, regions)
    files = scaffold.texts(found, answers)
    policy_file.parse(files["policy.yaml"].encode(), "policy.yaml")
    for written in scaffold.write(repo, files, frozenset(files) if force else frozenset()):
        typer.echo(f"  {written.path}: {written.what}")
    typer.echo("\nLeft to do:")
    for number, line in enumerate(scaffold.left_to_do(found, answers), 1):
        typer.echo(f"  {number}. {line}")


@app.command()
def doctor(
    repo: Annotated[Path, typer.Option(help="The repository's directory.")] = Path(),
    policy: PolicyOption = None,
) -> None:
    """Check policy, tokens, cloud roles and Terraform: what would fail tonight ends with exit code 3."""
    from driftguard import doctor as practice
    from driftguard import wiring

    given = wiring.load_policy(wiring.Request(repo_dir=repo, policy_path=policy))
    with wiring.open_tree(repo) as (tree, _):
        name = os.environ.get("GITHUB_REPOSITORY") or tree.remote_repo()
    patient = practice.Patient(
        directory=repo,
        repo=name,
        policy=given,
        environ=os.environ,
        github=lambda token: wiring.github_probe(token, os.environ),
        aws=lambda which: wiring.aws_as(which, given, os.environ),
        terraform_version=wiring.terraform_version,
        is_key_file=wiring.is_key_file,
    )
    results = list(practice.examine(patient))
    for result in results:
        typer.echo(f"{result.state.value:8} {result.name}: {result.said}")
        if result.fix and result.state is not practice.State.OK:
            typer.echo(f"{'':8}   fix: {result.fix}")
    raise typer.Exit(INCOMPLETE if any(each.state is practice.State.FAIL for each in results) else CLEAN)


@app.command()
def demo(
    directory: Annotated[Path, typer.Option("--dir", help="Where the demo's files go.")] = Path(".demo"),
    picture: Annotated[
        Path | None, typer.Option(help="Also draw the live run as an SVG file.", show_default=False)
    ] = None,
) -> None:
    """The whole story on an embedded cloud; no account needed."""
    from rich.console import Console

    from driftguard.demo.main import run as run_demo

    console = Console(force_terminal=True, width=100) if picture else Console()
    raise typer.Exit(run_demo(console, directory, picture))


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


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code; every foreseen error is one line on stderr."""
    try:
        code: Any = app(list(arguments) if arguments is not None else None, standalone_mode=False)
    except DriftGuardError as error:
        return _say(error, os.environ)
    except KeyboardInterrupt:
        typer.echo("interrupted; the trail holds what was begun, and the next run finishes it", err=True)
        return INTERRUPTED
    except BrokenPipeError:
        sys.stderr.close()  # whoever read our output has gone; there is nobody to tell
        return CLEAN
    except Exception as error:  # noqa: BLE001 - the last line of defence: one line instead of a traceback
        return _usage(error)
    return code if isinstance(code, int) else CLEAN


def _say(error: DriftGuardError, environ: Mapping[str, str]) -> int:
    if isinstance(error, PolicyError):
        defects: Sequence[Any] = getattr(error, "defects", ())
        annotate = environ.get("GITHUB_ACTIONS") == "true"
        for defect in defects:
            typer.echo(defect.annotation() if annotate else str(defect), err=not annotate)
        return USAGE
    typer.echo(f"error: {error}", err=True)
    return USAGE if isinstance(error, UsageError) else INCOMPLETE


def _usage(error: Exception) -> int:
    """Typer's own complaints keep their shape; anything else is a bug and says so in one line."""
    if hasattr(error, "show") and hasattr(error, "exit_code"):
        error.show()
        return int(error.exit_code)
    if os.environ.get("DRIFTGUARD_TRACEBACK"):
        raise error
    typer.echo(f"error: internal error: {error!r}; DRIFTGUARD_TRACEBACK=1 shows where", err=True)
    return INCOMPLETE
