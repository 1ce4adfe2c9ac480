"""What the janitor may delete, where, and how much of it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Annotated, Self

from pydantic import (
    BeforeValidator,
    Field,
    StrictInt,
    StringConstraints,
    model_validator,
)

from driftguard.policy.azure import Azure
from driftguard.policy.gcp import Gcp
from driftguard.policy.values import (
    AccountId,
    Duration,
    Globs,
    Region,
    Section,
)

RoleArn = Annotated[
    str,
    StringConstraints(
        pattern=r"^arn:aws(-[a-z]+)*:iam::([0-9]{12}|\{account\}):role/[A-Za-z0-9_+=,.@/-]+$", max_length=600
    ),
]


class Aws(Section):
    accounts: Annotated[tuple[AccountId, ...], Field(min_length=1)] = Field(
        description="Account ids; credentials of any other account start nothing."
    )
    regions: tuple[Region, ...] = Field(
        default=(),
        description="Regions to look at, 'global' for what has none (IAM, Route 53, ...); everything if empty.",
    )
    types: Annotated[Globs, Field(min_length=1)] = Field(
        ("*",), description="Kinds to look at (docs/aws-types.md), with * and ? as wildcards: 's3:*'."
    )
    confirm_production: tuple[AccountId, ...] = Field(
        default=(), description="Accounts to work in although their alias looks like production: named here again."
    )
    role: RoleArn | None = Field(
        None, description="Signed in to with GitHub's token, where a job has one; {account} stands for the account."
    )
    write_role: RoleArn | None = Field(None, description="The same for a live run's deletions; `role` if not given.")


class Clouds(Section):
    aws: Aws | None = None
    azure: Azure | None = None
    gcp: Gcp | None = None


_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_PLAIN = re.compile(r"[\w./:@+=, -]*")
PLACEHOLDERS = ("owner", "repo", "number", "env")


def _template(text: object) -> object:
    if not isinstance(text, str):
        return text
    unknown = next((name for name in _PLACEHOLDER.findall(text) if name not in PLACEHOLDERS), None)
    if unknown is not None:
        raise ValueError(f"'{{{unknown}}}' stands for nothing; there are {{{'}, {'.join(PLACEHOLDERS)}}}")
    rest = _PLACEHOLDER.sub("", text)
    if not text or not _PLAIN.fullmatch(rest) or ".." in text:
        raise ValueError(f"'{text}' may hold letters, digits, _ . / : @ + = , - and {{placeholders}}, but not '..'")
    return text


Template = Annotated[
    str,
    BeforeValidator(_template),
    Field(description="Text with {owner}, {repo}, {number} (of the pull request) and {env} (its environment)."),
]


def _directory(text: object) -> object:
    if isinstance(text, str) and (not text or text.startswith(("/", "-")) or ".." in text.split("/")):
        raise ValueError(f"'{text}' is not a directory inside the repository: infra/preview")
    return text


class TerraformStack(Section):
    """One Terraform configuration and where the state of each environment lies."""

    dir: Annotated[str, BeforeValidator(_directory)] = Field(description="Its directory in the repository.")
    environments: Globs = Field(
        (), description="Globs of the environments it builds; those of this repository's pull requests if empty."
    )
    workspace: Template | None = None
    backend_config: Mapping[Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")], Template] = {}
    variables: Mapping[Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][\w-]*$")], Template] = {}

    @model_validator(mode="after")
    def _one_state_an_environment(self) -> Self:
        templates = [self.workspace or "", *self.backend_config.values()]
        if not any("{env}" in text or "{number}" in text for text in templates):
            raise ValueError(
                "workspace or backend_config must hold {env} or {number}, or all environments share a state"
            )
        return self


class Terraform(Section):
    """Environments that Terraform built are destroyed by Terraform first."""

    stacks: Annotated[tuple[TerraformStack, ...], Field(min_length=1)]
    lock_timeout: Duration = Field(timedelta(minutes=5), description="How long to wait for a live run's lock.")
    lock_age: Duration = Field(timedelta(hours=6), description="An older lock is an orphan, and is removed.")
    timeout: Duration = Field(timedelta(minutes=25), description="One environment; then SIGTERM, and time to end well.")


class Janitor(Section):
    """What counts as ours, how long it may live, and how much may go in one run."""

    namespace: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9._-]+$")] = Field(
        "dg-", description="Names of ours begin so. Can't be empty."
    )
    owner_tag: Annotated[str, StringConstraints(pattern=r"^[\w:/.-]{3,}$")] = Field(
        "driftguard:owner", description="The tag key that everything of ours carries. Can't be empty."
    )
    owners: tuple[Annotated[str, StringConstraints(min_length=1)], ...] = Field(
        (), description="Accepted values of the owner tag; any value if empty."
    )
    ttl: Duration = Field(timedelta(hours=24), description="Lifetime from creation where no tag says otherwise.")
    environment: Annotated[str, StringConstraints(pattern=r"^.*\{number\}.*$")] = Field(
        "{repo}-pr-{number}", description="The driftguard:env value of a pull request's environment."
    )
    protected_tags: Mapping[str, tuple[str, ...]] = Field(
        {"Environment": ("Production", "Prod"), "Protected": ("*",)},
        description="Tag key -> values that protect; case-insensitive, with * and ? as wildcards. "
        "Environment: Production protects in any case.",
    )
    max_deletions: StrictInt = Field(50, ge=0, description="A plan that deletes more is denied as a whole.")
    max_share: Annotated[float, Field(gt=0, le=1, strict=False)] = Field(
        1.0, description="A plan that deletes more than this share of all that was seen is denied as a whole."
    )
    warn_before: Duration | None = Field(
        None, description="From so long before its end on, the first run that sees it warns; only a later one deletes."
    )
    terraform: Terraform | None = None
    prices: Mapping[str, Annotated[float, Field(ge=0, allow_inf_nan=False)]] = Field(
        {}, description="USD a month by type and size ('ec2:instance t3.micro', 'ec2:volume gp3 GiB'); ours come first."
    )
    clouds: Clouds = Clouds()

    @property
    def protecting(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        """What protects: production, whatever the policy says, and what it lists."""
        yield "Environment", ("Production",)
        yield from self.protected_tags.items()
