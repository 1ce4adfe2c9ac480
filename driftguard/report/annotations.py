"""Workflow commands, for a run that can't write a check: GitHub shows 10 errors and 10 warnings of a step.

https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar, TextIO

from driftguard.model import Finding, Report, Severity, Status
from driftguard.report import words
from driftguard.report.escape import visible

MOST = 10
_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}


class AnnotationsRenderer:
    """The most important first; what is left out is counted in one command of its own."""

    kind: ClassVar[str] = "annotations"

    def render(self, report: Report, out: TextIO) -> None:
        out.writelines(f"{line}\n" for line in _lines(report))


def wanted(report: Report) -> bool:
    """Whether no check run carries the findings, so that the job's own log has to."""
    done = zip(report.actions, report.outcomes, strict=True)
    return not any(action.kind == "check_run" and outcome.status is Status.APPLIED for action, outcome in done)


def _lines(report: Report) -> Iterator[str]:
    for severity in (Severity.ERROR, Severity.WARNING):
        yield from _first(severity, [f for f in report.findings if _level(f) is severity])
    for gap in report.gaps[:MOST]:
        yield command("warning", f"{gap.scope}: {gap.what}: {gap.error}", title="DriftGuard: not looked at")


def _level(finding: Finding) -> Severity:
    return Severity.NOTE if finding.waiver else finding.severity


def _first(severity: Severity, findings: Sequence[Finding]) -> Iterator[str]:
    """Nine and a count, rather than ten and silence."""
    room = MOST if len(findings) <= MOST else MOST - 1
    for finding in findings[:room]:
        place = {"file": finding.path, "line": str(finding.line) if finding.line else ""} if finding.path else {}
        yield command(_COMMANDS[severity], finding.message, **place, title=f"DriftGuard: {finding.rule}")
    left = len(findings) - room
    if left > 0:
        yield command(_COMMANDS[severity], f"{words.counted(left, f'more {severity.value}')}; the job summary has them")


def command(name: str, message: str, **properties: str) -> str:
    """One workflow command. Nothing in it can end it or begin another."""
    said = ",".join(f"{key}={_property(value)}" for key, value in properties.items() if value)
    return f"::{name}{f' {said}' if said else ''}::{_data(message)}"


def _data(text: str) -> str:
    return visible(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


RENDERER = AnnotationsRenderer()
