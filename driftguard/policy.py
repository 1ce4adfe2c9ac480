"""The whole behaviour of DriftGuard as one Pydantic schema, in policy.yaml's order.

Models are frozen and refuse unknown keys. ``Policy.where`` gives the line a value stands on, so that each decision
can name the line that made it. Secrets never stand here: fields that end in ``_env`` name environment variables.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from difflib import get_close_matches
from enum import StrEnum
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    PrivateAttr,
    StrictBool,
    StrictInt,
    StringConstraints,
    model_validator,
)

from driftguard import policy_defaults

_DURATION = re.compile(r"([1-9]\d{0,5})\s*([smhdw])")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}


def parse_duration(text: object) -> timedelta:
    """``90m``, ``24h``, ``7d`` as a timedelta. Raises ``ValueError`` that shows the form."""
    if isinstance(text, timedelta):
        return text
    match = _DURATION.fullmatch(text.strip()) if isinstance(text, str) else None
    if match is None:
        raise ValueError(f"'{text}' is not a duration; write a number and a unit: 90m, 24h, 7d")
    return timedelta(seconds=int(match[1]) * _SECONDS[match[2]])


def format_duration(value: timedelta) -> str:
    """A text that ``parse_duration`` reads back, as people write it: ``90m``, ``24h``, ``7d``."""
    seconds = int(value.total_seconds())
    units = "dhms" if seconds > _SECONDS["d"] else "hms"
    unit = next(unit for unit in units if seconds % _SECONDS[unit] == 0)
    return f"{seconds // _SECONDS[unit]}{unit}"


DurationText = Annotated[str, Field(pattern=r"^[1-9][0-9]{0,5}\s*[smhdw]$")]
Duration = Annotated[
    timedelta,
    BeforeValidator(
        parse_duration, json_schema_input_type=Annotated[str, Field(pattern=r"^[1-9][0-9]{0,5}\s*[smhdw]$")]
    ),
    PlainSerializer(format_duration, return_type=str),
]

# https://docs.github.com/en/webhooks/webhook-events-and-payloads, plus the three that only Actions sends.
EVENT_NAMES = frozenset(
    """
    branch_protection_configuration branch_protection_rule check_run check_suite code_scanning_alert commit_comment
    create custom_property custom_property_values delete dependabot_alert deploy_key deployment
    deployment_protection_rule deployment_review deployment_status discussion discussion_comment fork
    github_app_authorization gollum installation installation_repositories installation_target issue_comment
    issue_dependencies issues label marketplace_purchase member membership merge_group meta milestone org_block
    organization package page_build personal_access_token_request ping project project_card project_column projects_v2
    projects_v2_item projects_v2_status_update public pull_request pull_request_review pull_request_review_comment
    pull_request_review_thread pull_request_target push registry_package release repository repository_advisory
    repository_dispatch repository_import repository_ruleset repository_vulnerability_alert schedule
    secret_scanning_alert secret_scanning_alert_location secret_scanning_scan security_advisory security_and_analysis
    sponsorship star status sub_issues team team_add watch workflow_call workflow_dispatch workflow_job workflow_run
    """.split()  # noqa: SIM905 - a page of words reads better than a page of quotes
)


def _known_event(text: object) -> object:
    if not isinstance(text, str):
        return text
    name = text.partition(".")[0]
    if name in EVENT_NAMES or name == "*":
        return text
    close = get_close_matches(name, EVENT_NAMES, n=1)
    hint = f"; did you mean '{close[0]}'?" if close else ""
    raise ValueError(f"'{name}' is not a GitHub event{hint}")


EventPattern = Annotated[
    str,
    BeforeValidator(_known_event),
    Field(description="An event ('push'), one of its actions ('pull_request.opened'), or '*'."),
]


def _account(value: object) -> object:
    return f"{value:d}" if isinstance(value, int) and not isinstance(value, bool) else value


AccountId = Annotated[
    str,
    BeforeValidator(_account),
    StringConstraints(pattern=r"^\d{12}$"),
    Field(description="Twelve digits, in quotes."),
]
Region = Annotated[str, StringConstraints(pattern=r"^[a-z]{2}(-[a-z]+)+-\d$")]
Globs = tuple[Annotated[str, StringConstraints(min_length=1)], ...]


class Section(BaseModel):
    """What every part of the policy has in common: frozen, and no key that isn't known."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class RuleMode(StrEnum):
    BLOCK = "block"
    WARN = "warn"


class RuleScope(StrEnum):
    """What a janitor rule may end: whatever is past its lease, or the closed pull request's environment."""

    EXPIRED = "expired"
    EVENT = "event"


class Rule(Section):
    """When which module answers."""

    name: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]*$")]
    on: Annotated[tuple[EventPattern, ...], Field(min_length=1)]
    run: Literal["ai_sync", "janitor", "cross_repo"]
    mode: RuleMode = Field(RuleMode.BLOCK, description="Whether this rule's findings block (exit 1) or only warn.")
    scope: RuleScope = Field(RuleScope.EXPIRED, description="For run: janitor.")

    def matches(self, kind: str) -> bool:
        """Whether an event of ``kind`` concerns this rule; a bare name takes all of its actions."""
        return any(on in ("*", kind, kind.partition(".")[0]) for on in self.on)


class Limits(Section):
    """How long and how wide a run may be."""

    deadline: Duration = Field(timedelta(minutes=30), description="The whole run; what is left then is said.")
    action_timeout: Duration = Field(timedelta(minutes=5), description="One action.")
    parallel: StrictInt = Field(8, ge=1, le=64, description="Actions at a time.")


