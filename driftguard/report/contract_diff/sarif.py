"""SARIF 2.1.0, for code scanning: each change a result at its place in the new version."""

from __future__ import annotations

import hashlib
from typing import ClassVar, TextIO

from driftguard.model import Change, ContractDiff, Finding, Level, Severity
from driftguard.report import sarif

_SEVERITIES = {Level.BREAKING: Severity.ERROR, Level.DANGEROUS: Severity.WARNING, Level.INFO: Severity.NOTE}


class SarifDiffRenderer:
    kind: ClassVar[str] = "sarif"

    def render(self, diff: ContractDiff, out: TextIO) -> None:
        sarif.write([_finding(diff.type, change) for change in diff.changes], (), out)


def _finding(kind: str, change: Change) -> Finding:
    identity = f"{kind} {change.rule} {change.location} {change.message}"
    return Finding(
        id=hashlib.sha256(identity.encode(errors="surrogateescape")).hexdigest()[:16],
        rule=f"{kind}/{change.rule}",
        kind="contract",
        name=change.location,
        message=f"{change.location}: {change.message}",
        path=change.path,
        line=change.line,
        severity=_SEVERITIES[change.level],
    )


RENDERER = SarifDiffRenderer()
