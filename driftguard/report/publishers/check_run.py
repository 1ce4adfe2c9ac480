"""The check run on the pull request's head: one for all rules, so that a branch's protection names one check."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from driftguard import markers
from driftguard.model import Action, Conclusion, Finding, Plan, Report, Risk, Severity
from driftguard.ports import Sources
from driftguard.report import words
from driftguard.report.escape import visible
from driftguard.report.markdown import body
from driftguard.report.publishers.subject import Subject, silenced, subject

MOST_ANNOTATIONS = 1000
"""Annotations on one check run, 50 a request; the summary counts what is left out."""

CONCLUSIONS = {
    Conclusion.CLEAN: "success",
    Conclusion.BLOCKED: "failure",
    Conclusion.INCOMPLETE: "action_required",  # `neutral` would pass a required check, and what is unknown must not
}
_LEVELS = {Severity.ERROR: "failure", Severity.WARNING: "warning", Severity.NOTE: "notice"}
_ORDER = {"failure": 0, "warning": 1, "notice": 2}


@dataclass
class CheckRunPublisher:
    """``ports.Publisher``. Reads nothing."""

    sources: Sources
    kind: ClassVar[str] = "check_run"

    def publish(self, report: Report) -> Plan:
        about = subject(report, self.sources.policy)
        if about is None:
            return Plan()
        silence = silenced(report.event, self.sources)
        return Plan(notes=(silence,)) if silence else Plan(actions=(self._action(report, about),))

    def _action(self, report: Report, about: Subject) -> Action:
        name = self.sources.policy.github.check
        identity = {"name": name, "head_sha": about.sha, "external_id": f"{markers.REPORT_ID}{about.number}"}
        link = {"details_url": self.sources.run_url} if self.sources.run_url else {}
        annotations = list(annotate(report.findings))
        return Action(
            id=f"check_run:{about.repo}:{about.sha}:{name}",
            kind="check_run",
            target=about.target,
            risk=Risk.NOTIFY,
            why=f"the check '{name}' on {about.sha[:9]}: {words.headline(report)}",
            body={
                "repo": about.repo,
                "identity": identity | link,
                "conclusion": CONCLUSIONS[report.conclusion],
                "completed_at": self.sources.clock().strftime("%Y-%m-%dT%H:%M:%SZ"),
                "output": _output(report, annotations),
                "annotations": annotations[:MOST_ANNOTATIONS],
            },
        )


def _output(report: Report, annotations: Sequence[Any]) -> dict[str, str]:
    left_out = len(annotations) - MOST_ANNOTATIONS
    said = f"\n\n{left_out} more annotations were left out; the table has their findings." if left_out > 0 else ""
    return {"title": visible(words.headline(report))[:250], "summary": body(report, 60_000) + said}


def annotate(findings: Sequence[Finding]) -> Iterator[Mapping[str, Any]]:
    """Every finding with a place in a file, what blocks first. Plain text: GitHub renders none of it."""
    placed = [_annotation(finding) for finding in findings if finding.path]
    yield from sorted(placed, key=lambda one: _ORDER[str(one["annotation_level"])])


def _annotation(finding: Finding) -> Mapping[str, Any]:
    waiver = finding.waiver
    said = f"{finding.message}{f' ({words.waived(waiver)})' if waiver else ''}"
    annotation = {
        "path": visible(finding.path),
        "start_line": max(finding.line, 1),
        "end_line": max(finding.line, 1),
        "annotation_level": "notice" if waiver else _LEVELS[finding.severity],
        "title": visible(finding.rule)[:250],
        "message": visible(said)[:4000],
    }
    fix = words.fix(finding)
    return annotation | {"raw_details": fix.text[:4000]} if fix else annotation


PUBLISHER = CheckRunPublisher
