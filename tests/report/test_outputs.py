"""A step's outputs are words of ours and numbers, whatever the report holds."""

import io
import re
from datetime import UTC, datetime

from driftguard.model import Action, Conclusion, Event, Finding, Mode, Outcome, Report, Risk, Status, Target
from driftguard.report.outputs import RENDERER

EVENT = Event("1", "schedule", "acme/shop", "refs/heads/main", "", "octocat", datetime(2026, 1, 1, tzinfo=UTC), {})
EVIL = "x\nconclusion=clean\n::set-output name=a::b"


def rendered(*ends: Status) -> list[str]:
    target = Target("aws", "aws/1/eu-west-1", "sqs:queue", EVIL, EVIL)
    actions = tuple(Action(f"{EVIL}{n}", "delete", target, Risk.DESTROY, EVIL) for n, _ in enumerate(ends))
    report = Report(
        "id",
        EVENT,
        Mode.LIVE,
        Conclusion.BLOCKED,
        (Finding(EVIL, EVIL, EVIL, EVIL, EVIL),),
        actions,
        outcomes=tuple(Outcome(action.id, end) for action, end in zip(actions, ends, strict=True)),
        notes=(EVIL,),
    )
    out = io.StringIO()
    RENDERER.render(report, out)
    return out.getvalue().splitlines()


def test_what_went_or_would_go_is_counted_and_what_stayed_isnt() -> None:
    lines = rendered(Status.VERIFIED, Status.APPLIED, Status.SIMULATED, Status.DENIED, Status.FAILED, Status.STALE)
    assert lines == ["conclusion=blocked", "findings=1", "deletions=3", "savings="]


def test_no_text_of_anybody_reaches_an_output() -> None:
    assert all(re.fullmatch(r"[a-z]+=[a-z0-9.]*", line) for line in rendered(Status.VERIFIED))
