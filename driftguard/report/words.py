"""Words that several renderers share: the headline, who set a finding aside, and a finding's ready line."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from driftguard.model import Conclusion, Finding, Report, Severity, Waiver

_MARKS = {Conclusion.CLEAN: "✅", Conclusion.BLOCKED: "❌", Conclusion.INCOMPLETE: "⚠️"}


@dataclass(frozen=True, slots=True)
class ReadyLine:
    """Text to insert into ``path`` after ``line``; both are empty where no place is known."""

    text: str
    path: str = ""
    line: int = 0


def fix(finding: Finding) -> ReadyLine | None:
    """A finding's fix in the one shape that renderers take."""
    return ReadyLine(finding.fix, finding.fix_path, finding.fix_after) if finding.fix else None


def mark(report: Report) -> str:
    """The sign before a headline: overridden is not simply clean."""
    if report.conclusion is Conclusion.CLEAN and any(finding.waiver for finding in report.findings):
        return "☑️"
    return _MARKS[report.conclusion]


def headline(report: Report) -> str:
    """One line without markup: '2 findings block, 1 warning'."""
    blocking = sum(finding.blocks for finding in report.findings)
    waived_ones = sum(finding.waiver is not None for finding in report.findings)
    others = Counter(finding.severity for finding in report.findings if not finding.blocks and not finding.waiver)
    said = [f"{counted(blocking, 'finding')} {'blocks' if blocking == 1 else 'block'}"] if blocking else []
    said += [f"{waived_ones} overridden"] if waived_ones else []
    said += [counted(others[Severity.WARNING], "warning")] if others[Severity.WARNING] else []
    said += [counted(others[Severity.NOTE], "note")] if others[Severity.NOTE] else []
    failed = sum(bool(outcome.error) for outcome in report.outcomes)
    said += [f"{counted(failed, 'action')} failed"] if failed else []
    said += [f"{counted(len(report.gaps), 'gap')}: not everything was looked at"] if report.gaps else []
    if not said:
        return "all in sync"
    return ", ".join(said) + ("" if blocking or report.conclusion is not Conclusion.CLEAN else "; nothing blocks")


def waived(waiver: Waiver) -> str:
    """'overridden by alice until 2026-11-24 12:00 UTC: reason', no markup."""
    until = f" until {waiver.until:%Y-%m-%d %H:%M} UTC" if waiver.until else ""
    return f"overridden by {waiver.by}{until}: {waiver.why}"


def counted(count: int, noun: str) -> str:
    """``1 gap``, ``2 gaps``."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
