"""Consumers: whether the token for them exists, and reaches each of them with the right to dispatch."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from driftguard.doctor.examine import Patient, Result, State
from driftguard.errors import DriftGuardError
from driftguard.policy import Ask

RIGHTS = {Ask.REPOSITORY_DISPATCH: "contents:write", Ask.WORKFLOW_DISPATCH: "actions:write"}


class ConsumersCheck:
    kind: ClassVar[str] = "consumers"

    def look(self, patient: Patient) -> Iterator[Result]:
        crossing = patient.policy.cross_repo
        repos = sorted({consumer.repo for contract in crossing.contracts for consumer in contract.consumers})
        if not repos:
            return
        if crossing.app is not None:
            yield from _as_app(patient)
            return
        token = patient.environ.get(crossing.token_env)
        if not token:
            said = f"{crossing.token_env} is not set, and {len(repos)} consumers are to be asked"
            yield Result("consumers", State.FAIL, said, f"store an App's token and hand it on as {crossing.token_env}")
            return
        github = patient.github(token)
        for repo in repos:
            status, _, body = github.get(f"/repos/{repo}")
            permissions = body.get("permissions", {}) if isinstance(body, dict) else {}
            if status == 200 and permissions.get("push") is not False:  # noqa: PLR2004 - HTTP
                yield Result("consumers", State.OK, f"{repo} is reached")
            else:
                fix = f"give the token (or the App's installation) contents: write on {repo}"
                yield Result("consumers", State.FAIL, f"{repo} can't be asked ({status})", fix)


def _as_app(patient: Patient) -> Iterator[Result]:
    """The token that a run would ask with is minted, and used for nothing."""
    contracts = patient.policy.cross_repo.contracts
    asked = {(one.repo, RIGHTS[one.ask]) for contract in contracts for one in contract.consumers}
    for repo, permission in sorted(asked):
        try:
            patient.app(repo, permission)
        except DriftGuardError as error:
            yield Result("consumers", State.FAIL, str(error))
        else:
            yield Result("consumers", State.OK, f"{repo} is reached as the App")


CHECK = ConsumersCheck()
