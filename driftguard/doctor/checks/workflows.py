"""Workflows: whether this repository calls DriftGuard's, from a commit, with the permissions that their jobs ask for.

GitHub starts nothing of a caller that gives less than some job of the called workflow asks for, be it skipped or not.
https://docs.github.com/en/actions/how-tos/reuse-automations/reuse-workflows
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import yaml

from driftguard.doctor.examine import Patient, Result, State

NEEDED: Mapping[str, Mapping[str, str]] = {
    "driftguard-main.yml": {
        "contents": "read",
        "checks": "write",
        "statuses": "write",
        "pull-requests": "write",
        "security-events": "write",
        "id-token": "write",
    },
    "janitor-cron.yml": {"contents": "read", "id-token": "write"},
}
_USES = re.compile(r"(?P<repo>[^@]+)/\.github/workflows/(?P<name>[\w.-]+)@(?P<ref>.+)")
_LEVELS = ("none", "read", "write")


@dataclass(frozen=True, slots=True)
class _Call:
    """One job of this repository that calls a workflow of DriftGuard's."""

    where: str
    name: str
    ref: str
    permissions: Any


class WorkflowsCheck:
    kind: ClassVar[str] = "workflows"

    def look(self, patient: Patient) -> Iterator[Result]:
        calls = list(_calls(patient.directory))
        for call in calls:
            yield from _pinned(call)
            yield _permitted(call)
        if not calls:
            fix = "driftguard init writes one, if it isn't the action itself that you use"
            yield Result("workflows", State.WARN, "no workflow here calls DriftGuard's", fix)
        cleans = any(rule.run == "janitor" and "schedule" in rule.on for rule in patient.policy.rules)
        if calls and cleans and "janitor-cron.yml" not in {call.name for call in calls}:
            fix = "driftguard init --aws-account writes driftguard-nightly.yml"
            yield Result(
                "workflows", State.WARN, "the policy cleans by schedule, and nothing calls janitor-cron.yml", fix
            )


def _calls(directory: Path) -> Iterator[_Call]:
    for file in sorted((directory / ".github" / "workflows").glob("*.y*ml")):
        try:
            workflow = yaml.safe_load(file.read_bytes())
        except (OSError, yaml.YAMLError, ValueError):
            continue  # GitHub says of it what there is to say
        jobs = workflow.get("jobs") if isinstance(workflow, dict) else None
        for name, job in (jobs if isinstance(jobs, dict) else {}).items():
            uses = job.get("uses") if isinstance(job, dict) else None
            match = _USES.fullmatch(uses) if isinstance(uses, str) else None
            if match is not None and match["name"] in NEEDED:
                given = job.get("permissions", workflow.get("permissions"))
                yield _Call(f"{file.name}, job {name}", match["name"], match["ref"], given)


def _pinned(call: _Call) -> Iterator[Result]:
    if re.fullmatch("0{40}", call.ref):
        fix = "write DriftGuard's OWNER/NAME and all 40 digits of a commit there"
        yield Result("workflows", State.FAIL, f"{call.where}: names no commit of DriftGuard's", fix)
    elif not re.fullmatch("[0-9a-f]{40}", call.ref):
        yield Result("workflows", State.WARN, f"{call.where}: '{call.ref}' can be moved to other code", "pin a commit")


def _permitted(call: _Call) -> Result:
    if call.permissions is None:
        said = f"{call.where}: gives no permissions of its own; the repository's default decides"
        return Result("workflows", State.WARN, said, f"write them: {_listed(NEEDED[call.name])}")
    missing = {name: level for name, level in NEEDED[call.name].items() if not _covers(call.permissions, name, level)}
    if missing:
        said = f"{call.where}: GitHub starts nothing, since {call.name} asks for more: {_listed(missing)}"
        return Result("workflows", State.FAIL, said, "add it to the permissions of that job")
    return Result("workflows", State.OK, f"{call.where}: {call.name} gets what it asks for")


def _covers(given: Any, name: str, level: str) -> bool:
    """``given`` is a mapping, or one word for all of them: read-all, write-all."""
    word = given.get(name, "none") if isinstance(given, dict) else given
    word = word.removesuffix("-all") if isinstance(word, str) else ""
    return word in _LEVELS and _LEVELS.index(word) >= _LEVELS.index(level)


def _listed(permissions: Mapping[str, str]) -> str:
    return ", ".join(f"{name}: {level}" for name, level in permissions.items())


CHECK = WorkflowsCheck()
