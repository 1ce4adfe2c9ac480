"""What a run stops costing: each deletion says it, the total adds it up, and the unknown is said."""

import io
import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from driftguard.model import (
    ENVIRONMENT,
    Action,
    Conclusion,
    Decision,
    Event,
    Mode,
    Outcome,
    Report,
    Risk,
    Status,
    Target,
    Verdict,
)
from driftguard.report import console, markdown, savings
from driftguard.report import json as as_json

NOW = datetime(2026, 11, 23, tzinfo=UTC)
EVENT = Event("1", "schedule", "acme/shop", "main", "a" * 40, "cron", NOW, {})


def report(*rows: tuple[float | None, Status], kind: str = "ec2:instance") -> Report:
    actions, decisions, outcomes = [], [], []
    for number, (usd, status) in enumerate(rows):
        target = Target("aws", "aws/1/us-east-1", kind, f"id-{number}", f"dg-{number}")
        actions.append(Action(f"a{number}", "delete_resource", target, Risk.DESTROY, "expired", usd_month=usd))
        verdict = Verdict.DENY if status is Status.DENIED else Verdict.ALLOW
        decisions.append(Decision(f"a{number}", verdict, "because", "policy.yaml:1"))
        outcomes.append(Outcome(f"a{number}", status))
    parts = (tuple(actions), tuple(decisions), tuple(outcomes))
    return Report("r1", EVENT, Mode.LIVE, Conclusion.CLEAN, (), *parts)


GONE = report((7.59, Status.VERIFIED), (1.0, Status.APPLIED), (None, Status.VERIFIED), (99.0, Status.DENIED))


def test_only_what_is_gone_or_would_go_is_counted() -> None:
    assert savings.of(GONE) == savings.Savings(8.59, 2, 1)
    failed = report((5.0, Status.FAILED), (5.0, Status.STALE), (5.0, Status.DENIED))
    assert savings.of(failed) == savings.Savings(0, 0, 0)
    assert savings.sentence(failed) == ""


def test_an_environment_has_no_price_but_that_of_its_resources() -> None:
    whole = report((None, Status.VERIFIED), kind=ENVIRONMENT)
    assert savings.of(whole) == savings.Savings(0, 0, 0)
    assert savings.price(whole.actions[0], whole.outcomes[0]) == ""


def test_a_notice_costs_nothing() -> None:
    notice = replace(GONE.actions[0], risk=Risk.NOTIFY)
    assert savings.price(notice, GONE.outcomes[0]) == ""


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([(7.59, Status.VERIFIED)], "stops costing $7.59 a month at list prices"),
        ([(1234.5, Status.SIMULATED)], "would stop costing $1,234.50 a month at list prices"),
        ([(None, Status.VERIFIED)], "the price of 1 resource is unknown"),
        (
            [(1.0, Status.VERIFIED), (None, Status.VERIFIED), (None, Status.VERIFIED)],
            "stops costing $1.00 a month at list prices; the price of 2 resources is unknown",
        ),
    ],
)
def test_the_total_in_a_sentence(rows: list[tuple[float | None, Status]], said: str) -> None:
    assert savings.sentence(report(*rows)) == said


def test_every_format_tells_each_price_and_the_total() -> None:
    shown = {}
    for name, renderer in (
        ("text", console.RENDERER),
        ("markdown", markdown.RENDERER),
        ("json", as_json.RENDERER),
    ):
        out = io.StringIO()
        renderer.render(GONE, out)
        shown[name] = out.getvalue()
    assert "$7.59 a month" in shown["text"]
    assert "price unknown" in shown["text"]
    assert "stops costing $8.59 a month at list prices; the price of 1 resource is unknown" in shown["text"]
    assert "$7\\.59 a month" in shown["markdown"]
    assert "$8\\.59 a month at list prices" in shown["markdown"]
    found = json.loads(shown["json"])
    assert found["savings"] == {"usd_month": 8.59, "known": 2, "unknown": 1}
    assert [action["usd_month"] for action in found["actions"]] == [7.59, 1.0, None, 99.0]
