"""What a run stops costing a month, in the words that renderers share."""

from __future__ import annotations

from dataclasses import dataclass

from driftguard.model import ENVIRONMENT, Action, Outcome, Report, Risk, Status

_GOING = frozenset({Status.SIMULATED, Status.APPLIED, Status.VERIFIED})


@dataclass(frozen=True, slots=True)
class Savings:
    """USD a month at list prices over ``known`` resources; nobody knows the price of the ``unknown`` ones."""

    usd_month: float
    known: int
    unknown: int


def of(report: Report) -> Savings:
    """Over what went, or would go. An environment has no price but that of its resources."""
    prices = [
        action.usd_month
        for action, outcome in zip(report.actions, report.outcomes, strict=True)
        if going(action, outcome) and action.target.type != ENVIRONMENT
    ]
    known = [price for price in prices if price is not None]
    return Savings(round(sum(known), 2), len(known), len(prices) - len(known))


def going(action: Action, outcome: Outcome) -> bool:
    """Whether ``outcome`` means that the target of ``action`` is gone, or would be."""
    return action.risk is Risk.DESTROY and outcome.status in _GOING


def price(action: Action, outcome: Outcome) -> str:
    """``$7.59 a month``, ``price unknown``, or nothing for what doesn't go or has no price of its own."""
    if not going(action, outcome) or action.target.type == ENVIRONMENT:
        return ""
    return "price unknown" if action.usd_month is None else f"${action.usd_month:,.2f} a month"


def sentence(report: Report) -> str:
    """The total; empty where nothing goes."""
    total = of(report)
    if not total.known and not total.unknown:
        return ""
    would = "would stop" if any(outcome.status is Status.SIMULATED for outcome in report.outcomes) else "stops"
    said = f"{would} costing ${total.usd_month:,.2f} a month at list prices" if total.known else ""
    some = f"the price of {total.unknown} {'resource is' if total.unknown == 1 else 'resources is'} unknown"
    return "; ".join(filter(None, (said, some if total.unknown else "")))
