"""Writing the trail: when ``record`` returns, the line is on disk.

Threads that record at the same time share one fsync; processes that write to one directory take turns by flock. A line
torn by a kill is never erased: the next run ends it and attests what it found.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from driftguard.audit.lines import (
    GENESIS,
    HEAD,
    INTENT,
    OUTCOME,
    RESUMED,
    TORN,
    TRAIL,
    Line,
    encode,
    line_from,
    lines,
    of_states,
)
from driftguard.errors import AuditError
from driftguard.model import AuditRecord
from driftguard.ports import Clock, RunContext

ALIVE = "audit.alive"
"""Every run holds a shared lock on this file, so that the next one knows whether an open intent is being worked on."""

_TAIL = 65_536
"""Bytes at a trail's end that are looked at first for its last record."""


@dataclass
class Trail:
    """``ports.AuditSink`` on a directory. Open it with ``Trail.open``."""

    path: Path
    context: RunContext
    clock: Clock
    redact: Callable[[str], str]
    interrupted: tuple[AuditRecord, ...] = ()
    _file: int = -1
    _head: int = -1
    _alive: int = -1
    _seq: int = 0
    _hash: str = GENESIS
    _end: int = 0
    _written: int = 0
    _synced: int = 0
    _writing: threading.Lock = field(default_factory=threading.Lock)
    _syncing: threading.Lock = field(default_factory=threading.Lock)

    @classmethod
    def open(cls, directory: Path, context: RunContext, clock: Clock, redact: Callable[[str], str]) -> Self:
        """Raises ``AuditError`` if the directory can't be written; nothing may be changed then."""
        trail = cls(directory / TRAIL, context, clock, redact)
        with trail._translated():
            directory.mkdir(parents=True, exist_ok=True)
            trail._file = _open(directory / TRAIL)
            trail._head = _open(directory / HEAD, os.O_RDWR)
            trail._alive = _open(directory / ALIVE)
            with trail._turn():
                if os.fstat(trail._head).st_size == 0 and os.fstat(trail._file).st_size == 0:
                    trail._write_head()
                    _sync_directory(directory)
                trail._catch_up()
        trail._resume()
        return trail

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for descriptor in (self._file, self._head, self._alive):
            os.close(descriptor)
        self._file = self._head = self._alive = -1

    def record(self, state: str, why: str, body: Mapping[str, Any]) -> None:
        """Append one record. Raises ``AuditError`` if it isn't safely on disk."""
        with self._translated():
            with self._writing:
                with self._turn():
                    self._catch_up()
                    self._append(state, why, body)
                self._written += 1
                mine = self._written
            self._sync(mine)

    def _append(self, state: str, why: str, body: Mapping[str, Any]) -> None:
        line, digest = encode(
            AuditRecord(
                seq=self._seq + 1,
                prev_hash=self._hash,
                run_id=self.context.run_id,
                at=self.clock().isoformat(timespec="milliseconds"),
                mode=self.context.mode.value,
                policy_sha=self.context.policy_sha,
                state=state,
                who=self._redacted(self.context.who),
                why=self.redact(why),
                body=self._redacted(body),
            )
        )
        _write_all(self._file, line + b"\n")
        self._seq, self._hash, self._end = self._seq + 1, digest, self._end + len(line) + 1

    def _redacted(self, value: Any) -> Any:
        if isinstance(value, Mapping):
            return {key: self._redacted(item) for key, item in value.items()}
        if isinstance(value, (list, tuple)):
            return [self._redacted(item) for item in value]
        return self.redact(value) if isinstance(value, str) else value

    def _sync(self, mine: int) -> None:
        """Wait until the ``mine``-th line is on disk; one fsync serves everybody who waits."""
        with self._syncing:
            if self._synced >= mine:
                return
            reached = self._written
            os.fsync(self._file)
            self._synced = reached
            with self._writing, self._turn():
                self._catch_up()
                self._write_head()

    def _write_head(self) -> None:
        """After the lines, so that it may lag behind a kill but never leads."""
        os.pwrite(self._head, f"{self._seq:020d} {self._hash}\n".encode(), 0)

    @contextmanager
    def _turn(self) -> Iterator[None]:
        fcntl.flock(self._file, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.flock(self._file, fcntl.LOCK_UN)

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            what = f"{self.path}: the audit trail can't be written ({error.strerror or error})"
            raise AuditError(f"{what}, so nothing is changed; --audit-dir names another place") from error

    def _catch_up(self) -> None:
        """Take over what has been appended since; end a torn line and attest it."""
        size = os.fstat(self._file).st_size
        if size == self._end:
            return
        if size < self._end:
            raise AuditError(f"{self.path}: was cut while this run was writing it, so nothing more is changed")
        last = self._last_line(size)
        self._end = size
        if last is not None and not last.ended:
            self._mend(last)

    def _last_line(self, size: int) -> Line | None:
        """The file's last line; goes on from the last record that is one, read from as near to the end as may be."""
        for start in self._starts(size):
            tail = list(lines(self.path, start))
            record = next((line for line in reversed(tail) if line.record is not None), None)
            if record is not None and record.record is not None:
                self._seq, self._hash = record.record.seq, record.hash
            if record is not None or start == self._end:
                return tail[-1] if tail else None
        return None

    def _starts(self, size: int) -> Iterator[int]:
        """Beginnings of lines, each further from the file's end, the last where this run has read to before."""
        reach = _TAIL
        while size - reach > self._end:
            yield line_from(self.path, size - reach)
            reach *= 8
        yield self._end

    def _mend(self, torn: Line) -> None:
        _write_all(self._file, b"\n")
        self._end += 1
        if torn.record is None:
            attested = {"bytes": len(torn.raw), "sha256": hashlib.sha256(torn.raw).hexdigest()}
            self._append(TORN, "a run was killed while it wrote this line", attested)
        os.fsync(self._file)

    def _resume(self) -> None:
        """Say which earlier intents were left open, once; unless another run may still be at work on them."""
        try:
            fcntl.flock(self._alive, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            fcntl.flock(self._alive, fcntl.LOCK_SH)
            return
        self.interrupted = open_intents(self.path)
        fcntl.flock(self._alive, fcntl.LOCK_SH)
        if self.interrupted:
            left = [{"run_id": record.run_id, "action_id": record.body.get("action_id")} for record in self.interrupted]
            self.record(RESUMED, f"{len(left)} interrupted intents are looked at again", {"intents": left})


def open_intents(path: Path) -> tuple[AuditRecord, ...]:
    """Intents with no outcome that no later run has taken note of."""
    waiting: dict[tuple[str, Any], AuditRecord] = {}
    for line in lines(path, concerns=of_states(INTENT, OUTCOME, RESUMED)):
        record = line.record
        if record is None:
            continue
        if record.state == INTENT:
            waiting[record.run_id, record.body.get("action_id")] = record
        elif record.state == OUTCOME:
            waiting.pop((record.run_id, record.body.get("action_id")), None)
        elif record.state == RESUMED:
            waiting.clear()
    return tuple(waiting.values())


def _open(path: Path, flags: int = os.O_RDWR | os.O_APPEND) -> int:
    return os.open(path, flags | os.O_CREAT | os.O_CLOEXEC, 0o600)


def _write_all(descriptor: int, data: bytes) -> None:
    while data:
        data = data[os.write(descriptor, data) :]


def _sync_directory(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
