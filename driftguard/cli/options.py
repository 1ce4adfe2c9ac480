"""What commands have in common: their formats, their flags, their exit codes."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

CLEAN, BLOCKED, USAGE, INCOMPLETE, INTERRUPTED = 0, 1, 2, 3, 130
CODES = {"clean": CLEAN, "blocked": BLOCKED, "incomplete": INCOMPLETE}
"""A run's conclusion -> the exit code."""

EPILOG = "Exit codes: 0 clean · 1 blocked by policy · 2 policy or usage error · 3 incomplete (a gap or a failed action)"


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
    str | None, typer.Option("--shard", help="Only this part of the clouds, 3/8, or the rest, which needs none.")
]
