"""Which files are promises to other repositories, and to whom."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import (
    Field,
    StrictBool,
    StrictInt,
    StringConstraints,
)

from driftguard.policy.values import (
    Duration,
    EnvironmentVariable,
    Globs,
    Section,
)

RepoName = Annotated[str, StringConstraints(pattern=r"^[\w.-]+/[\w.-]+$")]


class Ask(StrEnum):
    """How a question travels. ``workflow_dispatch`` names its run at once, and needs no right to write code."""

    REPOSITORY_DISPATCH = "repository_dispatch"
    WORKFLOW_DISPATCH = "workflow_dispatch"


class Consumer(Section):
    repo: RepoName
    ask: Ask = Field(
        Ask.REPOSITORY_DISPATCH, description="workflow_dispatch needs actions: write there instead of contents: write."
    )
    event_type: Annotated[str, StringConstraints(min_length=1, max_length=100)] = "driftguard-contract"
    workflow: Annotated[str, StringConstraints(pattern=r"^[\w.-]+\.ya?ml$")] = Field(
        "driftguard.yml", description="For ask: workflow_dispatch, the file in its .github/workflows."
    )
    ref: Annotated[str, StringConstraints(pattern=r"^[\w./-]+$")] = Field(
        "main", description="For ask: workflow_dispatch, the branch or tag whose workflow runs."
    )
    required: StrictBool = Field(True, description="Whether the pull request waits for its answer.")
    timeout: Duration = Field(timedelta(minutes=30), description="No answer by then counts as silence.")
    owners: tuple[Annotated[str, StringConstraints(min_length=1)], ...] = Field(
        (), description="Who is named where it breaks: @acme/web, alice."
    )
    versions: tuple[Annotated[str, StringConstraints(min_length=1)], ...] = Field(
        (), description="The contract versions it relies on, with * and ?; any if empty."
    )
    republishes: tuple[Annotated[str, StringConstraints(min_length=1)], ...] = Field(
        (), description="Contracts of this policy that it builds from this one and passes on."
    )


class ContractRole(StrEnum):
    """Which end of the wire a repository is. A producer may say less than it did, a consumer may take more."""

    PRODUCER = "producer"
    CONSUMER = "consumer"
    BOTH = "both"


class AskOn(StrEnum):
    """What a change must at least be before anybody is asked about it."""

    BREAKING = "breaking"
    DANGEROUS = "dangerous"
    ANY = "any"


class Contract(Section):
    name: Annotated[str, StringConstraints(pattern=r"^[\w.-]+$")]
    paths: Annotated[Globs, Field(min_length=1)]
    type: Literal[
        "files",
        "openapi",
        "asyncapi",
        "avro",
        "graphql",
        "helm",
        "json_schema",
        "protobuf",
        "python",
        "terraform",
    ] = "files"
    role: ContractRole | None = Field(
        None,
        description="For schemas: which end this repository is. Default: x-driftguard-role in the file, else both.",
    )
    on: AskOn = Field(
        AskOn.ANY, description="Ask the consumers about breaking changes only, dangerous ones too, or any."
    )
    version: str = Field("", description="What consumers pin: v1.")
    consumers: tuple[Consumer, ...] = ()


class ContractAnswer(Section):
    """What this repository does when asked about a contract that it relies on."""

    origin: RepoName
    contract: Annotated[str, StringConstraints(pattern=r"^[\w.-]+$")]
    command: Annotated[tuple[Annotated[str, StringConstraints(min_length=1)], ...], Field(min_length=1)] = Field(
        description="Words, no shell. Runs in the checkout; DRIFTGUARD_CONTRACT names the proposed files' directory."
    )
    timeout: Duration = timedelta(minutes=20)


class GitHubApp(Section):
    """The App that reaches other repositories, by tokens that last an hour and open nothing else."""

    id: Annotated[StrictInt, Field(ge=1)] | Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9.]{4,40}$")] = Field(
        description="The App's id, or its client id."
    )
    key_env: EnvironmentVariable = Field(
        "DRIFTGUARD_APP_KEY", description="The environment variable with its private key (PEM)."
    )


class CrossRepo(Section):
    """Which files are promises to other repositories, and to whom."""

    contracts: tuple[Contract, ...] = ()
    check: Annotated[str, StringConstraints(min_length=1, max_length=100)] = Field(
        "DriftGuard contracts", description="The check run that waits for the consumers: require this one, too."
    )
    answers: tuple[ContractAnswer, ...] = Field(
        (), description="In a consumer: which repository's contract is tried with which command."
    )
    token_env: EnvironmentVariable = Field(
        "DRIFTGUARD_TOKEN", description="The environment variable that holds a token for the consumers."
    )
    app: GitHubApp | None = Field(None, description="Instead of token_env: tokens are minted as this App.")
