"""First steps: init, doctor, demo."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from driftguard.cli.options import CLEAN, INCOMPLETE, PolicyOption
from driftguard.errors import UsageError

app = typer.Typer()


@app.command()
def init(
    repo: Annotated[Path, typer.Option(help="The repository's directory.")] = Path(),
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Ask nothing; take what is found.")] = False,
    aws_account: Annotated[list[str] | None, typer.Option(help="An AWS account to clean. May be repeated.")] = None,
    region: Annotated[list[str] | None, typer.Option(help="A region of it. May be repeated.")] = None,
    azure_subscription: Annotated[
        list[str] | None, typer.Option(help="An Azure subscription to clean, by its id. May be repeated.")
    ] = None,
    gcp_project: Annotated[
        list[str] | None, typer.Option(help="A Google Cloud project to clean, ID=NUMBER. May be repeated.")
    ] = None,
    engine: Annotated[str | None, typer.Option(help="Where workflows get DriftGuard from: OWNER/NAME@COMMIT.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace files that exist.")] = False,
) -> None:
    """Write policy.yaml, the workflows and the OIDC Terraform into a repository, and say what is left to do."""
    from driftguard import policy_file, scaffold, wiring

    with wiring.open_tree(repo) as (tree, branch):
        found = scaffold.look(tree.remote_repo(), branch, tree.files(""), lambda path: tree.read("", path))
    for line in scaffold.summary(found):
        typer.echo(line)
    known = scaffold.Engine.parse(engine) if engine else scaffold.installed_from()
    answers = scaffold.Answers(
        known,
        tuple(aws_account or ()),
        tuple(region or ()),
        subscriptions=tuple(azure_subscription or ()),
        projects=tuple(map(scaffold.Project.parse, gcp_project or ())),
    )
    if not yes:
        answers = scaffold.asked(found, answers, _ask)
    files = scaffold.texts(found, answers)
    policy_file.parse(files["policy.yaml"].encode(), "policy.yaml")
    for written in scaffold.write(repo, files, frozenset(files) if force else frozenset()):
        typer.echo(f"  {written.path}: {written.what}")
    typer.echo("\nLeft to do:")
    for number, line in enumerate(scaffold.left_to_do(found, answers), 1):
        typer.echo(f"  {number}. {line}")


def _ask(question: str, default: str) -> str:
    try:
        return str(typer.prompt(question, default, show_default=bool(default)))
    except typer.Abort as error:
        raise UsageError("no answer, and nothing was written; --yes asks nothing") from error


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
        app=wiring.AppReach(given, os.environ),
        aws=lambda which: wiring.aws_as(which, given, os.environ),
        terraform_version=wiring.terraform_version,
        is_key_file=wiring.is_key_file,
        cloud=lambda cloud: wiring.cloud_called(cloud, given, os.environ),
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
    """The whole story on three embedded clouds; no account needed."""
    from rich.console import Console

    from driftguard.demo.main import run as run_demo

    console = Console(force_terminal=True, width=100) if picture else Console()
    raise typer.Exit(run_demo(console, directory, picture))
