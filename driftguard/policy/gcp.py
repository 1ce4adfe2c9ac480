"""Where the janitor works on Google Cloud."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import BeforeValidator, Field, StringConstraints, model_validator

from driftguard.policy.values import Globs, Section

WHOLE_PROJECT = "cloudresourcemanager:project"
"""The kind of whole projects; every other kind is of resources in ``projects``."""


def _number(value: object) -> object:
    return f"{value:d}" if isinstance(value, int) and not isinstance(value, bool) else value


ProjectNumber = Annotated[
    str,
    BeforeValidator(_number),
    StringConstraints(pattern=r"^[1-9][0-9]{5,18}$"),
    Field(description="A project's number (not its id), in quotes."),
]
Container = Annotated[
    str,
    StringConstraints(pattern=r"^(folders|organizations)/[1-9][0-9]{5,18}$"),
    Field(description="folders/NUMBER or organizations/NUMBER."),
]


class Gcp(Section):
    """Numbers, since a project's id can be taken by somebody else once the project is gone."""

    projects: Annotated[tuple[ProjectNumber, ...], Field(min_length=1)] = Field(
        description="Numbers of the projects in which resources are looked at; in any other nothing is touched."
    )
    ephemeral: tuple[Container, ...] = Field(
        (), description="Folders directly below which whole projects with our name and label are environments."
    )
    types: Annotated[Globs, Field(min_length=1)] = Field(
        ("*",), description="Kinds to look at (docs/gcp.md), with * and ? as wildcards: 'compute:*'."
    )
    confirm_production: tuple[ProjectNumber, ...] = Field(
        (), description="Projects to work in although their id or name looks like production: named here again."
    )
    write_service_account: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.-]+@[A-Za-z0-9_.-]+$")] | None = (
        Field(None, description="Impersonated for a live run's deletions; auth.gcp.service_account if not given.")
    )
    endpoint: Annotated[
        str, StringConstraints(pattern=r"^https://[A-Za-z0-9._{}:/-]*\{service\}[A-Za-z0-9._:/-]*$")
    ] = Field(
        "https://{service}.googleapis.com",
        description="Where Google's APIs are reached; through Private Service Connect "
        "'https://{service}-NAME.p.googleapis.com'.",
    )

    @model_validator(mode="after")
    def _confirmed_are_listed(self) -> Self:
        """A folder's projects aren't listed one by one, and so may be confirmed all the same."""
        strange = [number for number in self.confirm_production if number not in self.projects]
        if strange and not self.ephemeral:
            raise ValueError(f"confirm_production names {strange[0]}, which projects doesn't")
        return self