class Aws(Section):
    accounts: Annotated[tuple[AccountId, ...], Field(min_length=1)] = Field(
        description="Account ids; credentials of any other account start nothing."
    )
    regions: tuple[Region, ...] = Field(default=(), description="Regions to look at; all enabled ones if empty.")


class Clouds(Section):
    aws: Aws | None = None


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
        description="Tag key -> values that protect; case-insensitive, with * and ? as wildcards.",
    )
    max_deletions: StrictInt = Field(50, ge=0, description="A plan that deletes more is denied as a whole.")
    clouds: Clouds = Clouds()


ItemKindName = Literal[
    "env_var",
    "cli_flag",
    "http_route",
    "port",
    "terraform_variable",
    "terraform_output",
    "action_input",
    "action_output",
    "workflow_input",
    "workflow_output",
    "workflow_secret",
    "helm_value",
    "docker_arg",
    "docker_env",
    "compose_env",
]


Language = Literal[
    "",
    "bash",
    "c",
    "cpp",
    "csharp",
    "elixir",
    "go",
    "haskell",
    "hcl",
    "html",
    "java",
    "javascript",
    "json",
    "kotlin",
    "lua",
    "php",
    "python",
    "ruby",
    "rust",
    "scala",
    "swift",
    "tsx",
    "typescript",
    "yaml",
]
"""What ast-grep parses; its Dockerfile and TOML grammars end the process."""


class Extractor(Section):
    """A form of the project's own. ``regex`` has a group ``name``; ``pattern`` (ast-grep's) a ``$NAME``."""

    kind: ItemKindName
    regex: str | None = None
    pattern: str | None = None
    language: Language = Field("", description="ast-grep's name of the language; needed for a pattern.")
    paths: Globs = ("**",)

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if (self.regex is None) == (self.pattern is None):
            raise ValueError("an extractor has either a regex or a pattern")
        if self.regex is not None:
            _named_group(self.regex)
        if self.pattern is not None and ("$NAME" not in self.pattern or not self.language):
            raise ValueError("a pattern holds $NAME and needs its language")
        return self


def _named_group(text: str) -> None:
    try:
        compiled = re.compile(text)
    except re.error as error:
        raise ValueError(f"the regex is not one: {error}") from error
    if "name" not in compiled.groupindex:
        raise ValueError("the regex needs a group (?P<name>...)")


class AiSync(Section):
    """Where documentation lies, what asks something of users, and which names need no documentation."""

    docs: Globs = policy_defaults.DOCS
    not_docs: Globs = Field(policy_defaults.NOT_DOCS, description="Globs that don't count.")
    not_code: Globs = Field(
        policy_defaults.NOT_CODE, description="Files that ask nothing of users: tests, examples, vendored, generated."
    )
    kinds: tuple[ItemKindName, ...] = Field(get_args(ItemKindName), description="What has to be documented.")
    well_known: Globs = Field(
        policy_defaults.WELL_KNOWN, description="Names that everybody knows, with * and ? as wildcards."
    )
    ignore: Globs = Field((), description="Names that need no documentation, with * and ? as wildcards.")
    extractors: tuple[Extractor, ...] = Field((), description="What else in the code is an item.")


class Consumer(Section):
    repo: Annotated[str, StringConstraints(pattern=r"^[\w.-]+/[\w.-]+$")]
    event_type: Annotated[str, StringConstraints(min_length=1, max_length=100)] = "driftguard-contract"
    required: StrictBool = True
    timeout: Duration = timedelta(minutes=30)


class Contract(Section):
    name: Annotated[str, StringConstraints(pattern=r"^[\w.-]+$")]
    paths: Annotated[Globs, Field(min_length=1)]
    type: Literal["files"] = "files"
    consumers: tuple[Consumer, ...] = ()


class CrossRepo(Section):
    """Which files are promises to other repositories, and to whom."""

    contracts: tuple[Contract, ...] = ()
    token_env: Annotated[str, StringConstraints(pattern=r"^[A-Z_][A-Z0-9_]*$")] = Field(
        "DRIFTGUARD_TOKEN", description="The environment variable that holds a token for the consumers."
    )


class Policy(Section):
    """policy.yaml."""

    version: Literal[1]
    dry_run: StrictBool = Field(True, description="Only `false` here lets anything be changed; no flag can.")
    rules: tuple[Rule, ...] = ()
    limits: Limits = Limits()
    janitor: Janitor = Janitor()
    ai_sync: AiSync = AiSync()
    cross_repo: CrossRepo = CrossRepo()

    _lines: Mapping[str, int] = PrivateAttr(default_factory=dict)
    _file: str = PrivateAttr(default="policy.yaml")
    _sha: str = PrivateAttr(default="")

    def located(self, file: str, lines: Mapping[str, int], sha: str) -> Policy:
        """The same policy, knowing its file, the line of each path (``janitor.ttl`` -> 14) and the file's SHA-256."""
        self._file, self._lines, self._sha = file, dict(lines), sha
        return self

    @property
    def sha(self) -> str:
        """SHA-256 of the file's bytes, in hex; empty for a policy that came from no file."""
        return self._sha

    def where(self, path: str) -> str:
        """``policy.yaml:14`` for ``janitor.ttl``; a default names the nearest line above it, and says so."""
        probe = path
        while probe and probe not in self._lines:
            probe = probe.rpartition("[")[0] if probe.endswith("]") else probe.rpartition(".")[0]
        if probe == path:
            return f"{self._file}:{self._lines[path]}"
        return f"{self._file}:{self._lines.get(probe, 1)} (default of {path})"


def json_schema() -> dict[str, Any]:
    """The policy's JSON Schema (draft 2020-12), for editors."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **Policy.model_json_schema()}
