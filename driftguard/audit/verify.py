"""Checking the trail: any line changed, dropped, inserted, swapped or cut is a problem with its place."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from driftguard.audit.lines import ENDS, GENESIS, HEAD, INTENT, OUTCOME, TORN, Line, lines, trails
from driftguard.model import AuditRecord


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that a trail as DriftGuard writes it can't have. ``line`` counts from 1; 0 is the file as such."""

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}"


@dataclass(frozen=True, slots=True)
class Verification:
    """What ``verify`` found. Only ``problems`` mean tampering or loss."""

    files: int
    records: int
    runs: int
    problems: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()
    open_intents: tuple[AuditRecord, ...] = ()

    def lines(self) -> Iterator[str]:
        """The answer for people, the verdict last."""
        yield from (f"problem: {problem}" for problem in self.problems)
        yield from (f"warning: {warning}" for warning in self.warnings)
        for record in self.open_intents:
            action_id = record.body.get("action_id")
            yield f"interrupted: {record.at} run {record.run_id[:8]}: {action_id}: intent without outcome"
        verdict = f"NOT INTACT, {len(self.problems)} problems" if self.problems else "intact"
        yield f"{verdict}: {self.records} records, {self.runs} runs, {self.files} file{'s' * (self.files != 1)}"


@dataclass(slots=True)
class _Check:
    """One trail file, line by line."""

    path: Path
    seq: int = 0
    hash: str = GENESIS
    torn: Line | None = None
    count: int = 0
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    intents: dict[tuple[str, object], AuditRecord] = field(default_factory=dict)
    runs: dict[str, bool] = field(default_factory=dict)

    def take(self, line: Line) -> None:
        if line.record is None:
            self._broken(line)
            return
        self._attested(line.record)
        record = line.record
        self.count += 1
        if record.prev_hash != self.hash or record.seq != self.seq + 1:
            self._problem(
                line.number,
                f"record {record.seq} doesn't follow record {self.seq}: lines were dropped, swapped or added",
            )
        self.seq, self.hash = record.seq, line.hash
        self._follow(record)

    def _broken(self, line: Line) -> None:
        if self.torn is not None:
            self._problem(self.torn.number, f"was changed: {self.torn.why}")
        self.torn = line

    def _attested(self, record: AuditRecord) -> None:
        """A broken line is only a torn one if the record after it says exactly so."""
        if self.torn is None:
            return
        attested = {"bytes": len(self.torn.raw), "sha256": hashlib.sha256(self.torn.raw).hexdigest()}
        if record.state == TORN and record.body == attested:
            self._warning(self.torn.number, "a torn line: a run was killed while it wrote it")
        else:
            self._problem(self.torn.number, f"was changed: {self.torn.why}")
        self.torn = None

    def _follow(self, record: AuditRecord) -> None:
        key = (record.run_id, record.body.get("action_id"))
        if record.state == INTENT:
            self.intents[key] = record
        elif record.state == OUTCOME:
            self.intents.pop(key, None)
        ended = self.runs.get(record.run_id, False)
        self.runs[record.run_id] = ended or record.state in ENDS

    def end(self) -> None:
        head_seq, head_hash = _head(self.path.with_name(HEAD))
        if head_seq is None:
            self._problem(0, f"{HEAD} is missing or unreadable, so a cut end can't be ruled out")
        elif head_seq > self.seq:
            self._problem(
                self.count, f"the end was cut: {HEAD} knows of record {head_seq}, the last here is {self.seq}"
            )
        elif head_seq == self.seq and head_hash != self.hash:
            self._problem(self.count, f"the last record isn't the one that {HEAD} knows")
        if self.torn is not None and not self.torn.ended:
            self._warning(self.torn.number, "a torn last line: a run was killed while it wrote it")
        elif self.torn is not None:
            self._problem(self.torn.number, f"was changed: {self.torn.why}")
        for run_id, ended in self.runs.items():
            if not ended:
                self._warning(0, f"run {run_id[:8]} has no end: it was killed, or is still at work")

    def _problem(self, line: int, message: str) -> None:
        self.problems.append(Problem(str(self.path), line, message))

    def _warning(self, line: int, message: str) -> None:
        self.warnings.append(Problem(str(self.path), line, message))


def verify(directory: Path) -> Verification:
    """Check every trail in ``directory`` or below it. Raises ``AuditError`` where there is none to check."""
    checks = [_verify_file(path) for path in trails(directory)]
    return Verification(
        files=len(checks),
        records=sum(check.count for check in checks),
        runs=sum(len(check.runs) for check in checks),
        problems=tuple(problem for check in checks for problem in check.problems),
        warnings=tuple(warning for check in checks for warning in check.warnings),
        open_intents=tuple(record for check in checks for record in check.intents.values()),
    )


def _verify_file(path: Path) -> _Check:
    check = _Check(path)
    for line in lines(path) if path.exists() else ():
        check.take(line)
    check.end()
    return check


def _head(path: Path) -> tuple[int | None, str]:
    try:
        match = re.fullmatch(rb"(\d{20}) ([0-9a-f]{64})\n", path.read_bytes())
    except OSError:
        return None, ""
    return (int(match[1]), match[2].decode()) if match else (None, "")
