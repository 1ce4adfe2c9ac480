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
Region = Annotated[str, StringConstraints(pattern=r"^([a-z]{2}(-[a-z]+)+-\d|global)$")]
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
    run: Literal["ai_sync", "janitor", "cross_repo", "commands"]
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
    plan_age: Duration = Field(timedelta(hours=4), description="A reviewed plan that is older is not applied.")


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
        description="Tag key -> values that protect; case-insensitive, with * and ? as wildcards.",
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


class Vertex(Section):
    """Gemini through Vertex AI: no key, but the job's own identity (Application Default Credentials)."""

    project: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9.:-]{4,}[a-z0-9]$")]
    location: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]*$")] = "global"


class TokenPrice(Section):
    """US dollars for a million tokens."""

    input: float = Field(ge=0, allow_inf_nan=False)
    output: float = Field(ge=0, allow_inf_nan=False, description="Thinking counts as output.")


def _one_or_more(value: object) -> object:
    return (value,) if isinstance(value, str) else value


ModelName = Annotated[str, StringConstraints(pattern=r"^[\w][\w.:/@-]*$", max_length=200)]
ModelNames = Annotated[
    tuple[ModelName, ...],
    BeforeValidator(_one_or_more, json_schema_input_type=ModelName | tuple[ModelName, ...]),
]
EnvName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]
_ON_THIS_MACHINE = re.compile(r"http://(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?(/|$)")


class Ai(Section):
    """How the judge reaches its language model, and what that may cost. Off unless ``ai_sync.model`` names one."""

    provider: Literal["gemini", "openai"] = Field(
        "gemini", description="openai: any endpoint that speaks chat/completions (vLLM, Ollama, Azure OpenAI)."
    )
    api_key_env: EnvName | None = Field(
        None, description="The environment variable with the key. Default: GEMINI_API_KEY; for openai, no key."
    )
    base_url: Annotated[str, StringConstraints(pattern=r"^https?://[^\s?#]+$")] | None = Field(
        None, description="Where the endpoint is. Must be given for openai."
    )
    vertex: Vertex | None = Field(None, description="Gemini without a key, through Vertex AI.")
    timeout: Duration = Field(timedelta(minutes=2), description="All of the judge's requests of a run together.")
    max_tokens: StrictInt = Field(200_000, ge=1, description="Tokens of a run, in and out.")
    max_cost_usd: float = Field(
        0.5, ge=0, allow_inf_nan=False, description="US dollars of a run, by the table of prices."
    )
    prices: Mapping[ModelName, TokenPrice] = Field(
        {}, description="Prices of models that aren't in the built-in table, or that you pay differently for."
    )
    may_block: StrictBool = Field(False, description="Whether a claim of the model's fails the check, or only warns.")
    cache: Annotated[str, StringConstraints(pattern=r"^(~?/.+)?$")] = Field(
        "~/.cache/driftguard/ai",
        description="Where answers are kept: outside the checkout, or a change could bring its own. Empty: nowhere.",
    )

    @model_validator(mode="after")
    def _reachable(self) -> Ai:
        if self.provider == "openai" and self.base_url is None:
            raise ValueError("provider: openai needs base_url, the address that /chat/completions is added to")
        if self.provider == "openai" and self.vertex is not None:
            raise ValueError("vertex goes with provider: gemini")
        if self.vertex is not None and self.api_key_env is not None:
            raise ValueError("vertex needs no key: leave api_key_env out")
        secret = self.api_key_env is not None or self.provider == "gemini"
        if secret and self.base_url and self.base_url.startswith("http:") and not _ON_THIS_MACHINE.match(self.base_url):
            raise ValueError("base_url must be https where a key is sent")
        return self


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


class Extractor(Section):
    """A form of the project's own. ``regex`` has a group ``name``; ``pattern`` (ast-grep's) a ``$NAME``."""

    kind: ItemKindName
    regex: str | None = None
    pattern: str | None = None
    language: str = Field("", description="ast-grep's name of the language; needed for a pattern.")
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
    """Where documentation lies, what asks something of users, and which language model may add to the guard."""

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
    model: ModelNames = Field((), description="One model, or several in the order to try them. Empty: no AI.")
    ai: Ai = Ai()


class Consumer(Section):
    repo: Annotated[str, StringConstraints(pattern=r"^[\w.-]+/[\w.-]+$")]
    event_type: Annotated[str, StringConstraints(min_length=1, max_length=100)] = "driftguard-contract"
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

    origin: Annotated[str, StringConstraints(pattern=r"^[\w.-]+/[\w.-]+$")]
    contract: Annotated[str, StringConstraints(pattern=r"^[\w.-]+$")]
    command: Annotated[tuple[Annotated[str, StringConstraints(min_length=1)], ...], Field(min_length=1)] = Field(
        description="Words, no shell. Runs in the checkout; DRIFTGUARD_CONTRACT names the proposed files' directory."
    )
    timeout: Duration = timedelta(minutes=20)


class CrossRepo(Section):
    """Which files are promises to other repositories, and to whom."""

    contracts: tuple[Contract, ...] = ()
    check: Annotated[str, StringConstraints(min_length=1, max_length=100)] = Field(
        "DriftGuard contracts", description="The check run that waits for the consumers: require this one, too."
    )
    answers: tuple[ContractAnswer, ...] = Field(
        (), description="In a consumer: which repository's contract is tried with which command."
    )
    token_env: Annotated[str, StringConstraints(pattern=r"^[A-Z_][A-Z0-9_]*$")] = Field(
        "DRIFTGUARD_TOKEN", description="The environment variable that holds a token for the consumers."
    )


EnvironmentVariable = Annotated[str, StringConstraints(pattern=r"^[A-Z_][A-Z0-9_]*$")]


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


Uuid = Annotated[str, StringConstraints(pattern=r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$")]


class LongLivedKeys(StrEnum):
    WARN = "warn"
    BLOCK = "block"
    ALLOW = "allow"


class AzureIdentity(Section):
    """The application that trusts this repository. Ids, no secrets."""

    tenant: Uuid
    client: Uuid


class GcpIdentity(Section):
    """The workload identity provider that trusts this repository."""

    provider: Annotated[
        str,
        StringConstraints(
            pattern=r"^projects/[0-9]+/locations/global/workloadIdentityPools/[a-z0-9-]{4,32}/providers/[a-z0-9-]{4,32}$"
        ),
    ]
    service_account: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.-]+@[A-Za-z0-9_.-]+$")] | None = Field(
        None, description="Impersonated, where rights are given to it and not to the pool itself."
    )


class Auth(Section):
    """How a job signs in. AWS roles stand with their accounts, in janitor.clouds.aws."""

    long_lived_keys: LongLivedKeys = Field(
        LongLivedKeys.WARN, description="What a stored cloud key in the environment of a job means."
    )
    azure: AzureIdentity | None = None
    gcp: GcpIdentity | None = None


class Audit(Section):
    """Where a copy of each run's trail goes."""

    bucket: (
        Annotated[
            str,
            StringConstraints(
                pattern=r"^(s3://[a-z0-9.-]{3,63}|gs://[a-z0-9._-]{3,222}|az://[a-z0-9]{3,24}/[a-z0-9-]{3,63})(/[A-Za-z0-9_./-]*)?$"
            ),
        ]
        | None
    ) = Field(None, description="s3://bucket/prefix, gs://bucket/prefix or az://account/container/prefix.")


class Policy(Section):
    """policy.yaml."""

    version: Literal[1]
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
