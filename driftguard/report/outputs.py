"""A step's outputs, as ``$GITHUB_OUTPUT`` takes them: words of ours and numbers, never anybody's text."""

from __future__ import annotations

from typing import ClassVar, TextIO

from driftguard.model import Report, Risk, Status

_GOES = frozenset({Status.SIMULATED, Status.APPLIED, Status.VERIFIED})


class OutputsRenderer:
    """``deletions`` counts what went, in a rehearsal what would; ``savings`` is empty where no price is known."""

    kind: ClassVar[str] = "outputs"

    def render(self, report: Report, out: TextIO) -> None:
        doomed = {action.id for action in report.actions if action.risk is Risk.DESTROY}
        gone = sum(outcome.action_id in doomed and outcome.status in _GOES for outcome in report.outcomes)
        savings = getattr(report, "savings", None)  # a report that knows prices carries a number
        out.write(f"conclusion={report.conclusion.value}\n")
        out.write(f"findings={len(report.findings)}\n")
        out.write(f"deletions={gone}\n")
        out.write(f"savings={savings if isinstance(savings, int | float) else ''}\n")


RENDERER = OutputsRenderer()
