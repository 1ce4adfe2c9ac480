"""How DriftGuard shows itself on pull requests, and what maintainers may set aside there."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from pydantic import (
    Field,
    StrictBool,
    StringConstraints,
)

from driftguard.policy.values import (
    Duration,
    EnvironmentVariable,
    Section,
)


class GitHub(Section):
    """How DriftGuard shows itself on pull requests, and what counts as written by it."""

    token_env: EnvironmentVariable = Field("GITHUB_TOKEN", description="The environment variable with its token.")
    check: Annotated[str, StringConstraints(min_length=1, max_length=100)] = Field(
        "DriftGuard", description="The check run's name: require this one in the branch's protection."
    )
    comment: StrictBool = Field(True, description="One comment a pull request, updated in place.")
    suggestions: StrictBool = Field(True, description="Ready lines as suggestions, where the docs file is in the diff.")
    app: Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]+$")] = Field(
        "github-actions", description="The slug of the App behind the token; only its check runs hold overrides."
    )
    author: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9-]+(\[bot\])?$")] = Field(
        "github-actions[bot]", description="The login behind the token; only its comments are taken for ours."
    )


class OverridePolicy(Section):
    """What a maintainer's `/driftguard override` in a comment may set aside, and for how long."""

    survive_push: StrictBool = Field(False, description="Whether it outlives the next push without saying `for 48h`.")
    longest: Duration = Field(timedelta(days=7), description="No override counts for longer.")
    longest_keep: Duration = Field(timedelta(days=7), description="`/driftguard keep` grants no more.")
