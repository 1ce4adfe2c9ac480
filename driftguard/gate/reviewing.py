"""Only what was reviewed: a fresh ruling held against a plan that somebody has read. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from driftguard.gate.ruling import Ruled, Ruling, hold_together
from driftguard.model import Decision, Verdict
from driftguard.plan_file import Proposed, Reviewed


def only_reviewed(ruling: Ruling, reviewed: Reviewed) -> Ruling:
    """The same ruling, but only what ``reviewed`` holds too, with the same target, stays allowed. Pure.

    The notes say what differs: each action that is new, changed, or no longer allowed.
    """
    proposed = reviewed.by_id
    kept = tuple(_reviewed(ruled, proposed) for ruled in ruling.ruled)
    whole = hold_together(replace(ruling, ruled=kept))
    return replace(whole, notes=(*ruling.notes, *_differences(ruling, whole, reviewed)))


def _reviewed(ruled: Ruled, proposed: Mapping[str, Proposed]) -> Ruled:
    known = proposed.get(ruled.action.id)
    target = ruled.action.target
    if not ruled.allowed or (known and (known.scope, known.fingerprint) == (target.scope, target.fingerprint)):
        return ruled
    reason = "changed since the plan was reviewed" if known else "not in the reviewed plan"
    return replace(ruled, decision=Decision(ruled.action.id, Verdict.DENY, reason, ruled.decision.policy_line))


def _differences(fresh: Ruling, kept: Ruling, reviewed: Reviewed) -> Iterator[str]:
    both = sum(ruled.allowed for ruled in kept.ruled)
    yield f"the reviewed plan has {len(reviewed.actions)} actions, {both} of them are still right and are done"
    now = {ruled.action.id: ruled for ruled in kept.ruled}
    for planned in reviewed.actions:
        ruled = now.get(planned.id)
        if ruled is None:
            yield f"- {planned.name}: was in the reviewed plan, is gone"
        elif not ruled.allowed:
            yield f"- {planned.name}: was in the reviewed plan, now stays: {ruled.decision.reason}"
    proposed = reviewed.by_id
    for ruled in fresh.ruled:
        if ruled.allowed and ruled.action.id not in proposed:
            yield f"+ {ruled.action.target.name}: came after the review, stays"
