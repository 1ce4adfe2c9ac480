"""Contracts without a run: contracts diff, consumers."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from driftguard.cli.options import BLOCKED, CLEAN, GraphFormat, PolicyOption

app = typer.Typer()
contracts_app = typer.Typer(help="Compare versions of what other repositories rely on.", no_args_is_help=True)
app.add_typer(contracts_app, name="contracts")


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
