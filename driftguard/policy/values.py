"""The kinds of value that a policy is made of: durations, events, ids, and what every section has in common."""

from __future__ import annotations

import re
from datetime import timedelta
from difflib import get_close_matches
from typing import Annotated

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    StringConstraints,
)

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


EnvironmentVariable = Annotated[str, StringConstraints(pattern=r"^[A-Z_][A-Z0-9_]*$")]
EnvName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]
Uuid = Annotated[str, StringConstraints(pattern=r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$")]
