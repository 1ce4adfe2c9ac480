"""SARIF 2.1.0, for code scanning: findings with a place in a file."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, ClassVar, TextIO
from urllib.parse import quote

from driftguard import __version__
from driftguard.model import Finding, Gap, Report, Severity
from driftguard.report.escape import visible

_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "note"}


class SarifRenderer:
    """https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html; URIs are relative to the repository."""

    kind: ClassVar[str] = "sarif"

    def render(self, report: Report, out: TextIO) -> None:
        write(report.findings, report.gaps, out)


def write(findings: Sequence[Finding], gaps: Sequence[Gap], out: TextIO) -> None:
    """One SARIF log with one run."""
    rules = sorted({finding.rule for finding in findings})
    driver = {"name": "DriftGuard", "version": __version__, "rules": [{"id": rule} for rule in rules]}
    notes = [
        {"level": "warning", "message": {"text": visible(f"{gap.scope}: {gap.what}: {gap.error}")}} for gap in gaps
    ]
    run = {
        "tool": {"driver": driver},
        "invocations": [{"executionSuccessful": not gaps, "toolExecutionNotifications": notes}],
        "results": [_result(finding) for finding in findings],
    }
    document = {"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": [run]}
    json.dump(document, out, indent=2)
    out.write("\n")


def _result(finding: Finding) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": finding.rule,
        "level": _LEVELS[finding.severity],
        "message": {"text": visible(finding.message)},
        "partialFingerprints": {"driftguard/v1": finding.id},
    }
    if finding.path:
        uri = quote(finding.path.encode(errors="surrogateescape"), safe="/")
        place: dict[str, Any] = {"artifactLocation": {"uri": uri, "uriBaseId": "%SRCROOT%"}}
        if finding.line:
            place["region"] = {"startLine": finding.line}
        result["locations"] = [{"physicalLocation": place}]
    return result


RENDERER = SarifRenderer()
