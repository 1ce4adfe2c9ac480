"""The whole behaviour of DriftGuard as one Pydantic schema, a file a section.

Models are frozen and refuse unknown keys. ``Policy.where`` gives the line a value stands on, so that each decision
can name the line that made it. Secrets never stand here: fields that end in ``_env`` name environment variables.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic import Field, PrivateAttr, StrictBool

from driftguard.policy.ai import Ai, ModelName, ModelNames, TokenPrice, Vertex
from driftguard.policy.ai_sync import AiSync, Extractor, ItemKindName
from driftguard.policy.auth import Audit, Auth, AzureIdentity, GcpIdentity, LongLivedKeys
from driftguard.policy.azure import Azure
from driftguard.policy.cross_repo import (
    Ask,
    AskOn,
    Consumer,
    Contract,
    ContractAnswer,
    ContractRole,
    CrossRepo,
    GitHubApp,
)
from driftguard.policy.gcp import WHOLE_PROJECT, Gcp
from driftguard.policy.github import GitHub, OverridePolicy
from driftguard.policy.janitor import PLACEHOLDERS, Aws, Clouds, Janitor, RoleArn, Template, Terraform, TerraformStack
from driftguard.policy.notify import Channel, Moment, Notify
from driftguard.policy.reference import ParentReference, PolicyPath, Reference
from driftguard.policy.rules import Limits, Rule, RuleMode, RuleScope
from driftguard.policy.values import (
    EVENT_NAMES,
    AccountId,
    Duration,
    DurationText,
    EnvironmentVariable,
    EnvName,
    EventPattern,
    Globs,
    Region,
    Section,
    Uuid,
    format_duration,
    parse_duration,
)

__all__ = [
    "EVENT_NAMES",
    "PLACEHOLDERS",
    "WHOLE_PROJECT",
    "AccountId",
    "Ai",
    "AiSync",
    "Ask",
    "AskOn",
    "Audit",
    "Auth",
    "Aws",
    "Azure",
    "AzureIdentity",
    "Channel",
    "Clouds",
    "Consumer",
    "Contract",
    "ContractAnswer",
    "ContractRole",
    "CrossRepo",
    "Duration",
    "DurationText",
    "EnvName",
    "EnvironmentVariable",
    "EventPattern",
    "Extractor",
    "Gcp",
    "GcpIdentity",
    "GitHub",
    "GitHubApp",
    "Globs",
    "ItemKindName",
    "Janitor",
    "Limits",
    "LongLivedKeys",
    "ModelName",
    "ModelNames",
    "Moment",
    "Notify",
    "Origin",
    "OverridePolicy",
    "Policy",
    "Reference",
    "Region",
    "RoleArn",
    "Rule",
    "RuleMode",
    "RuleScope",
    "Section",
    "Template",
    "Terraform",
    "TerraformStack",
    "TokenPrice",
    "Uuid",
    "Vertex",
    "format_duration",
    "json_schema",
    "parse_duration",
]


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a policy was read: ``lines`` maps each path to ``file:line``; ``parents`` are the files that it extends.

    ``moving`` are the references that name no commit: ``file:line``, what stands there, the commit it named today.
    """

    file: str = "policy.yaml"
    lines: Mapping[str, str] = field(default_factory=dict)
    sha: str = ""
    parents: tuple[str, ...] = ()
    moving: tuple[tuple[str, str, str], ...] = ()


class Policy(Section):
    """policy.yaml."""

    version: Literal[1]
    extends: ParentReference | None = Field(
        None, description="The policy that this one is laid over: owner/repo//policy.yaml@<commit>."
    )
    locked: tuple[PolicyPath, ...] = Field(
        (), description="What a policy that extends this one can't loosen: janitor.max_deletions, rules[docs]."
    )
    dry_run: StrictBool = Field(True, description="Only `false` here lets anything be changed; no flag can.")
    rules: tuple[Rule, ...] = ()
    limits: Limits = Limits()
    auth: Auth = Auth()
    audit: Audit = Audit()
    janitor: Janitor = Janitor()
    ai_sync: AiSync = AiSync()
    cross_repo: CrossRepo = CrossRepo()
    github: GitHub = GitHub()
    overrides: OverridePolicy = OverridePolicy()
    notify: Notify = Notify()

    _origin: Origin = PrivateAttr(default_factory=Origin)
    _places: Mapping[str, str] = PrivateAttr(default_factory=dict)

    def located(self, file: str, lines: Mapping[str, int], sha: str) -> Policy:
        """The same policy, knowing its file, the line of each path (``janitor.ttl`` -> 14) and the file's SHA-256."""
        return self.from_(Origin(file, {path: f"{file}:{line}" for path, line in lines.items()}, sha))

    def from_(self, origin: Origin) -> Policy:
        self._origin = origin
        self._places = {rule.name: f"rules[{index}]" for index, rule in enumerate(self.rules)}
        return self

    @property
    def sha(self) -> str:
        """SHA-256 of the file's bytes (of all files, where it extends others); empty for one that came from no file."""
        return self._origin.sha

    @property
    def parents(self) -> tuple[str, ...]:
        """What it extends, nearest first, each at the commit that it was read from."""
        return self._origin.parents

    @property
    def moving(self) -> tuple[tuple[str, str, str], ...]:
        """Each reference to a tag or a branch: where it stands, what it says, and the commit that it named today."""
        return self._origin.moving

    def where(self, path: str) -> str:
        """``policy.yaml:14`` for ``janitor.ttl``; a default names the nearest line above it, and says so."""
        probe, lines = path, self._origin.lines
        while probe and probe not in lines:
            probe = probe.rpartition("[")[0] if probe.endswith("]") else probe.rpartition(".")[0]
        if probe == path:
            return lines[path]
        return f"{lines.get(probe, f'{self._origin.file}:1')} (default of {path})"

    def where_rule(self, rule: Rule) -> str:
        """``policy.yaml:7`` for a rule, also where others were left out of ``rules`` since the file was read."""
        return self.where(self._places.get(rule.name, "rules"))


def json_schema() -> dict[str, Any]:
    """The policy's JSON Schema (draft 2020-12), for editors."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **Policy.model_json_schema()}
