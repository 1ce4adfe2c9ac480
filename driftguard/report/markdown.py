"""The job summary and the pull-request comment: GitHub's Markdown, with all foreign text escaped."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, TextIO

from driftguard.model import Conclusion, Mode, Report, Severity, Status
from driftguard.report.escape import code, markdown

MOST_CHARACTERS = 65_000
"""GitHub takes 65,536 in a comment; the rest is room for what was left out."""

_VERDICTS = {
    Conclusion.CLEAN: "✅ clean",
    Conclusion.BLOCKED: "❌ blocked",
    Conclusion.INCOMPLETE: "⚠️ incomplete",
}
_MARKS = {Severity.ERROR: "❌", Severity.WARNING: "⚠️", Severity.NOTE: "💬"}
_WORDS = {
    Status.SIMULATED: "would go",
    Status.VERIFIED: "gone",
    Status.APPLIED: "done",
    Status.DENIED: "stays",
    Status.STALE: "stays, changed since",
    Status.FAILED: "failed",
}


class MarkdownRenderer:
    """Never longer than a comment may be; what was cut is said."""

    kind: ClassVar[str] = "markdown"

    def render(self, report: Report, out: TextIO) -> None:
        written = 0
        lines = list(_lines(report))
        for number, line in enumerate(lines):
            if written + len(line) > MOST_CHARACTERS:
                out.write(f"\n… {len(lines) - number} lines were left out; `--format json` has everything.\n")
                return
            out.write(f"{line}\n")
            written += len(line) + 1


def _lines(report: Report) -> Iterable[str]:
    mode = "dry-run, nothing was changed" if report.mode is Mode.REHEARSAL else "live"
    yield f"### DriftGuard: {_VERDICTS[report.conclusion]}"
    yield f"{markdown(report.event.kind)} · {mode} · run {code(report.run_id[:8])}"
    yield from _findings(report)
    yield from _changes(report)
    yield from _gaps(report)
    yield from (f"\n{markdown(note)}" for note in report.notes)


def _findings(report: Report) -> Iterable[str]:
    if report.findings:
        yield "\n| | Where | What |\n|---|---|---|"
    for finding in report.findings:
        place = f"{finding.path}:{finding.line}" if finding.line else finding.path or finding.name
        yield f"| {_MARKS[finding.severity]} | {code(place)} | {markdown(finding.message)} |"


def _changes(report: Report) -> Iterable[str]:
    if report.actions:
        yield "\n| Outcome | What | Where | Why | Policy |\n|---|---|---|---|---|"
    for action, decision, outcome in zip(report.actions, report.decisions, report.outcomes, strict=True):
        why = outcome.error or (outcome.note if outcome.status is Status.STALE else decision.reason)
        cells = (code(action.target.name), code(action.target.path), markdown(why), code(decision.policy_line))
        yield f"| {_WORDS[outcome.status]} | {' | '.join(cells)} |"


def _gaps(report: Report) -> Iterable[str]:
    if report.gaps:
        yield "\n**Not looked at; nothing is deleted there:**\n"
    for gap in report.gaps:
        yield f"- {code(gap.scope)} {markdown(gap.what)}: {markdown(gap.error)}"


RENDERER = MarkdownRenderer()
