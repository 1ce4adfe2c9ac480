"""Views of the policy: validate, schema, shards, merge."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from driftguard.cli.options import CODES, PolicyOption

if TYPE_CHECKING:
    from driftguard.policy import Reference
    from driftguard.ports import ParentFile

app = typer.Typer()


@app.command()
def validate(
    file: Annotated[Path, typer.Argument(help="The policy file.")] = Path("policy.yaml"),
) -> None:
    """Check a policy: every defect at once, each with its line and column."""
    from driftguard import policy_file

    policy = policy_file.load(file, _WhereAsked())
    rules = f"{len(policy.rules)} rule{'' if len(policy.rules) == 1 else 's'}"
    mode = "dry-run: nothing will be changed" if policy.dry_run else "LIVE: allowed actions will be carried out"
    typer.echo(f"{file}: valid, {rules}, {mode}")
    for parent in policy.parents:
        typer.echo(f"  extends {parent}")
    for where, reference, sha in policy.moving:
        typer.echo(f"{where}: warning: {reference} can move; name the commit instead: {sha}")


class _WhereAsked:
    """``ports.Parents``: a policy that extends nothing loads nothing more."""

    def fetch(self, reference: Reference, tokens: Sequence[str]) -> ParentFile:
        from driftguard import wiring

        return wiring.LazyParents(os.environ).fetch(reference, tokens)


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
    raise typer.Exit(CODES[merged.conclusion.value])
