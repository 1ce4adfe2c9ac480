"""SARIF 2.1.0, for code scanning.

GitHub refuses a whole file for one result without a location, so what has no place in a file is a notification.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, TextIO
from urllib.parse import quote

from driftguard import __version__
from driftguard.model import Finding, Gap, Report, Severity
from driftguard.report import words
from driftguard.report.escape import visible

_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "note"}
SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"


class SarifRenderer:
    """https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html; URIs are relative to the repository.

    A finding keeps its fingerprint as long as it is about the same thing, wherever its line moves. What was set aside
    carries a suppression that says by whom and why.
    """

    kind: ClassVar[str] = "sarif"

    def render(self, report: Report, out: TextIO) -> None:
        write(report.findings, report.gaps, out)


def write(findings: Sequence[Finding], gaps: Sequence[Gap], out: TextIO) -> None:
    """One SARIF log with one run."""
    document = {"$schema": SCHEMA, "version": "2.1.0", "runs": [_run(findings, gaps)]}
    json.dump(document, out, indent=2)
    out.write("\n")


def _run(findings: Sequence[Finding], gaps: Sequence[Gap]) -> Mapping[str, Any]:
    rules = sorted({finding.rule for finding in findings})
    index = {rule: number for number, rule in enumerate(rules)}
    placed = [finding for finding in findings if finding.path]
    return {
        "tool": {"driver": _driver(rules)},
        "columnKind": "unicodeCodePoints",
        "invocations": [
            {"executionSuccessful": not gaps, "toolExecutionNotifications": list(_notifications(findings, gaps))}
        ],
        "results": [_result(finding, index[finding.rule]) for finding in placed],
    }


def _driver(rules: Sequence[str]) -> Mapping[str, Any]:
    described = [
        {"id": rule, "shortDescription": {"text": rule.replace("/", ": ").replace("-", " ")}} for rule in rules
    ]
    return {"name": "DriftGuard", "version": __version__, "rules": described}


def _notifications(findings: Sequence[Finding], gaps: Sequence[Gap]) -> Sequence[Mapping[str, Any]]:
    unseen = [("warning", f"{gap.scope}: {gap.what}: {gap.error}") for gap in gaps]
    placeless = [(_LEVELS[finding.severity], finding.message) for finding in findings if not finding.path]
    return [{"level": level, "message": {"text": visible(text)}} for level, text in (*unseen, *placeless)]


def _result(finding: Finding, rule: int) -> Mapping[str, Any]:
    uri = quote(finding.path.encode(errors="surrogateescape"), safe="/")
    place = {"artifactLocation": {"uri": uri, "uriBaseId": "%SRCROOT%"}, "region": {"startLine": max(finding.line, 1)}}
    return {
        "ruleId": finding.rule,
        "ruleIndex": rule,
        "level": _LEVELS[finding.severity],
        "message": {"text": visible(finding.message)},
        "locations": [{"physicalLocation": place}],
        "partialFingerprints": {"driftguard/v1": finding.id},
        "suppressions": _suppressions(finding),
    }


def _suppressions(finding: Finding) -> Sequence[Mapping[str, Any]]:
    """Empty says that nothing suppresses it, which is more than saying nothing."""
    if finding.waiver is None:
        return []
    return [{"kind": "external", "status": "accepted", "justification": visible(words.waived(finding.waiver))}]


RENDERER = SarifRenderer()
