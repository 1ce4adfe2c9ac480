"""The audit trail: audit verify, audit show."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from driftguard.cli.options import BLOCKED, CLEAN

app = typer.Typer(help="Read the audit trail, or check that nobody has touched it.", no_args_is_help=True)


@app.command("verify")
def audit_verify(
    directory: Annotated[Path, typer.Argument(help="The trail's directory.")] = Path(".driftguard/audit"),
) -> None:
    """Check the hash chain: a line changed, dropped, swapped or cut ends with exit code 1."""
    from driftguard import audit

    verification = audit.verify(directory)
    for line in verification.lines():
        typer.echo(line)
    raise typer.Exit(BLOCKED if verification.problems else CLEAN)


@app.command("show")
def audit_show(
    directory: Annotated[Path, typer.Argument(help="The trail's directory.")] = Path(".driftguard/audit"),
    run_id: Annotated[str, typer.Option("--run", help="Only the run whose id begins so.")] = "",
) -> None:
    """Print the trail, a line a record: when, who, what and why."""
    from driftguard import audit

    for record in audit.read(directory):
        if record.run_id.startswith(run_id):
            typer.echo(audit.line(record))
