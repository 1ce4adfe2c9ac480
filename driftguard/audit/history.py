"""What earlier live runs have told people, read from the trail."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from driftguard.audit.lines import TRAIL, lines, of_states
from driftguard.model import AuditRecord, History, Mode

WARNING = "janitor/expiring"
"""The rule of the findings that tell of an end: ``name`` is the target's id, ``evidence`` the end."""


_REPORTED = of_states("REPORTED")


def history(directory: Path) -> History:
    """Of live runs that came to their report only: what a rehearsal printed was told to nobody but whoever rehearsed.

    A directory without a trail tells of nothing. Raises ``AuditError`` for a trail that can't be read.
    """
    warned = {
        str(finding["name"]): str(finding["evidence"])
        for record in _reported(directory)
        for finding in record.body.get("findings", ())
        if finding.get("rule") == WARNING
    }
    return History(warned)


def _tells_of_an_end(raw: bytes) -> bool:
    return WARNING.encode() in raw and _REPORTED(raw)


def _reported(directory: Path) -> Iterator[AuditRecord]:
    for path in sorted(directory.rglob(TRAIL)):
        for line in lines(path, concerns=_tells_of_an_end):
            record = line.record
            if record is not None and record.state == "REPORTED" and record.mode == Mode.LIVE:
                yield record
