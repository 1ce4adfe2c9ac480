"""The decision over each action of a plan. Pure: it sees values and gives values."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from driftguard.gate.caps import capped
from driftguard.gate.ruling import Grounds, Ruled, Ruling, hold_together
from driftguard.janitor import environments, lease
from driftguard.model import ENVIRONMENT, Action, Decision, Gap, Risk, Verdict
from driftguard.policy import Policy, Rule
from driftguard.ports import Proposal


def decide(proposals: Sequence[Proposal], grounds: Grounds) -> Ruling:
    """Judge every action of every proposal. Pure: the same input gives the same ruling, in both modes.

    An action that two rules propose is allowed if either allows it. What is part of a denied action is denied. A plan
    with more deletions than ``janitor.max_deletions`` or ``max_share`` allows loses all of them.
    """
    gaps = [gap for proposal in proposals for gap in proposal.plan.gaps]
    kept = {name: until for proposal in proposals for name, until in proposal.plan.kept.items()}
    grounds = replace(grounds, history=replace(grounds.history, kept={**grounds.history.kept, **kept}))
    ruled: dict[str, Ruled] = {}
    for proposal in proposals:
        for action in proposal.plan.actions:
            known = ruled.get(action.id)
            if known is None or not known.allowed:
                decision = decide_one(action, proposal.rule, gaps, grounds)
                ruled[action.id] = Ruled(action, proposal.rule, decision)
    plans = [proposal.plan for proposal in proposals]
    return capped(hold_together(Ruling(tuple(ruled.values()), kept=kept)), plans, grounds.policy)


def decide_one(action: Action, rule: Rule | None, gaps: Iterable[Gap], grounds: Grounds) -> Decision:
    policy = grounds.policy
    if rule is None:
        return _decide_publication(action, policy)
    rule_line = policy.where_rule(rule)
    if action.risk is not Risk.DESTROY:
        return Decision(action.id, Verdict.ALLOW, f"rule '{rule.name}' asks for it", rule_line)
    judged = judge(action, rule, grounds)
    if not judged.deletable:
        return Decision(action.id, Verdict.DENY, judged.reason, policy.where(judged.policy_path))
    gap = next((gap for gap in gaps if _hides(gap, action)), None)
    if gap is not None:
        reason = f"{gap.scope} was not seen whole ({gap.what}), so nothing in it is deleted"
        return Decision(action.id, Verdict.DENY, reason, rule_line)
    return Decision(action.id, Verdict.ALLOW, judged.reason, policy.where(judged.policy_path))


def _decide_publication(action: Action, policy: Policy) -> Decision:
    """Whoever tells people of a run may do nothing but tell."""
    where = policy.where("github")
    if action.risk is Risk.NOTIFY:
        return Decision(action.id, Verdict.ALLOW, "tells people of this run", where)
    return Decision(action.id, Verdict.DENY, "no rule asks for it", where)


def judge(action: Action, rule: Rule, grounds: Grounds) -> lease.Lease:
    """The lease of what ``action`` destroys, under ``rule``: the same pure reading that the planner used."""
    ended = environments.ended_environment(grounds.event, rule, grounds.policy)
    terms = lease.Terms(grounds.policy, grounds.now, ended, grounds.history)
    if action.target.type == ENVIRONMENT:
        return lease.judge_environment(action.target.name, action.takes, terms)
    return lease.judge_whole(action.target, action.takes, terms)


def _hides(gap: Gap, action: Action) -> bool:
    """An environment may have resources wherever something wasn't listed: protected ones, for all we know."""
    covered = any(gap.covers(target.path) for target in action.doomed)
    return covered or (action.target.type == ENVIRONMENT and gap.hides_resources)
