"""What earlier live runs have told people and promised them, read from the trail."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from driftguard.audit.lines import INTENT, OUTCOME, TRAIL, lines
from driftguard.model import AuditRecord, History, Mode, Status

WARNING = "janitor/expiring"
"""The rule of the findings that tell of an end: ``name`` is the target's id, ``evidence`` the end."""
KEEP = "extend_lease"
"""The kind of the action that keeps an environment: the target's ``name`` is it, ``expires_at`` its new end."""


def history(directory: Path) -> History:
    """Of live runs only: what a rehearsal printed was told to nobody but whoever rehearsed.

    A trail that can't be read tells of nothing; whoever opens it to write says so.
    """
    warned: dict[str, str] = {}
    kept: dict[str, datetime] = {}
    promised: dict[tuple[str, object], Mapping[str, Any]] = {}
    for record in _live(directory):
        if record.state == "REPORTED":
            warned |= _warned(record.body.get("findings", ()))
        elif record.state == INTENT and record.body.get("kind") == KEEP:
            promised[record.run_id, record.body.get("action_id")] = record.body.get("target", {})
        elif record.state == OUTCOME and record.body.get("status") == Status.APPLIED:
            for name, until in _kept(promised.pop((record.run_id, record.body.get("action_id")), {})):
                kept[name] = max(until, kept.get(name, until))
    return History(warned, kept)


def _live(directory: Path) -> Iterable[AuditRecord]:
    for path in sorted(directory.rglob(TRAIL)):
        for line in lines(path):
            if line.record is not None and line.record.mode == Mode.LIVE:
                yield line.record


def _warned(findings: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    return {str(finding["name"]): str(finding["evidence"]) for finding in findings if finding.get("rule") == WARNING}


def _kept(target: Mapping[str, Any]) -> Iterator[tuple[str, datetime]]:
    """Environment and end, if that can be read."""
    with suppress(KeyError, ValueError):
        until = datetime.fromisoformat(str(target["expires_at"]))
        if until.tzinfo is not None:
            yield str(target["name"]), until.astimezone(UTC)
