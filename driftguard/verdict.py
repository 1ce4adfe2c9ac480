"""What a run says as a whole. Pure: findings, gaps, outcomes and overrides in, one word out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from driftguard.forge import Overrides
from driftguard.model import Conclusion, Finding, Gap, Outcome, Report, Severity

_GRAVITY = (Severity.ERROR, Severity.WARNING, Severity.NOTE)


def conclude(findings: Sequence[Finding], gaps: Sequence[Gap], outcomes: Sequence[Outcome]) -> Conclusion:
    """What the run says as a whole.

    Blocked comes before incomplete: a person must act on it, while a gap may close by itself on the next run.
    """
    if any(finding.blocks for finding in findings):
        return Conclusion.BLOCKED
    if gaps or any(outcome.error for outcome in outcomes):
        return Conclusion.INCOMPLETE
    return Conclusion.CLEAN


def waived(finding: Finding, overrides: Overrides) -> Finding:
    """The finding, marked with the override that covers it; of several, the one that holds longest.

    Only what blocks needs one, and it stays visible.
    """
    covering = [override for override in overrides.held if finding.blocks and override.covers(finding)]
    if not covering:
        return finding
    return replace(finding, waiver=max(covering, key=lambda override: override.until).waiver())


def together(first: Report, second: Report) -> Report:
    """Two runs told as one, under the event that began it; what both found is as the second found it."""
    findings = tuple({finding.id: finding for finding in (*first.findings, *second.findings)}.values())
    gaps = tuple(dict.fromkeys((*first.gaps, *second.gaps)))
    outcomes = (*first.outcomes, *second.outcomes)
    return replace(
        first,
        conclusion=conclude(findings, gaps, outcomes),
        findings=findings,
        actions=(*first.actions, *second.actions),
        decisions=(*first.decisions, *second.decisions),
        outcomes=outcomes,
        gaps=gaps,
        notes=tuple(dict.fromkeys((*first.notes, *second.notes))),
        tables=second.tables or first.tables,
    )


def unique(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Each id once; of several, the gravest: a rule that only warns takes nothing from one that blocks."""
    found: dict[str, Finding] = {}
    for finding in findings:
        known = found.get(finding.id)
        if known is None or _GRAVITY.index(finding.severity) <= _GRAVITY.index(known.severity):
            found[finding.id] = finding
    return tuple(found.values())
