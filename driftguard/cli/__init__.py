"""The command line: flags, rendering, exit codes; no logic.

Whatever a command needs is imported inside it, so that ``--version`` and ``validate`` load no SDK and no engine.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import typer

from driftguard import __version__
from driftguard.cli import contracts, policies, running, setting_up, trail
from driftguard.cli.options import CLEAN, EPILOG, INCOMPLETE, INTERRUPTED, USAGE
from driftguard.errors import DriftGuardError, PolicyError, UsageError

app = typer.Typer(
    name="driftguard",
    help="A policy engine for platform teams: documentation true to code, no forgotten clouds, no broken consumers.",
    epilog=EPILOG,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)
for _part in (running, policies, contracts, setting_up):
    app.add_typer(_part.app)
app.add_typer(trail.app, name="audit")


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


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code; every foreseen error is one line on stderr."""
    try:
        code: Any = app(list(arguments) if arguments is not None else None, standalone_mode=False)
    except DriftGuardError as error:
        return _say(error, os.environ)
    except KeyboardInterrupt:
        code = INTERRUPTED
    except BrokenPipeError:
        sys.stderr.close()  # whoever read our output has gone; there is nobody to tell
        return CLEAN
    except Exception as error:  # noqa: BLE001 - the last line of defence: one line instead of a traceback
        return _usage(error)
    if code == INTERRUPTED:  # typer makes an exit code of Ctrl-C, depending on its version
        typer.echo("interrupted; the trail holds what was begun, and the next run finishes it", err=True)
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
