"""How much one plan may delete: what is over a cap loses all of its deletions. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from driftguard.gate.ruling import Ruled, Ruling
from driftguard.model import ENVIRONMENT, Decision, Finding, Plan, Risk, Severity, Verdict
from driftguard.policy import Janitor, Policy


def capped(ruling: Ruling, plans: Sequence[Plan], policy: Policy) -> Ruling:
    doomed = len(_doomed(ruling)) + sum(plan.left_out for plan in plans)
    seen = max((plan.seen for plan in plans), default=0)
    excess = next(_excesses(doomed, seen, policy.janitor), None)
    if excess is None:
        return ruling
    key, limit = excess
    where = policy.where(f"janitor.{key}")
    reason = f"{doomed} deletions planned, {key} is {limit}: the whole plan is denied"
    return replace(
        ruling,
        ruled=tuple(_deny_deletion(ruled, reason, where) for ruled in ruling.ruled),
        findings=(*ruling.findings, _over_cap(key, reason, where)),
    )


def _doomed(ruling: Ruling) -> set[str]:
    """The ids of all that would go, each once, also what only goes with another."""
    allowed = [ruled.action for ruled in ruling.ruled if ruled.allowed and ruled.action.risk is Risk.DESTROY]
    targets = (target for action in allowed for target in action.doomed)
    return {target.id for target in targets if target.type != ENVIRONMENT}


def _excesses(doomed: int, seen: int, janitor: Janitor) -> Iterator[tuple[str, str]]:
    """The policy's key and what it says, for each cap that ``doomed`` of ``seen`` exceeds."""
    if doomed > janitor.max_deletions:
        yield "max_deletions", str(janitor.max_deletions)
    if seen and doomed > janitor.max_share * seen:
        yield "max_share", f"{janitor.max_share:g} of the {seen} resources seen"


def _deny_deletion(ruled: Ruled, reason: str, where: str) -> Ruled:
    if not ruled.allowed or ruled.action.risk is not Risk.DESTROY:
        return ruled
    return replace(ruled, decision=Decision(ruled.action.id, Verdict.DENY, reason, where))


def _over_cap(key: str, reason: str, where: str) -> Finding:
    path, _, line = where.partition(" ")[0].rpartition(":")
    return Finding(
        id=f"gate/{key.replace('_', '-')}",
        rule=f"gate/{key.replace('_', '-')}",
        kind="policy",
        name=f"janitor.{key}",
        message=f"{reason}; raise the limit or delete in smaller steps",
        path=path,
        line=int(line),
        severity=Severity.ERROR,
    )
